-- The access log: who got what, when, for what. Written and committed before the data leaves. Append only.
--
-- A show has one row, whose sealed secret names all its tokens: the token of second iat is named by the first 12 bytes
-- of HMAC-SHA-256(secret, iat as 8 bytes, big-endian). What only some uses have stands in a table beside it.

CREATE TABLE trace_access_log (
    seq     SERIAL,
    at      INSTANT NOT NULL,
    kind    INTEGER NOT NULL,                                   -- 1 show, 3 offline grant, 4 verification, 6 look, 7 download, 8 fetch, 9 prefill, 10 public look-up, 11 counter look-up
    licence TEXT    NOT NULL,                                   -- '' = not known (a verification that failed), none (a fetch)
    actor   TEXT    NOT NULL,                                   -- account; '' = anonymous
    subject TEXT    NOT NULL,                                   -- 1 the show, 3 the device, 4 the verdict's code
    scene   TEXT    NOT NULL,
    token   BYTES   NOT NULL                                    -- 1 the show's secret, sealed; 3 the jti; 4 the jti or replay key, 12 bytes
);

CREATE INDEX trace_access_log_uses ON trace_access_log (licence, seq);

-- For whom and why, where that is more than "the account itself, for its own licence".
CREATE TABLE trace_access_ground (
    seq          INTEGER NOT NULL PRIMARY KEY REFERENCES trace_access_log (seq),
    footing      TEXT    NOT NULL,                              -- own, agent, delegate or member
    unit         TEXT,                                          -- for which a member acted
    on_behalf_of TEXT,                                          -- the holder an agent or delegate acted for
    case_id      TEXT,                                          -- the case it was needed for
    purpose      TEXT,                                          -- code of the purpose, as in the using list
    reason       BYTES,                                         -- why, in words, sealed: they may name persons
    matter       TEXT,                                          -- code of the inspection matter
    holder       TEXT,                                          -- whose licences a fetch asked for, as far as he has a row
    kind         TEXT,                                          -- of which kind
    material     TEXT,                                          -- on which footing of the using list: duty, authorised, public
    refused      TEXT,                                          -- the rule that failed; NULL = it was not refused
    tried        INSTANT                                        -- when a fetch was refused that counts as a try out of scope
);

-- What was asked of a holder where no licence tells: he has none, or it was refused.
CREATE INDEX trace_access_ground_holder ON trace_access_ground (holder, seq) WHERE holder IS NOT NULL;
-- A unit's own uses, and those of its tries out of scope that are counted.
CREATE INDEX trace_access_ground_unit ON trace_access_ground (unit, seq) WHERE unit IS NOT NULL;
CREATE INDEX trace_access_ground_tried ON trace_access_ground (unit, tried) WHERE tried IS NOT NULL;

-- What was done by a command, by whom and why. Append only.
CREATE TABLE trace_audit (
    seq     SERIAL,
    at      INSTANT NOT NULL,
    account TEXT,                                               -- NULL = a job of the server, or its command line
    footing TEXT,                                               -- own, agent, delegate or member
    unit    TEXT,                                               -- for which a member acted
    action  TEXT    NOT NULL,
    object  TEXT    NOT NULL,                                   -- id of what it was done to
    reason  BYTES                                               -- sealed: may name persons
);

CREATE INDEX trace_audit_object ON trace_audit (object, seq);

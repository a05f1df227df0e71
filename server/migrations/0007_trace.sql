-- The access log: who got what, when, for what. Written and committed before the data leaves. Append only.
--
-- The hottest table there is: few, small columns. Refreshes (kind 2) are the bulk and are found through their show, so
-- they stand in no secondary index. What only some uses have stands in a table beside it.

CREATE TABLE trace_access_log (
    seq     SERIAL,
    at      INSTANT NOT NULL,
    kind    INTEGER NOT NULL,                                   -- 1 show, 2 refresh, 3 offline grant, 4 verification
    licence TEXT    NOT NULL,                                   -- '' = not known (a verification that failed)
    actor   TEXT    NOT NULL,                                   -- account; '' = anonymous
    subject TEXT    NOT NULL,                                   -- 1, 2 the show, 3 the device, 4 the verdict's code
    scene   TEXT    NOT NULL,
    token   BYTES   NOT NULL                                    -- jti, 12 bytes, or replay key; may be empty
);

CREATE INDEX trace_access_log_uses ON trace_access_log (licence, seq) WHERE kind <> 2;

-- For whom and why, where that is more than "the account itself, for its own licence".
CREATE TABLE trace_access_ground (
    seq          INTEGER NOT NULL PRIMARY KEY REFERENCES trace_access_log (seq),
    footing      TEXT    NOT NULL,                              -- own, agent, delegate or member
    unit         TEXT,                                          -- for which a member acted
    on_behalf_of TEXT,                                          -- the holder an agent or delegate acted for
    case_id      TEXT,                                          -- the case it was needed for
    purpose      TEXT                                           -- code of the purpose, as in the using list
);

-- What was done by a command, by whom and why. Append only.
CREATE TABLE trace_audit (
    seq     SERIAL,
    at      INSTANT NOT NULL,
    account TEXT,                                               -- NULL = a job of the server, or its command line
    footing TEXT,                                               -- own, agent, delegate or member
    unit    TEXT,                                               -- for which a member acted
    action  TEXT    NOT NULL,
    object  TEXT    NOT NULL,                                   -- id of what it was done to
    reason  TEXT
);

CREATE INDEX trace_audit_object ON trace_audit (object, seq);

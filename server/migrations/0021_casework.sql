-- What using units do with licences. Each use and each refused try stands in trace_access_log.

-- A unit of which several tries were refused within an hour, for the manager.
CREATE TABLE casework_alarm (
    id       TEXT    NOT NULL PRIMARY KEY,
    unit     TEXT    NOT NULL REFERENCES catalogue_unit (id),
    tries    INTEGER NOT NULL CHECK (tries >= 1),               -- refused within the hour before last_at
    first_at INSTANT NOT NULL,
    last_at  INSTANT NOT NULL,
    ended_at INSTANT                                            -- when a manager had seen to it
);

-- One that is open for a unit.
CREATE UNIQUE INDEX casework_alarm_open ON casework_alarm (unit) WHERE ended_at IS NULL;

-- What a counter asks of the holder before it:
--
--     open ──agree, by the holder or his agent, within 5 minutes──▶ agreed: fetched; read by who asked for 5 minutes more
--       ├──refuse──▶ refused
--       └──nobody answers──▶ expired
CREATE TABLE casework_counter_request (
    id          TEXT    NOT NULL PRIMARY KEY,
    code_hmac   BYTES   NOT NULL UNIQUE CHECK (length(code_hmac) = 32), -- of the 16 bytes in the code on the screen
    qr_text     BYTES   NOT NULL,                               -- the code, sealed
    case_id     TEXT    NOT NULL REFERENCES issuing_case (id),
    unit        TEXT    NOT NULL REFERENCES catalogue_unit (id),
    account     TEXT    NOT NULL REFERENCES actor_account (id), -- who asks
    purpose     TEXT    NOT NULL,                               -- code, as in the unit's using list
    kinds       TEXT    NOT NULL,                               -- codes, by commas
    made_at     INSTANT NOT NULL,
    expires_at  INSTANT NOT NULL CHECK (expires_at > made_at),
    answer      TEXT,                                           -- agree, refuse; NULL = none yet
    answered_by TEXT    REFERENCES actor_account (id),          -- by which account: the holder's own, or an agent's
    footing     TEXT,                                           -- own, agent
    answered_at INSTANT
);

CREATE INDEX casework_counter_request_case ON casework_counter_request (case_id, id);

-- What was given on one that was agreed to.
CREATE TABLE casework_counter_given (
    request TEXT    NOT NULL REFERENCES casework_counter_request (id),
    kind    TEXT    NOT NULL CHECK (length(kind) = 21),
    licence TEXT    NOT NULL REFERENCES licence_record (id),
    log_seq INTEGER NOT NULL REFERENCES trace_access_log (seq), -- the use, as the log names it
    PRIMARY KEY (request, kind)
);

-- An application for counts of persons over licences (R64):
--
--     applied ──approve, by a manager──▶ with_issuers ──approve, by each issuer, where they are asked──▶ answered
--       ├────────refuse, by either─────────┴──▶ refused
--       └────────withdraw, by the unit─────┴──▶ withdrawn
--
-- It is counted once, at the last approval. What was told stands against other cuts of the same licences for 30 days.
CREATE TABLE casework_analysis (
    id         TEXT    NOT NULL PRIMARY KEY,
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id), -- that applied
    account    TEXT    NOT NULL REFERENCES actor_account (id),  -- who applied
    kinds      TEXT    NOT NULL,                                -- codes, by commas
    group_by   TEXT    NOT NULL,                                -- dimensions, by commas
    filter     TEXT    NOT NULL,                                -- JSON: which of them
    purpose    BYTES   NOT NULL,                                -- sealed
    state      TEXT    NOT NULL,
    at         INSTANT NOT NULL,
    approved_by TEXT   REFERENCES actor_account (id),           -- the manager
    approved_at INSTANT,
    ended_by   TEXT    REFERENCES actor_account (id),           -- who did the last act
    ended_at   INSTANT,
    reason     BYTES,                                           -- why the last act was done, sealed
    answer     BYTES                                            -- everything counted, with what is hidden, sealed
);

CREATE INDEX casework_analysis_unit ON casework_analysis (unit, id);
CREATE INDEX casework_analysis_open ON casework_analysis (id) WHERE state = 'applied';

-- The issuers that must approve one, and who of them has.
CREATE TABLE casework_analysis_approval (
    analysis TEXT    NOT NULL REFERENCES casework_analysis (id),
    unit     TEXT    NOT NULL,
    account  TEXT    REFERENCES actor_account (id),             -- NULL = not yet
    at       INSTANT,
    PRIMARY KEY (analysis, unit)
);

CREATE INDEX casework_analysis_approval_unit ON casework_analysis_approval (unit, analysis);

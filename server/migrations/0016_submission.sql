-- What programs of issuing units hand in and compare, and drafts that may be of a licence that is there already.
--
-- A suspect; its draft is not approved while it is open:
--
--     open ──different──▶ different      the draft goes on
--       └────same───────▶ same           the draft is closed, or becomes the next version of the other

-- Content, file and case in one call (R22), or content to be made and sealed here (R23). Its state is that of its draft.
CREATE TABLE issuing_submission (
    id           TEXT    NOT NULL PRIMARY KEY,
    licence      TEXT    NOT NULL UNIQUE REFERENCES issuing_draft (id),
    account      TEXT    NOT NULL REFERENCES actor_account (id), -- of the program
    file         BYTES,                                          -- the unit's own file as it came, sealed; NULL = none came
    file_format  TEXT,                                           -- ofd, pdf
    file_hash    TEXT    CHECK (length(file_hash) = 64),         -- SHA-256
    file_verdict TEXT,                                           -- code of what its own seals said when it came; of an OFD
    at           INSTANT NOT NULL,
    CHECK ((file IS NULL) = (file_hash IS NULL))
);

-- What a draft has that no two licences in force of its kind may both have.
CREATE TABLE issuing_draft_key (
    draft       TEXT    NOT NULL PRIMARY KEY REFERENCES issuing_draft (id),
    kind        TEXT    NOT NULL,
    fingerprint BYTES   NOT NULL CHECK (length(fingerprint) = 32) -- HMAC of the values
);

CREATE INDEX issuing_draft_key_value ON issuing_draft_key (kind, fingerprint);
CREATE INDEX issuing_draft_holder ON issuing_draft (holder_key, kind);

-- A draft, and a draft or licence that may be the same.
CREATE TABLE issuing_suspect (
    id         TEXT    NOT NULL PRIMARY KEY,
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id),  -- whose draft it is
    draft      TEXT    NOT NULL REFERENCES issuing_draft (id),
    other      TEXT    NOT NULL,                                 -- id of a draft or licence
    why        TEXT    NOT NULL,                                 -- face_key, holder, name
    state      TEXT    NOT NULL,
    reason     BYTES,                                            -- of the decision, sealed
    account    TEXT    REFERENCES actor_account (id),            -- who decided
    at         INSTANT NOT NULL,
    decided_at INSTANT,
    UNIQUE (draft, other, why)
);

CREATE INDEX issuing_suspect_unit ON issuing_suspect (unit, id);
CREATE INDEX issuing_suspect_other ON issuing_suspect (other) WHERE state = 'open';

-- A list of a unit's own system, compared with what is here (R29).
CREATE TABLE issuing_reconciliation (
    id         TEXT    NOT NULL PRIMARY KEY,
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id),
    kind       TEXT    NOT NULL,
    account    TEXT    NOT NULL REFERENCES actor_account (id),
    rows       INTEGER NOT NULL,                                 -- in the list
    same       INTEGER NOT NULL,
    missing    INTEGER NOT NULL,                                 -- in the list and not here
    extra      INTEGER NOT NULL,                                 -- here and not in the list
    different  INTEGER NOT NULL,
    at         INSTANT NOT NULL
);

CREATE INDEX issuing_reconciliation_unit ON issuing_reconciliation (unit, id);

-- One difference. Nothing of a person stands in it.
CREATE TABLE issuing_difference (
    reconciliation TEXT    NOT NULL REFERENCES issuing_reconciliation (id),
    place          INTEGER NOT NULL,                             -- in the report
    identifier     TEXT    NOT NULL,
    licence        TEXT,                                         -- the one here; of `extra` and `different`
    found          TEXT    NOT NULL,                             -- missing, extra, different
    member         TEXT,                                         -- status, valid_to or digest; of `different`
    theirs         TEXT,                                         -- value in the list
    ours           TEXT,                                         -- value here
    PRIMARY KEY (reconciliation, place)
);

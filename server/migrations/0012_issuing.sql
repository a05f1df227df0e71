-- From a case 办件 to a licence: cases, drafts, their review, serial numbers.
--
-- A case:
--
--     open ──conclude──▶ concluded        owed until its licences are issued, where they follow the conclusion
--       └───close_without──▶ closed       ends without a licence, for a reason
--
-- A draft; it keeps its id as the licence's:
--
--     DRAFT ──submit──▶ PENDING_REVIEW ──approve, by each issuer──▶ ISSUED: from here on licence_record tells
--       ▲ ◀────send_back────┘
--       └───found to be there already──▶ CLOSED

-- A case of a unit: one that ends with licences, or one that uses them.
CREATE TABLE issuing_case (
    id           TEXT    NOT NULL PRIMARY KEY,
    unit         TEXT    NOT NULL REFERENCES catalogue_unit (id), -- whose it is now
    opened_by    TEXT    NOT NULL REFERENCES catalogue_unit (id), -- which gave the number
    type         TEXT    NOT NULL,                              -- issuing, using
    number       TEXT    NOT NULL CHECK (length(number) BETWEEN 1 AND 40),
    matter       TEXT    NOT NULL,                              -- code of a matter that was published
    mode         TEXT,                                          -- how its licences are made; NULL for using cases
    person       BYTES   NOT NULL,                              -- whom it is for: kind, name, type and number, sealed
    holder_key   BYTES   NOT NULL CHECK (length(holder_key) = 32), -- HMAC of type and number
    state        TEXT    NOT NULL,
    concluded_at INSTANT,                                       -- 办结
    due_at       INSTANT,                                       -- first second at which an owed licence is overdue
    provisional  FLAG    NOT NULL DEFAULT 0 CHECK (provisional IN (0, 1)), -- due_at counts a year not announced
    settled      FLAG    NOT NULL DEFAULT 0 CHECK (settled IN (0, 1)), -- a licence has come of it, and none is being made
    reason       BYTES,                                         -- why it was closed without a licence, sealed
    account      TEXT    NOT NULL REFERENCES actor_account (id), -- who opened it
    version      INTEGER NOT NULL CHECK (version >= 1),
    created_at   INSTANT NOT NULL,
    UNIQUE (opened_by, type, number)
);

CREATE INDEX issuing_case_unit ON issuing_case (unit, id);
-- What is owed: the to-do list must not walk the cases whose licences are there.
CREATE INDEX issuing_case_due ON issuing_case (unit, due_at, id) WHERE state = 'concluded' AND settled = 0;

-- The running number of cases to which their unit gave none.
CREATE TABLE issuing_case_number (
    unit TEXT    NOT NULL,
    type TEXT    NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (unit, type, year)
);

-- A holder's consent to the use of his licences in a case, and its end.
CREATE TABLE issuing_consent (
    id              TEXT    NOT NULL PRIMARY KEY,
    case_id         TEXT    NOT NULL REFERENCES issuing_case (id),
    wording_version TEXT    NOT NULL,                           -- of the text that he agreed to
    means           TEXT    NOT NULL,                           -- counter, online
    evidence        BYTES   NOT NULL,                           -- what shows it, sealed
    account         TEXT    NOT NULL REFERENCES actor_account (id),
    given_at        INSTANT NOT NULL,
    withdrawn_at    INSTANT
);

CREATE INDEX issuing_consent_case ON issuing_consent (case_id);

-- A licence being made, and how the one that came of it was made.
CREATE TABLE issuing_draft (
    id              TEXT    NOT NULL PRIMARY KEY,               -- the licence's id
    unit            TEXT    NOT NULL REFERENCES catalogue_unit (id),
    kind            TEXT    NOT NULL CHECK (length(kind) = 21),
    kind_version    INTEGER NOT NULL,                           -- by which its face was checked
    case_id         TEXT    REFERENCES issuing_case (id),
    content         BYTES   NOT NULL,                           -- as its maker wrote it, sealed
    holder_key      BYTES   NOT NULL CHECK (length(holder_key) = 32), -- HMAC of the holder's type and number
    replaces        TEXT    REFERENCES licence_record (id),     -- whose next version it is
    state           TEXT    NOT NULL,
    register_state  TEXT    NOT NULL,                           -- what the base register said of the holder
    register_detail BYTES,                                      -- in its words, sealed
    register_at     INSTANT,
    maker           TEXT    NOT NULL REFERENCES actor_account (id), -- who finishes it
    version         INTEGER NOT NULL CHECK (version >= 1),      -- counts changes and acts
    created_at      INSTANT NOT NULL,
    changed_at      INSTANT NOT NULL
);

CREATE INDEX issuing_draft_unit ON issuing_draft (unit, id);
-- What is not issued yet, of every unit: the to-do list must not walk what was.
CREATE INDEX issuing_draft_unfinished ON issuing_draft (id) WHERE state <> 'ISSUED';
-- Counts of it, which are made of nothing else.
CREATE INDEX issuing_draft_counted ON issuing_draft (unit, kind, state) WHERE state <> 'ISSUED';
-- What is to be finished, the longest waiting first.
CREATE INDEX issuing_draft_to_finish ON issuing_draft (unit, changed_at, id) WHERE state = 'DRAFT';
CREATE INDEX issuing_draft_case ON issuing_draft (case_id) WHERE case_id IS NOT NULL;
-- A case may have a hundred thousand licences.
CREATE INDEX issuing_draft_case_unfinished ON issuing_draft (case_id) WHERE case_id IS NOT NULL AND state <> 'ISSUED';
-- Asked again by a job until the register answers.
CREATE INDEX issuing_draft_register ON issuing_draft (register_state) WHERE state = 'DRAFT';
-- One next version of a licence at a time.
CREATE UNIQUE INDEX issuing_draft_open ON issuing_draft (replaces) WHERE replaces IS NOT NULL AND state NOT IN ('ISSUED', 'CLOSED');

-- What was done to a draft, by whom. Append only.
CREATE TABLE issuing_review (
    draft   TEXT    NOT NULL REFERENCES issuing_draft (id),
    version INTEGER NOT NULL,                                   -- of the draft, after the act
    act     TEXT    NOT NULL,                                   -- write, submit, approve, send_back
    unit    TEXT    NOT NULL,                                   -- for which it was done
    account TEXT    NOT NULL REFERENCES actor_account (id),
    reason  BYTES,                                              -- sealed
    at      INSTANT NOT NULL,
    PRIMARY KEY (draft, version)
);

-- The issuers that must approve what is under review, and who of them has (R12).
CREATE TABLE issuing_approval (
    draft   TEXT    NOT NULL REFERENCES issuing_draft (id),
    unit    TEXT    NOT NULL,
    account TEXT    REFERENCES actor_account (id),              -- NULL = not yet
    at      INSTANT,
    PRIMARY KEY (draft, unit)
);

CREATE INDEX issuing_approval_unit ON issuing_approval (unit) WHERE account IS NULL;

-- The last serial number that a unit gave in a year: no number is left out.
CREATE TABLE issuing_serial (
    unit TEXT    NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (unit, year)
);

-- What no two licences in force of a kind may have both.
CREATE TABLE issuing_face_key (
    kind        TEXT    NOT NULL,
    fingerprint BYTES   NOT NULL CHECK (length(fingerprint) = 32), -- HMAC of the values
    licence     TEXT    NOT NULL REFERENCES licence_record (id),
    PRIMARY KEY (fingerprint, kind)                             -- led by the values: most rows may be of one kind
);

-- Who has taken a task of the to-do list. The task itself is not stored: it follows from its draft or case.
CREATE TABLE issuing_claim (
    task    TEXT    NOT NULL,                                   -- id of a draft or case
    unit    TEXT    NOT NULL,                                   -- several units may have to approve one draft
    account TEXT    NOT NULL REFERENCES actor_account (id),
    at      INSTANT NOT NULL,
    PRIMARY KEY (task, unit)
);

CREATE INDEX issuing_claim_unit ON issuing_claim (unit);

-- Years that a manager entered: days off, and weekend days worked.
CREATE TABLE issuing_calendar (
    year   INTEGER NOT NULL PRIMARY KEY,
    notice TEXT    NOT NULL,                                    -- of the State Council
    off    TEXT    NOT NULL,                                    -- JSON, days YYYYMMDD
    work   TEXT    NOT NULL,                                    -- the same
    at     INSTANT NOT NULL
);

-- Looks of an issuing unit's counter at licences of holders who stand before it without a phone (R70): twenty a day for a
-- clerk, whatever came of them. Append only.
CREATE TABLE issuing_look_up (
    id       TEXT    NOT NULL PRIMARY KEY,
    unit     TEXT    NOT NULL,
    account  TEXT    NOT NULL REFERENCES actor_account (id),    -- who looked
    case_id  TEXT    NOT NULL,                                  -- as it was named: there may be none
    kind     TEXT    NOT NULL CHECK (length(kind) = 21),
    evidence TEXT    NOT NULL,                                  -- id_card_read, photo_compared
    reason   BYTES   NOT NULL,                                  -- sealed
    found    INTEGER NOT NULL CHECK (found >= 0),               -- how many licences were shown
    at       INSTANT NOT NULL
);

CREATE INDEX issuing_look_up_account ON issuing_look_up (account, at);

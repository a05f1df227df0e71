-- Licences with the acts on them.
--
-- A licence version has one status; its dates, encumbrances, annual inspection and dispute are other columns:
--
--     DRAFT ─▶ PENDING_REVIEW ─▶ ACTIVE ◀──▶ ON_HOLD, SEIZED, REPORTED_LOST, DISABLED
--                                  │  └─ new version ─▶ SUPERSEDED (successor)
--                                  ▼
--                    CANCELLED, REVOKED, WITHDRAWN, ANNULLED: final, no act leads out
--
-- EXPIRED is never stored: it follows from valid_to and the day.

-- One version of one licence. version counts the acts on it and guards every update.
CREATE TABLE licence_record (
    id             TEXT    NOT NULL PRIMARY KEY,
    identifier     TEXT    NOT NULL UNIQUE,                     -- GB/T 36904, without the OID root
    kind           TEXT    NOT NULL CHECK (length(kind) = 21),  -- type code in identifier
    unit           TEXT    NOT NULL CHECK (length(unit) = 18),  -- USCC of the issuing unit in identifier
    holder         TEXT    NOT NULL REFERENCES actor_holder (id),
    face           BYTES   NOT NULL,                            -- fields of the face, sealed
    valid_from     INTEGER NOT NULL,                            -- YYYYMMDD, inclusive, UTC+8
    valid_to       INTEGER CHECK (valid_to >= valid_from),      -- YYYYMMDD, inclusive; NULL = no end
    status         TEXT    NOT NULL CHECK (status IN ('DRAFT', 'PENDING_REVIEW', 'ACTIVE', 'SUPERSEDED', 'ON_HOLD',
                       'SEIZED', 'REPORTED_LOST', 'DISABLED', 'CANCELLED', 'REVOKED', 'WITHDRAWN', 'ANNULLED')),
    status_since   INSTANT NOT NULL,
    successor      TEXT    REFERENCES licence_record (id),
    seized_until   INTEGER,                                     -- YYYYMMDD, if the seizure names its end
    pledged        FLAG    NOT NULL DEFAULT 0 CHECK (pledged IN (0, 1)),
    mortgaged      FLAG    NOT NULL DEFAULT 0 CHECK (mortgaged IN (0, 1)),
    inspection_due INTEGER,                                     -- YYYYMMDD; NULL = no annual inspection required
    inspection_failed FLAG NOT NULL DEFAULT 0 CHECK (inspection_failed IN (0, 1)),
    disputed       FLAG    NOT NULL DEFAULT 0 CHECK (disputed IN (0, 1)), -- never on the wire
    lost_refuses   FLAG    NOT NULL DEFAULT 0 CHECK (lost_refuses IN (0, 1)), -- its kind's `lost` when it was issued
    overdue_refuses FLAG   NOT NULL DEFAULT 0 CHECK (overdue_refuses IN (0, 1)), -- its kind's `inspection.overdue`
    version        INTEGER NOT NULL CHECK (version >= 1),
    created_at     INSTANT NOT NULL,
    CHECK ((status = 'SUPERSEDED') = (successor IS NOT NULL)),
    CHECK (seized_until IS NULL OR status = 'SEIZED'),
    CHECK (inspection_failed = 0 OR inspection_due IS NOT NULL)
);

CREATE INDEX licence_record_holder ON licence_record (holder);
CREATE INDEX licence_record_successor ON licence_record (successor) WHERE successor IS NOT NULL;
-- Whether there is any of a kind; counts over the whole register, which are made of nothing else.
-- Persons are counted from it, too, by when their licences begin (R64).
CREATE INDEX licence_record_kind ON licence_record (kind, unit, status, valid_from, holder);
-- Lists of a unit, each by what it is asked for.
CREATE INDEX licence_record_unit ON licence_record (unit, id);
CREATE INDEX licence_record_unit_status ON licence_record (unit, status, id);
CREATE INDEX licence_record_unit_kind ON licence_record (unit, kind, id);
CREATE INDEX licence_record_unit_kind_status ON licence_record (unit, kind, status, id);
CREATE INDEX licence_record_unit_since ON licence_record (unit, status_since);
-- Looked through every minute for annual inspections that ran out.
CREATE INDEX licence_record_inspection ON licence_record (inspection_due) WHERE inspection_due IS NOT NULL;

-- What was done to a licence, by whom, on what grounds. Append only.
CREATE TABLE licence_act (
    id              TEXT    NOT NULL PRIMARY KEY,
    licence         TEXT    NOT NULL REFERENCES licence_record (id),
    licence_version INTEGER NOT NULL,                           -- after the act
    act             TEXT    NOT NULL,
    from_status     TEXT    NOT NULL,
    to_status       TEXT    NOT NULL,
    reason          BYTES   NOT NULL,                           -- 1 to 500 characters, sealed: may name persons
    legal_basis     TEXT    NOT NULL CHECK (length(legal_basis) BETWEEN 1 AND 500),
    account         TEXT    NOT NULL REFERENCES actor_account (id),
    footing         TEXT    NOT NULL,                           -- own, agent, delegate or member
    unit            TEXT    NOT NULL,
    effective_at    INSTANT NOT NULL,
    at              INSTANT NOT NULL,
    confirmed_by    TEXT    REFERENCES actor_account (id),      -- of what two persons do; account proposed it
    proposal        TEXT,                                       -- that was confirmed
    last_day        INTEGER,                                    -- YYYYMMDD, of a seizure, or on which an inspection counts
    physical        BYTES,                                      -- number of the paper licence to which the same was done, sealed
    UNIQUE (licence, licence_version)
);

CREATE INDEX licence_act_at ON licence_act (at);

-- Who holds a licence beside its holder: the second owner of a title, the other of a marriage.
CREATE TABLE licence_co_holder (
    licence TEXT NOT NULL REFERENCES licence_record (id),
    holder  TEXT NOT NULL REFERENCES actor_holder (id),
    PRIMARY KEY (licence, holder)
);

CREATE INDEX licence_co_holder_holder ON licence_co_holder (holder);

-- What a holder asks of the issuing unit: 挂失 is done at once, 注销 is the unit's to propose and confirm.
--
--     open ──the unit cancels the licence──▶ done        (挂失: done from the beginning)
--       ├──the unit refuses, with a reason──▶ refused
--       └──the licence ends in another way──▶ lapsed
CREATE TABLE licence_request (
    id          TEXT    NOT NULL PRIMARY KEY,
    licence     TEXT    NOT NULL REFERENCES licence_record (id),
    unit        TEXT    NOT NULL CHECK (length(unit) = 18),     -- who is to answer
    holder      TEXT    NOT NULL REFERENCES actor_holder (id),
    account     TEXT    NOT NULL REFERENCES actor_account (id), -- who asked
    act         TEXT    NOT NULL,
    reason      BYTES   NOT NULL,                               -- sealed
    state       TEXT    NOT NULL,
    at          INSTANT NOT NULL,
    answered_at INSTANT,
    answer      BYTES                                           -- why it was refused, sealed
);

-- Of several holders each may ask: a cancellation needs all of them.
CREATE UNIQUE INDEX licence_request_open ON licence_request (licence, act, holder) WHERE state = 'open';
CREATE INDEX licence_request_unit ON licence_request (unit, id);
CREATE INDEX licence_request_licence ON licence_request (licence, id);

-- What a holder is told: that a licence or its annual inspection runs out, once 60, 30 and 7 days before; what the unit
-- did to it; what another of its holders asked; and that his consent was recorded with a case.
CREATE TABLE licence_notice (
    id       TEXT    NOT NULL PRIMARY KEY,
    holder   TEXT    NOT NULL REFERENCES actor_holder (id),
    licence  TEXT    REFERENCES licence_record (id),            -- NULL of a consent
    kind     TEXT    NOT NULL,                                  -- expiry, inspection, act, request, consent
    due      INTEGER NOT NULL DEFAULT 0,                        -- YYYYMMDD, of expiry and inspection
    days     INTEGER NOT NULL DEFAULT 0,                        -- before it: 60, 30, 7
    act      TEXT    NOT NULL DEFAULT '',                       -- id of the act, the request or the consent
    at       INSTANT NOT NULL,
    UNIQUE (holder, licence, kind, due, days, act)              -- told once, however often the job runs
);

CREATE INDEX licence_notice_holder ON licence_notice (holder, id);
-- Looked through for what runs out.
CREATE INDEX licence_record_valid_to ON licence_record (valid_to) WHERE valid_to IS NOT NULL;

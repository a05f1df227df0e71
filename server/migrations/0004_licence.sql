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
    version        INTEGER NOT NULL CHECK (version >= 1),
    created_at     INSTANT NOT NULL,
    CHECK ((status = 'SUPERSEDED') = (successor IS NOT NULL)),
    CHECK (seized_until IS NULL OR status = 'SEIZED'),
    CHECK (inspection_failed = 0 OR inspection_due IS NOT NULL)
);

CREATE INDEX licence_record_holder ON licence_record (holder);
CREATE INDEX licence_record_kind ON licence_record (kind);
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
    UNIQUE (licence, licence_version)
);

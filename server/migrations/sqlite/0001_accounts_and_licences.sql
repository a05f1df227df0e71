-- Accounts, sessions, holders, licences with their acts, devices, idempotent replies.
--
-- A licence version has one status; its dates, encumbrances, inspection and dispute are other columns:
--
--     DRAFT ─▶ PENDING_REVIEW ─▶ ACTIVE ◀──▶ ON_HOLD, SEIZED, REPORTED_LOST, DISABLED
--                                  │  └─ new version ─▶ SUPERSEDED (successor)
--                                  ▼
--                    CANCELLED, REVOKED, WITHDRAWN, ANNULLED: final, no act leads out
--
-- EXPIRED is never stored: it follows from valid_to and the day.

-- A person or organisation that holds licences.
CREATE TABLE holder (
    id         TEXT    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('natural', 'legal', 'unincorporated')),
    person     BLOB    NOT NULL,                                -- name and number, sealed
    created_at INTEGER NOT NULL
) STRICT;

-- Whoever can log in: a holder, or a member of a unit's staff.
CREATE TABLE account (
    id             TEXT    NOT NULL PRIMARY KEY,
    login          TEXT    NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 64),
    name           TEXT    NOT NULL,                            -- shown to its owner and in acts
    role           TEXT    NOT NULL CHECK (role IN ('holder', 'issuer_maker', 'issuer_checker', 'unit_admin',
                       'handler', 'inspector', 'verifier', 'manager', 'operator')),
    unit           TEXT    CHECK (length(unit) = 18),           -- USCC of the staff's unit
    holder         TEXT    REFERENCES holder (id),
    password       TEXT    NOT NULL,                            -- argon2id, PHC string
    pin            TEXT,                                        -- argon2id, PHC string; holders only
    pin_failures   INTEGER NOT NULL DEFAULT 0 CHECK (pin_failures BETWEEN 0 AND 5),
    pin_shut_until INTEGER NOT NULL DEFAULT 0,                  -- no PIN is looked at before
    disabled_at    INTEGER,                                     -- no login, no session
    created_at     INTEGER NOT NULL,
    CHECK ((role = 'holder') = (holder IS NOT NULL))
) STRICT;

-- Wrong passwords per login name, existing or not: a leaky bucket as one instant.
CREATE TABLE login_failure (
    login_hmac BLOB    NOT NULL PRIMARY KEY CHECK (length(login_hmac) = 32),
    full_until INTEGER NOT NULL                                 -- the bucket is empty again at this time
) STRICT, WITHOUT ROWID;

-- One login of an account.
--
--     open ──expires_at──▶ over
--       └──ended_at: logout, account disabled──▶ over
CREATE TABLE session (
    id           TEXT    NOT NULL PRIMARY KEY,
    account      TEXT    NOT NULL REFERENCES account (id),
    token_sha256 BLOB    NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    carrier      TEXT    NOT NULL CHECK (carrier IN ('bearer', 'cookie')), -- a token counts only as it was given
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL CHECK (expires_at > created_at),
    ended_at     INTEGER
) STRICT;

CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires_at);

-- One version of one licence. version counts the acts on it and guards every update.
CREATE TABLE licence (
    id             TEXT    NOT NULL PRIMARY KEY,
    identifier     TEXT    NOT NULL UNIQUE,                     -- GB/T 36904, without the OID root
    kind           TEXT    NOT NULL CHECK (length(kind) = 21),  -- type code in identifier
    unit           TEXT    NOT NULL CHECK (length(unit) = 18),  -- USCC of the issuing unit in identifier
    holder         TEXT    NOT NULL REFERENCES holder (id),
    face           BLOB    NOT NULL,                            -- fields of the face, sealed
    valid_from     INTEGER NOT NULL,                            -- YYYYMMDD, inclusive, UTC+8
    valid_to       INTEGER CHECK (valid_to >= valid_from),      -- YYYYMMDD, inclusive; NULL = no end
    status         TEXT    NOT NULL CHECK (status IN ('DRAFT', 'PENDING_REVIEW', 'ACTIVE', 'SUPERSEDED', 'ON_HOLD',
                       'SEIZED', 'REPORTED_LOST', 'DISABLED', 'CANCELLED', 'REVOKED', 'WITHDRAWN', 'ANNULLED')),
    status_since   INTEGER NOT NULL,
    successor      TEXT    REFERENCES licence (id),
    seized_until   INTEGER,                                     -- YYYYMMDD, if the seizure names its end
    pledged        INTEGER NOT NULL DEFAULT 0 CHECK (pledged IN (0, 1)),
    mortgaged      INTEGER NOT NULL DEFAULT 0 CHECK (mortgaged IN (0, 1)),
    inspection_due INTEGER,                                     -- YYYYMMDD; NULL = none required
    inspection_failed INTEGER NOT NULL DEFAULT 0 CHECK (inspection_failed IN (0, 1)),
    disputed       INTEGER NOT NULL DEFAULT 0 CHECK (disputed IN (0, 1)), -- never on the wire
    version        INTEGER NOT NULL CHECK (version >= 1),
    created_at     INTEGER NOT NULL,
    CHECK ((status = 'SUPERSEDED') = (successor IS NOT NULL)),
    CHECK (seized_until IS NULL OR status = 'SEIZED'),
    CHECK (inspection_failed = 0 OR inspection_due IS NOT NULL)
) STRICT;

CREATE INDEX licence_holder ON licence (holder);
-- Looked through every minute for inspections that ran out.
CREATE INDEX licence_inspection ON licence (inspection_due) WHERE inspection_due IS NOT NULL;

-- What was done to a licence, by whom, on what grounds. Append only.
CREATE TABLE act (
    id              TEXT    NOT NULL PRIMARY KEY,
    licence         TEXT    NOT NULL REFERENCES licence (id),
    licence_version INTEGER NOT NULL,                           -- after the act
    act             TEXT    NOT NULL,
    from_status     TEXT    NOT NULL,
    to_status       TEXT    NOT NULL,
    reason          TEXT    NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    legal_basis     TEXT    NOT NULL CHECK (length(legal_basis) BETWEEN 1 AND 500),
    account         TEXT    NOT NULL REFERENCES account (id),
    unit            TEXT    NOT NULL,
    effective_at    INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    UNIQUE (licence, licence_version)
) STRICT;

-- A phone whose key a grant may be bound to. Dropped ones stay: their status indexes are never reused.
CREATE TABLE device (
    id         TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES account (id),
    name       TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    sec1       BLOB    NOT NULL CHECK (length(sec1) = 65),      -- public key, 04 x y
    thumbprint TEXT    NOT NULL CHECK (length(thumbprint) = 43),-- RFC 7638
    created_at INTEGER NOT NULL,
    dropped_at INTEGER
) STRICT;

CREATE UNIQUE INDEX device_in_use ON device (account, thumbprint) WHERE dropped_at IS NULL;

-- Replies to requests with an Idempotency-Key, kept 24 hours. Claimed in the transaction of the effect.
CREATE TABLE idempotency (
    account     TEXT    NOT NULL,
    route       TEXT    NOT NULL,                               -- method and path
    key         TEXT    NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32), -- HMAC of the request; no body is kept
    status      INTEGER NOT NULL DEFAULT 0,
    body        BLOB,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (account, route, key)
) STRICT;

CREATE INDEX idempotency_age ON idempotency (created_at);

-- Holders, accounts, what an account may act as, sessions.
--
-- An account is one person. It may be a holder, an agent of firms, and a member of one unit with a set of roles, each
-- or all of them:
--
--     account ──▶ holder                   its own licences
--        ├──▶ agency ──▶ holder            licences of a firm, or of a ward
--        └──▶ membership (unit) ──▶ roles  the work of the unit
--
-- A session is
--
--     open ──expires_at──▶ over
--       └──ended_at: logout, account disabled──▶ over

-- A person or organisation that holds licences.
CREATE TABLE actor_holder (
    id          TEXT    NOT NULL PRIMARY KEY,
    kind        TEXT    NOT NULL CHECK (kind IN ('natural', 'legal', 'unincorporated')),
    number_hmac BYTES   NOT NULL UNIQUE CHECK (length(number_hmac) = 32), -- of type and number: one row a holder
    person      BYTES   NOT NULL,                               -- name, type and number, sealed
    created_at  INSTANT NOT NULL
);

-- One person who can log in.
CREATE TABLE actor_account (
    id             TEXT    NOT NULL PRIMARY KEY,
    login          TEXT    NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 64),
    name           BYTES   NOT NULL,                            -- shown to its owner and in acts; sealed
    holder         TEXT    REFERENCES actor_holder (id),        -- the holder this person is
    password       TEXT    NOT NULL,                            -- argon2id, PHC string
    pin            TEXT,                                        -- argon2id, PHC string; for showing
    pin_failures   INTEGER NOT NULL DEFAULT 0 CHECK (pin_failures BETWEEN 0 AND 5),
    pin_shut_until INSTANT NOT NULL DEFAULT 0,                  -- no PIN is looked at before
    disabled_at    INSTANT,                                     -- no login, no session
    created_at     INSTANT NOT NULL
);

-- The unit an account works for: one at a time.
CREATE TABLE actor_membership (
    account    TEXT    NOT NULL PRIMARY KEY REFERENCES actor_account (id),
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id),
    created_at INSTANT NOT NULL
);

-- What a member may do there.
CREATE TABLE actor_membership_role (
    account    TEXT    NOT NULL REFERENCES actor_membership (account),
    role       TEXT    NOT NULL,
    ends_at    INSTANT,                                         -- NULL = until it is taken away
    PRIMARY KEY (account, role)
);

-- Who acts for a holder that is not himself: a firm, a ward.
CREATE TABLE actor_agency (
    id         TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES actor_account (id),
    holder     TEXT    NOT NULL REFERENCES actor_holder (id),
    level      TEXT    NOT NULL,                                -- legal_representative, manager, handler, guardian
    acts       TEXT    NOT NULL DEFAULT '[]',                   -- JSON; [] = all of its level
    given_by   TEXT    REFERENCES actor_agency (id),            -- who is removed takes those below along
    ends_at    INSTANT,
    ended_at   INSTANT,
    created_at INSTANT NOT NULL
);

CREATE INDEX actor_agency_account ON actor_agency (account);
CREATE INDEX actor_agency_holder ON actor_agency (holder);

-- Wrong passwords per login name, existing or not, or per login name in a known place: a leaky bucket as one instant.
CREATE TABLE actor_login_failure (
    login_hmac BYTES   NOT NULL PRIMARY KEY CHECK (length(login_hmac) = 32),
    full_until INSTANT NOT NULL                                 -- the bucket is empty again at this time
);

-- Where a login has succeeded before: a device, or an address. Strangers' wrong passwords do not count against it there.
CREATE TABLE actor_known_place (
    place_hmac BYTES   NOT NULL PRIMARY KEY CHECK (length(place_hmac) = 32), -- of login and place
    until      INSTANT NOT NULL
);

-- One login of an account.
CREATE TABLE actor_session (
    id           TEXT    NOT NULL PRIMARY KEY,
    account      TEXT    NOT NULL REFERENCES actor_account (id),
    token_sha256 BYTES   NOT NULL UNIQUE CHECK (length(token_sha256) = 32),
    carrier      TEXT    NOT NULL CHECK (carrier IN ('bearer', 'cookie')), -- a token counts only as it was given
    created_at   INSTANT NOT NULL,
    expires_at   INSTANT NOT NULL CHECK (expires_at > created_at),
    ended_at     INSTANT
);

CREATE INDEX actor_session_account ON actor_session (account);
CREATE INDEX actor_session_expires ON actor_session (expires_at);

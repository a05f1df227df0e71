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
    name_hmac   BYTES   NOT NULL CHECK (length(name_hmac) = 32), -- of the latest name: found whole in the public look-up
    person      BYTES   NOT NULL,                               -- name, type and number, sealed
    created_at  INSTANT NOT NULL
);

CREATE INDEX actor_holder_name ON actor_holder (name_hmac);

-- One person who can log in.
CREATE TABLE actor_account (
    id             TEXT    NOT NULL PRIMARY KEY,
    login          TEXT    NOT NULL UNIQUE CHECK (length(login) BETWEEN 1 AND 64),
    name           BYTES   NOT NULL,                            -- shown to its owner and in acts; sealed
    holder         TEXT    REFERENCES actor_holder (id),        -- the holder this person is
    password       TEXT,                                        -- argon2id, PHC string; NULL = no login by password
    first_password_until INSTANT,                               -- it was given by others, to be changed by then; NULL = own
    pin            TEXT,                                        -- argon2id, PHC string; for showing
    pin_failures   INTEGER NOT NULL DEFAULT 0 CHECK (pin_failures BETWEEN 0 AND 5),
    pin_shut_until INSTANT NOT NULL DEFAULT 0,                  -- no PIN is looked at before
    disabled_at    INSTANT,                                     -- no login, no session
    created_at     INSTANT NOT NULL
);

-- Who a member of staff is: one account a person. For a holder's account, his row in actor_holder says it.
CREATE TABLE actor_person (
    account     TEXT    NOT NULL PRIMARY KEY REFERENCES actor_account (id),
    number_hmac BYTES   NOT NULL UNIQUE CHECK (length(number_hmac) = 32), -- as in actor_holder
    person      BYTES   NOT NULL                                -- name, type and number, sealed
);

-- The unit an account works for: one at a time.
--
--     works ──90 days without a login, unit_admin──▶ disabled ──unit_admin──▶ works
CREATE TABLE actor_membership (
    account     TEXT    NOT NULL PRIMARY KEY REFERENCES actor_account (id),
    unit        TEXT    NOT NULL REFERENCES catalogue_unit (id),
    changes     INTEGER NOT NULL DEFAULT 1,                     -- rises with every change: its entity tag
    seen_at     INSTANT NOT NULL,                               -- last login, or since when it works again
    disabled_at INSTANT,                                        -- no role of it counts
    created_at  INSTANT NOT NULL
);

CREATE INDEX actor_membership_unit ON actor_membership (unit);
-- Looked through for members who have not logged in for long.
CREATE INDEX actor_membership_seen ON actor_membership (seen_at) WHERE disabled_at IS NULL;

-- What a member may do there.
CREATE TABLE actor_membership_role (
    account    TEXT    NOT NULL REFERENCES actor_membership (account),
    role       TEXT    NOT NULL,
    ends_at    INSTANT,                                         -- NULL = until it is taken away
    PRIMARY KEY (account, role)
);

-- An account whose owner has lost his way in is restored at a counter by two persons:
--
--     asked ──another person──▶ confirmed ──24 h──▶ done: sessions, phones and PIN are gone, the new password counts
--       └──a day, another try──▶ over  └──its owner, logged in──▶ objected
CREATE TABLE actor_recovery (
    id           TEXT    NOT NULL PRIMARY KEY,
    account      TEXT    NOT NULL REFERENCES actor_account (id),
    state        TEXT    NOT NULL,
    asked_by     TEXT    NOT NULL REFERENCES actor_account (id),
    asked_at     INSTANT NOT NULL,
    confirmed_by TEXT    REFERENCES actor_account (id),
    effective_at INSTANT,                                       -- when it takes effect, once confirmed
    password     TEXT,                                          -- argon2id, PHC string; the account's from then on
    ended_at     INSTANT,                                       -- when it was done, objected to, or over
    CHECK ((confirmed_by IS NULL) = (effective_at IS NULL)),
    CHECK (confirmed_by IS NULL OR confirmed_by <> asked_by)
);

CREATE UNIQUE INDEX actor_recovery_open ON actor_recovery (account) WHERE ended_at IS NULL;

-- Where the owner of an account is reached.
--
--     asked ──the code comes back──▶ confirmed; a further address is asked beside it and takes its place
CREATE TABLE actor_contact (
    account      TEXT    NOT NULL PRIMARY KEY REFERENCES actor_account (id),
    address      BYTES,                                         -- in force; sealed
    confirmed_at INSTANT,                                       -- since when
    wanted       BYTES,                                         -- to be confirmed; sealed
    code_hmac    BYTES   CHECK (length(code_hmac) = 32),        -- of the code that was sent there
    asked_at     INSTANT,                                       -- when; stays when the addresses go
    CHECK ((address IS NULL) = (confirmed_at IS NULL)),
    CHECK ((wanted IS NULL) = (code_hmac IS NULL))
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
    proof        TEXT    NOT NULL,                              -- password, totp, oidc, client: what it is good for
    client       TEXT,                                          -- the registered client it was begun through
    agent        BYTES,                                         -- the browser or program, as it named itself; sealed
    created_at   INSTANT NOT NULL,
    expires_at   INSTANT NOT NULL CHECK (expires_at > created_at),
    ended_at     INSTANT
);

CREATE INDEX actor_session_account ON actor_session (account);
CREATE INDEX actor_session_expires ON actor_session (expires_at);

-- Who wants no suggestions (R69): for him nothing is worked out.
CREATE TABLE actor_no_suggestions (
    account TEXT    NOT NULL PRIMARY KEY REFERENCES actor_account (id),
    at      INSTANT NOT NULL
);

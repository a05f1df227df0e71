-- Authenticators, registered clients, logins by an identity provider.
--
--     authenticator:  begun ──a first code──▶ confirmed ──removed by a code──▶ (gone)

-- The authenticator (RFC 6238) of an account.
CREATE TABLE actor_totp (
    account      TEXT    NOT NULL PRIMARY KEY REFERENCES actor_account (id),
    secret       BYTES   NOT NULL,                              -- 20 bytes, sealed
    confirmed_at INSTANT,                                       -- NULL = begun: it lets nobody in and keeps nobody out
    last_step    INTEGER NOT NULL DEFAULT 0,                    -- of the newest code taken: none of it or before counts
    failures     INTEGER NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 5),
    shut_until   INSTANT NOT NULL DEFAULT 0,                    -- no code is looked at before
    created_at   INSTANT NOT NULL
);

-- What lets in whose phone is lost: each once.
CREATE TABLE actor_totp_recovery (
    account      TEXT    NOT NULL REFERENCES actor_totp (account),
    code_hmac    BYTES   NOT NULL CHECK (length(code_hmac) = 32),
    PRIMARY KEY (account, code_hmac)
);

-- A program of a unit. Unit, roles and state are its account's, which no person logs in to.
CREATE TABLE actor_client (
    id         TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL UNIQUE REFERENCES actor_account (id),
    names      TEXT    NOT NULL,                                -- JSON
    matters    TEXT    NOT NULL,                                -- JSON: codes it may fetch for
    keys       TEXT    NOT NULL,                                -- JSON: public keys
    created_at INSTANT NOT NULL,
    ended_at   INSTANT                                          -- its tokens and the sessions begun through it are over
);

-- Assertions of clients that were used: each counts once.
CREATE TABLE actor_client_assertion (
    assertion_hmac BYTES   NOT NULL PRIMARY KEY CHECK (length(assertion_hmac) = 32), -- of client and jti
    expires_at     INSTANT NOT NULL
);

CREATE INDEX actor_client_assertion_expires ON actor_client_assertion (expires_at);

-- Whose account an identity of the identity provider is. Bound once; issuer and subject cannot be read back.
CREATE TABLE actor_identity (
    identity_hmac BYTES   NOT NULL PRIMARY KEY CHECK (length(identity_hmac) = 32), -- of issuer and subject
    account       TEXT    NOT NULL UNIQUE REFERENCES actor_account (id),
    created_at    INSTANT NOT NULL
);

-- Identities that fitted no holder: for the manager to look into.
--
--     waits ──it fits a holder at another try, or the manager has seen to it──▶ (gone)
CREATE TABLE actor_identity_task (
    id            TEXT    NOT NULL PRIMARY KEY,
    identity_hmac BYTES   NOT NULL UNIQUE CHECK (length(identity_hmac) = 32),
    said          BYTES   NOT NULL,                             -- type, number and name as the provider said; sealed
    at            INSTANT NOT NULL                              -- the last try
);

-- Phones, and open shows.
--
--     (PIN) ──▶ open ──closes_at──▶ over
--                └──ended_at: by its holder, or in the transaction of a session's end, a PIN change, or any
--                             act on the licence──▶ over

-- A phone whose key an offline grant may be bound to. Dropped ones stay: their status indexes are never reused.
CREATE TABLE showing_device (
    id         TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES actor_account (id),
    name       BYTES   NOT NULL,                                -- what its owner calls it; sealed
    sec1       BYTES   NOT NULL CHECK (length(sec1) = 65),      -- public key, 04 x y
    thumbprint TEXT    NOT NULL CHECK (length(thumbprint) = 43),-- RFC 7638
    created_at INSTANT NOT NULL,
    dropped_at INSTANT
);

CREATE UNIQUE INDEX showing_device_in_use ON showing_device (account, thumbprint) WHERE dropped_at IS NULL;

-- One showing of one licence in one scene; its tokens are minted while it is open.
CREATE TABLE showing_show (
    id        TEXT    NOT NULL PRIMARY KEY,
    account   TEXT    NOT NULL,                                 -- the account that gave the PIN
    session   TEXT    NOT NULL,                                 -- ends with this session
    licence   TEXT    NOT NULL,
    scene     TEXT    NOT NULL,
    delegation TEXT,                                            -- by which it is shown; NULL = by none
    secret    BYTES   NOT NULL,                                 -- names its tokens; sealed
    opened_at INSTANT NOT NULL,
    closes_at INSTANT NOT NULL CHECK (closes_at > opened_at),
    ended_at  INSTANT
);

-- At most 32 open shows per account: counted on each opening.
CREATE INDEX showing_show_account ON showing_show (account, closes_at);
CREATE INDEX showing_show_session ON showing_show (session);
CREATE INDEX showing_show_delegation ON showing_show (delegation) WHERE delegation IS NOT NULL;
CREATE INDEX showing_show_licence ON showing_show (licence);

-- Eight digits that stand for one code of an open show while its holder reads them to staff. A show has one at a time;
-- whoever takes it takes it away.
CREATE TABLE showing_short_code (
    code_hmac  BYTES   NOT NULL PRIMARY KEY CHECK (length(code_hmac) = 32),
    show       TEXT    NOT NULL UNIQUE,
    audience   TEXT    NOT NULL,                                -- whom the show is for
    qr_text    BYTES   NOT NULL,                                -- the code they stand for; sealed
    expires_at INSTANT NOT NULL
);

-- Keys, trust lists, catalogues, status lists, and the change feed that empties caches.
--
-- A key's life is read from its columns, never stored as a word:
--
--     future ──nbf──▶ active ──a newer key of the purpose becomes active──▶ retired ──exp──▶ over
--        └──────────────────────── revoked_at / compromised ─────────────────────▶ revoked
--
-- A status index lives for ever: it is given once to (licence version, S) or (licence version, device) and
-- never to another, so codes of two phones do not link and an old code never shows a newer licence's state.
--
--     status_entry.value changes ──same transaction──▶ status_change (seq) ──publisher──▶ status_publication

-- One operator key; the private half is in the key store, under the same kid.
CREATE TABLE operator_key (
    kid         TEXT    NOT NULL PRIMARY KEY CHECK (length(kid) BETWEEN 1 AND 64), -- name in token headers
    purpose     TEXT    NOT NULL CHECK (purpose IN ('show', 'grant', 'status', 'catalogue')),
    sec1        BYTEA   NOT NULL CHECK (length(sec1) = 65),                        -- public half, 04 x y
    nbf         BIGINT  NOT NULL,                                                  -- signs from here on
    exp         BIGINT  NOT NULL CHECK (exp > nbf),                                -- verifies nothing after
    revoked_at  BIGINT ,                                                           -- orderly withdrawal
    compromised BIGINT  NOT NULL DEFAULT 0 CHECK (compromised IN (0, 1)),          -- refuses all it ever signed
    created_at  BIGINT  NOT NULL
);

-- Every version of the trust list, byte for byte as the roots signed it.
CREATE TABLE trust_list (
    version BIGINT  NOT NULL PRIMARY KEY CHECK (version >= 1),
    iat     BIGINT  NOT NULL,
    exp     BIGINT  NOT NULL CHECK (exp > iat),
    jws     TEXT    NOT NULL
);

-- Every version of the catalogue, byte for byte as signed.
CREATE TABLE catalogue (
    version BIGINT  NOT NULL PRIMARY KEY CHECK (version >= 1),
    iat     BIGINT  NOT NULL,
    exp     BIGINT  NOT NULL CHECK (exp > iat),
    jws     TEXT    NOT NULL
);

-- One shard of 2^20 indexes; uri is fixed when the shard is made, whatever base_url becomes later.
CREATE TABLE status_list (
    id         BIGINT  NOT NULL PRIMARY KEY CHECK (id >= 1),
    uri        TEXT    NOT NULL UNIQUE,
    created_at BIGINT  NOT NULL,
    jws        TEXT                                             -- as last signed; NULL before the first time
);

-- Who an index belongs to, and the value that is or will be on the wire.
CREATE TABLE status_entry (
    list    BIGINT  NOT NULL REFERENCES status_list (id),
    idx     BIGINT  NOT NULL CHECK (idx BETWEEN 0 AND 1048575),
    licence TEXT    NOT NULL,                                   -- licence version
    device  TEXT    NOT NULL DEFAULT '',                        -- '' = profile S
    value   BIGINT  NOT NULL DEFAULT 0 CHECK (value IN (0, 1, 2, 3, 12, 13, 14)),
    PRIMARY KEY (list, idx),
    UNIQUE (licence, device)
);

-- Devices are dropped rarely, but then all their indexes must be found.
CREATE INDEX status_entry_device ON status_entry (device) WHERE device <> '';

-- What changed, in commit order; deltas are cut from it.
CREATE TABLE status_change (
    seq   BIGINT  NOT NULL PRIMARY KEY,                         -- from change_head
    list  BIGINT  NOT NULL,
    idx   BIGINT  NOT NULL,
    value BIGINT  NOT NULL,
    at    BIGINT  NOT NULL
);

-- One signing of all shards.
CREATE TABLE status_publication (
    iat BIGINT  NOT NULL PRIMARY KEY,                           -- strictly rises
    exp BIGINT  NOT NULL CHECK (exp > iat),
    seq BIGINT  NOT NULL                                        -- changes up to here are in it
);

-- The array each shard had in a publication.
CREATE TABLE status_publication_list (
    iat    BIGINT  NOT NULL REFERENCES status_publication (iat),
    list   BIGINT  NOT NULL REFERENCES status_list (id),
    sha256 BYTEA   NOT NULL CHECK (length(sha256) = 32),        -- of the 524,288 bytes, inflated
    PRIMARY KEY (iat, list)
);

-- The head of the change feed: taken by UPDATE, so on PostgreSQL writers queue here and seq is commit order.
CREATE TABLE change_head (
    one  BIGINT  NOT NULL PRIMARY KEY CHECK (one = 1),
    seq  BIGINT  NOT NULL
);
INSERT INTO change_head (one, seq) VALUES (1, 0);

-- What caches of other servers must forget; they look every half second.
CREATE TABLE change (
    seq  BIGINT  NOT NULL PRIMARY KEY,
    kind TEXT    NOT NULL CHECK (kind IN ('session', 'account', 'licence', 'device', 'show', 'status', 'published',
                                          'keys', 'trust', 'catalogue')),
    ref  TEXT    NOT NULL,                                      -- id of the thing, '' where there is only one
    at   BIGINT  NOT NULL
);

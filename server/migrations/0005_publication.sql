-- Keys, trust lists, catalogues, status lists.
--
-- A key's life is read from its columns, never stored as a word:
--
--     future ──nbf──▶ active ──a newer key of the purpose becomes active──▶ retired ──exp──▶ over
--        └──────────────────────── revoked_at / compromised ─────────────────────▶ revoked
--
-- A status index lives for ever: it is given once to (licence version, S) or (licence version, device), each
-- by itself or by a delegation, or to (licence version, registered print), and never to another, so codes of two phones do not link and an old code never shows a newer licence's state.
--
--     status_entry.value changes ──same transaction──▶ status_change (seq) ──publisher──▶ status_publication, and
--         status_hash and status_array of the shards that changed ──when a shard is asked for──▶ status_text

-- One operator key; the private half is in the key store, under the same kid.
CREATE TABLE publication_key (
    kid         TEXT    NOT NULL PRIMARY KEY CHECK (length(kid) BETWEEN 1 AND 64), -- name in token headers
    purpose     TEXT    NOT NULL,                                                  -- show, grant, status, catalogue
    sec1        BYTES   NOT NULL CHECK (length(sec1) = 65),                        -- public half, 04 x y
    nbf         INSTANT NOT NULL,                                                  -- signs from here on
    exp         INSTANT NOT NULL CHECK (exp > nbf),                                -- verifies nothing after
    revoked_at  INSTANT,                                                           -- orderly withdrawal
    compromised FLAG    NOT NULL DEFAULT 0 CHECK (compromised IN (0, 1)),          -- refuses all it ever signed
    created_at  INSTANT NOT NULL
);

-- Every version of the trust list, byte for byte as the roots signed it.
CREATE TABLE publication_trust_list (
    version INTEGER NOT NULL PRIMARY KEY CHECK (version >= 1),
    iat     INSTANT NOT NULL,
    exp     INSTANT NOT NULL CHECK (exp > iat),
    jws     TEXT    NOT NULL
);

-- Every version of the catalogue, byte for byte as signed.
CREATE TABLE publication_catalogue (
    version INTEGER NOT NULL PRIMARY KEY CHECK (version >= 1),
    iat     INSTANT NOT NULL,
    exp     INSTANT NOT NULL CHECK (exp > iat),
    jws     TEXT    NOT NULL
);

-- One shard of 2^20 indexes; uri is fixed when the shard is made, whatever base_url becomes later.
CREATE TABLE publication_status_list (
    id              INTEGER NOT NULL PRIMARY KEY CHECK (id >= 1),
    uri             TEXT    NOT NULL UNIQUE,
    created_at      INSTANT NOT NULL,
    first_published INSTANT                                      -- iat; NULL = verifiers cannot have it yet
);

CREATE INDEX publication_status_list_new ON publication_status_list (id) WHERE first_published IS NULL;

-- Who an index belongs to, and the value that is or will be on the wire.
CREATE TABLE publication_status_entry (
    list    INTEGER NOT NULL REFERENCES publication_status_list (id),
    idx     INTEGER NOT NULL CHECK (idx BETWEEN 0 AND 1048575),
    licence TEXT    NOT NULL,                                   -- licence version
    device  TEXT    NOT NULL DEFAULT '',                        -- '' = profile S; 'ended …' = taken from one
    delegation TEXT NOT NULL DEFAULT '',                        -- by which it is shown; '' = by none
    print      TEXT NOT NULL DEFAULT '',                        -- the registered print that bears it; '' = none
    value   INTEGER NOT NULL DEFAULT 0 CHECK (value IN (0, 1, 2, 3, 12, 13, 14)),
    PRIMARY KEY (list, idx),
    UNIQUE (licence, device, delegation, print)
);

-- Devices are dropped rarely, but then all their indexes must be found.
CREATE INDEX publication_status_entry_device ON publication_status_entry (device) WHERE device <> '';

-- So is a delegation ended.
CREATE INDEX publication_status_entry_delegation ON publication_status_entry (delegation) WHERE delegation <> '';
-- And a print made void.
CREATE INDEX publication_status_entry_print ON publication_status_entry (print) WHERE print <> '';

-- From these alone a shard's array can be made again.
CREATE INDEX publication_status_entry_not_valid ON publication_status_entry (list) WHERE value <> 0;

-- What changed, in commit order; deltas are cut from it.
CREATE TABLE publication_status_change (
    seq   INTEGER NOT NULL PRIMARY KEY,                         -- from change_head
    list  INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    value INTEGER NOT NULL,
    at    INSTANT NOT NULL
);

-- The state of all shards at one moment. A shard's text is signed when it is first asked for.
CREATE TABLE publication_status_publication (
    iat   INSTANT NOT NULL PRIMARY KEY,                         -- strictly rises
    exp   INSTANT NOT NULL CHECK (exp > iat),
    seq   INTEGER NOT NULL,                                     -- changes up to here are in it
    kid   TEXT    NOT NULL,                                     -- the key that was active at iat and signs its texts
    epoch INTEGER NOT NULL                                      -- of the publisher's lease
);

-- The array a shard has from this publication on, until a later row of the same shard.
CREATE TABLE publication_status_hash (
    list   INTEGER NOT NULL REFERENCES publication_status_list (id),
    iat    INSTANT NOT NULL,
    sha256 BYTES   NOT NULL CHECK (length(sha256) = 32),        -- of the 524,288 bytes, inflated
    PRIMARY KEY (list, iat)
);

CREATE INDEX publication_status_hash_iat ON publication_status_hash (iat);

-- The newest array of a shard, packed as it stands in the signed text: the one of its newest hash.
CREATE TABLE publication_status_array (
    list   INTEGER NOT NULL PRIMARY KEY REFERENCES publication_status_list (id),
    packed TEXT    NOT NULL
);

-- A shard as last signed. Whoever signs first wins: every server hands out this text for this publication.
CREATE TABLE publication_status_text (
    list INTEGER NOT NULL PRIMARY KEY REFERENCES publication_status_list (id),
    iat  INSTANT NOT NULL,                                      -- of the publication
    jws  TEXT    NOT NULL
);

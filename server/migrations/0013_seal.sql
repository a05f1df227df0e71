-- Electronic seals of units (GB/T 38540-2020) and the licences under which they were set.
--
-- A seal, with the key that sets it:
--
--     requested ─▶ active ─▶ retired       a seal is never used again; what it was set under stays valid
--
-- requested: the key is made, its certificate and the seal are not there yet.

CREATE TABLE issuing_seal (
    name        TEXT    NOT NULL PRIMARY KEY,                   -- 印章编码, as in the seal
    unit        TEXT    NOT NULL,                               -- whose it is
    key         TEXT    NOT NULL UNIQUE,                        -- the signer's, in the store of seal keys
    state       TEXT    NOT NULL,
    certificate BYTES,                                          -- the signer's, DER
    seal        BYTES,                                          -- SESeal, DER: once, whatever it is set under
    valid_from  INSTANT,                                        -- when it may be set: by seal and certificate
    valid_to    INSTANT,
    created_at  INSTANT NOT NULL,
    CHECK (state = 'requested' OR (certificate IS NOT NULL AND seal IS NOT NULL)),
    CHECK (state = 'requested' OR (valid_from IS NOT NULL AND valid_to >= valid_from))
);

CREATE INDEX issuing_seal_unit ON issuing_seal (unit, state);

-- What was sealed of a licence version: its canonical JSON (RFC 8785), byte for byte.
CREATE TABLE issuing_sealed_version (
    licence     TEXT    NOT NULL PRIMARY KEY REFERENCES licence_record (id),
    record      BYTES   NOT NULL,                               -- encrypted: names, numbers, the face
    at          INSTANT NOT NULL
);

-- Each seal set under it, as far as it differs from the seal itself. Append only.
CREATE TABLE issuing_seal_setting (
    licence     TEXT    NOT NULL REFERENCES issuing_sealed_version (licence),
    place       INTEGER NOT NULL CHECK (place >= 1),            -- 1 = the issuing unit, then those that issue with it
    seal        TEXT    NOT NULL REFERENCES issuing_seal (name),
    at          INSTANT NOT NULL,
    data_hash   BYTES   NOT NULL CHECK (length(data_hash) = 32), -- SM3 of the record
    signature   BYTES   NOT NULL,                               -- DER
    digest      BYTES   NOT NULL CHECK (length(digest) = 32),   -- SM3 of the SES_Signature put together
    PRIMARY KEY (licence, place)
);

-- Licence files (OFD), made when first asked for.
CREATE TABLE issuing_file (
    licence     TEXT    NOT NULL PRIMARY KEY REFERENCES issuing_sealed_version (licence),
    file        BYTES   NOT NULL,                               -- encrypted
    made_at     INSTANT NOT NULL,
    code_until  INSTANT                                         -- when its paper code ends; NULL = it has none
);

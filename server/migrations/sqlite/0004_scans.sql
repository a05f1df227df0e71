-- Receipts of offline scans, handed in afterwards by the staff who scanned.
--
--     scanned offline ──(receipt kept by the verifier)──▶ handed in ──▶ row here, and, if the licence is known to this
--                                                                       server, a row of access_log that its holder reads
--
-- Append only. A receipt is what the verifier's account reports, under its name; nothing here proves a showing.
CREATE TABLE scan (
    account       TEXT    NOT NULL,                             -- who scanned and handed in
    id            TEXT    NOT NULL CHECK (length(id) = 22),     -- 128 random bits of the verifier, base64url
    at            INTEGER NOT NULL,                             -- the verifier's clock when it scanned
    received_at   INTEGER NOT NULL,
    verdict       TEXT    NOT NULL CHECK (verdict IN ('valid', 'invalid', 'undetermined')),
    code          TEXT    NOT NULL,
    scene         TEXT,
    licence       TEXT,                                         -- the identifier the verdict named, if any
    token         TEXT,                                         -- the token's jti
    status_as_of  INTEGER,                                      -- how fresh the verifier's status list was
    trust_version INTEGER,
    log_seq       INTEGER,                                      -- its row in access_log
    PRIMARY KEY (account, id)                                   -- handed in twice, counted once
) STRICT;

-- The holder's list of uses says which of its rows were offline.
CREATE INDEX scan_log ON scan (log_seq);

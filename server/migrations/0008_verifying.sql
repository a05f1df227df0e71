-- Tokens that were spent, and receipts of offline scans.
--
--     scanned offline ──(receipt kept by the verifier)──▶ handed in ──▶ row here, and, if the licence is known to this
--                                                                       server, a row of the access log for its holder

-- Tokens that a full verification has spent, by replay key (SHA-256).
CREATE TABLE verifying_spent (
    replay_key BYTES   NOT NULL PRIMARY KEY CHECK (length(replay_key) = 32),
    at         INSTANT NOT NULL,
    until      INSTANT NOT NULL                                 -- may be forgotten after: token end + slack
);

CREATE INDEX verifying_spent_until ON verifying_spent (until);

-- Receipts of offline scans, handed in afterwards by the staff who scanned. Append only. A receipt is what the
-- verifier's account reports, under its name; nothing here proves a showing.
CREATE TABLE verifying_scan (
    account       TEXT    NOT NULL,                             -- who scanned and handed in
    id            TEXT    NOT NULL CHECK (length(id) = 22),     -- 128 random bits of the verifier, base64url
    at            INSTANT NOT NULL,                             -- the verifier's clock when it scanned
    received_at   INSTANT NOT NULL,
    verdict       TEXT    NOT NULL CHECK (verdict IN ('valid', 'invalid', 'undetermined')),
    code          TEXT    NOT NULL,
    scene         TEXT,
    licence       TEXT,                                         -- the identifier the verdict named, if any
    token         TEXT,                                         -- the token's jti
    status_as_of  INSTANT,                                      -- how fresh the verifier's status list was
    trust_version INTEGER,
    matter        TEXT,                                         -- the inspection matter it was scanned in
    log_seq       INTEGER,                                      -- its row in the access log
    PRIMARY KEY (account, id)                                   -- handed in twice, counted once
);

-- The holder's list of uses says which of its rows were offline.
CREATE INDEX verifying_scan_log ON verifying_scan (log_seq);

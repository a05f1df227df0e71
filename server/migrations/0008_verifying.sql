-- Tokens that were spent, wrong short codes, receipts of scans, and what was doubtful at them.
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
    compared      FLAG    NOT NULL DEFAULT 0 CHECK (compared IN (0, 1)), -- the person was compared with the licence
    log_seq       INTEGER,                                      -- its row in the access log
    PRIMARY KEY (account, id)                                   -- handed in twice, counted once
);

-- The holder's list of uses says which of its rows were offline.
CREATE INDEX verifying_scan_log ON verifying_scan (log_seq);

-- Short codes that staff gave and that stood for nothing, for as long as they count: 10 a minute for an account, 30 for a
-- unit.
CREATE TABLE verifying_wrong_code (
    id      SERIAL,
    unit    TEXT    NOT NULL,
    account TEXT    NOT NULL,
    at      INSTANT NOT NULL
);

CREATE INDEX verifying_wrong_code_unit ON verifying_wrong_code (unit, at);
CREATE INDEX verifying_wrong_code_at ON verifying_wrong_code (at);

-- What staff found doubtful at a scan: for the unit that issued the licence, whichever that is by then, or for the manager
-- where no licence of this installation is known.
--
--     waits ──somebody has seen to it──▶ ended
CREATE TABLE verifying_doubt (
    id       TEXT    NOT NULL PRIMARY KEY,
    account  TEXT    NOT NULL,                                  -- who found it
    scan     TEXT    NOT NULL,                                  -- at which of his scans
    unit     TEXT    NOT NULL CHECK (length(unit) = 18),        -- for which unit he verified
    licence  TEXT,
    said     BYTES   NOT NULL,                                  -- his words, sealed
    at       INSTANT NOT NULL,
    ended_at INSTANT,
    UNIQUE (account, scan)
);

CREATE INDEX verifying_doubt_licence ON verifying_doubt (licence);

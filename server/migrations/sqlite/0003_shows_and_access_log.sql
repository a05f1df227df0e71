-- Open shows, spent tokens, and the access log.
--
--     (PIN) ──▶ open ──closes_at──▶ over
--                └──ended_at: by its holder, or in the transaction of a session's end, a PIN change, or any
--                             act on the licence (storage/change.rs)──▶ over

-- One showing of one licence in one scene; its tokens are minted while it is open.
CREATE TABLE show (
    id              TEXT    NOT NULL PRIMARY KEY,
    account         TEXT    NOT NULL,                           -- the holder's account that gave the PIN
    session         TEXT    NOT NULL,                           -- ends with this session
    licence         TEXT    NOT NULL,
    scene           TEXT    NOT NULL,
    opened_at       INTEGER NOT NULL,
    closes_at       INTEGER NOT NULL CHECK (closes_at > opened_at),
    ended_at        INTEGER
) STRICT;

-- At most 32 open shows per holder: counted on each opening.
CREATE INDEX show_account ON show (account, closes_at);
CREATE INDEX show_session ON show (session);
CREATE INDEX show_licence ON show (licence);

-- Tokens that a full verification has spent, by replay key (SHA-256).
CREATE TABLE spent (
    replay_key BLOB    NOT NULL PRIMARY KEY CHECK (length(replay_key) = 32),
    at         INTEGER NOT NULL,
    until      INTEGER NOT NULL                                 -- may be forgotten after: token end + slack
) STRICT, WITHOUT ROWID;

CREATE INDEX spent_until ON spent (until);

-- Who got what, when, for what: written and committed before the data leaves. Append only.
--
-- The hottest table there is: few, small columns. Refreshes (kind 2) are the bulk and are found through their
-- show, so they stand in no secondary index.
CREATE TABLE access_log (
    seq     INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    INTEGER NOT NULL CHECK (kind IN (1, 2, 3, 4)),      -- 1 show, 2 refresh, 3 grant, 4 verification
    licence TEXT    NOT NULL,                                   -- '' = not known (a verification that failed)
    actor   TEXT    NOT NULL,                                   -- account; '' = anonymous
    subject TEXT    NOT NULL,                                   -- 1, 2 the show, 3 the device, 4 the verdict's code
    scene   TEXT    NOT NULL,
    token   BLOB    NOT NULL                                    -- jti, 12 bytes, or replay key; may be empty
) STRICT;

CREATE INDEX access_log_uses ON access_log (licence, seq) WHERE kind <> 2;

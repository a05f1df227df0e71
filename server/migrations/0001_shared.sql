-- What every area uses: the change feed that empties caches, replies to repeated requests, and which server does a
-- job that only one may do.

-- The head of the change feed: taken by UPDATE, so on PostgreSQL writers queue here and seq is commit order.
CREATE TABLE change_head (
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL
);
INSERT INTO change_head (one, seq) VALUES (1, 0);

-- What caches of other servers must forget; they look every half second.
CREATE TABLE change (
    seq  INTEGER NOT NULL PRIMARY KEY,
    kind TEXT    NOT NULL,
    ref  TEXT    NOT NULL,                                      -- id of the thing, '' where there is only one
    at   INSTANT NOT NULL
);

-- Replies to requests with an Idempotency-Key, kept 24 hours. Claimed in the transaction of the effect.
CREATE TABLE idempotency (
    account     TEXT    NOT NULL,
    route       TEXT    NOT NULL,                               -- method and path
    key         TEXT    NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    fingerprint BYTES   NOT NULL CHECK (length(fingerprint) = 32), -- HMAC of the request; no body is kept
    status      INTEGER NOT NULL DEFAULT 0,
    body        BYTES,                                           -- sealed: may hold personal data
    created_at  INSTANT NOT NULL,
    PRIMARY KEY (account, route, key)
);

CREATE INDEX idempotency_age ON idempotency (created_at);

-- Which server does a job that one server at a time does. A lease ends by itself unless it is renewed, by the clock of
-- the database: the servers' own clocks may differ.
CREATE TABLE job_lease (
    name     TEXT    NOT NULL PRIMARY KEY,
    server   TEXT    NOT NULL,                                  -- one start of one server
    epoch    INTEGER NOT NULL CHECK (epoch >= 1),               -- rises with each change of holder
    until_ms INTEGER NOT NULL                                   -- unix milliseconds
);

-- What goes out: letters about notices and tasks, to a program of the operator's and by mail.
--
-- A letter is written in the transaction of what it tells of, and sent by a job:
--
--     waiting ──sent──▶ sent                        (removed after 30 days)
--        ├──fails──▶ waiting, later each time
--        ├──fails once too often, or nobody is there──▶ dead ──retry──▶ waiting
--        └◀───────────────────────────────────────────┘  └──drop──▶ dropped
--
-- It is sent at least once: a server that was killed between the sending and its noting sends it again, under the same
-- event and the same id.

CREATE TABLE outbox_letter (
    id        TEXT    NOT NULL PRIMARY KEY,
    channel   TEXT    NOT NULL,                                 -- webhook, mail
    topic     TEXT    NOT NULL,                                 -- what it tells of
    event     TEXT    NOT NULL,                                 -- id of that: by it a receiver knows what he has had
    body      TEXT,                                             -- of a webhook: JSON without names and numbers
    recipient BYTES,                                            -- of a mail: address and code, sealed
    state     TEXT    NOT NULL,
    tries     INTEGER NOT NULL DEFAULT 0,
    next_at   INSTANT NOT NULL,                                 -- not tried before
    fault     TEXT,                                             -- why the last try failed
    at        INSTANT NOT NULL,                                 -- when it was written
    ended_at  INSTANT,                                          -- when it was sent, died or was dropped
    CHECK ((body IS NULL) <> (recipient IS NULL)),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);

-- Looked through every second for what is due.
CREATE INDEX outbox_letter_due ON outbox_letter (channel, state, next_at);
CREATE INDEX outbox_letter_state ON outbox_letter (state, id);

-- Days on which the units were told what they have to do.
CREATE TABLE outbox_day (
    day INTEGER NOT NULL PRIMARY KEY,                           -- YYYYMMDD
    at  INSTANT NOT NULL
);

-- The print register (R51, R52, R54; CZ 15): each copy of a licence that its unit printed for somebody.
--
--     registered ──void──▶ void        printed again: the same file, counted

CREATE TABLE issuing_print (
    id          TEXT    NOT NULL PRIMARY KEY,
    unit        TEXT    NOT NULL,                               -- whose register
    number      TEXT    NOT NULL,                               -- in that register: year, then its place
    licence     TEXT    NOT NULL,
    account     TEXT    NOT NULL REFERENCES actor_account (id), -- who printed it
    log_seq     INTEGER NOT NULL,                               -- the use, in the access log
    at          INSTANT NOT NULL,
    words       BYTES   NOT NULL,                               -- sealed: for whom, what for
    code        BYTES   NOT NULL,                               -- sealed: the text of the code on it
    code_until  INSTANT NOT NULL,
    file        BYTES,                                          -- sealed; NULL = not drawn yet
    open_until  INSTANT NOT NULL,                               -- until when the file is given out
    again       INTEGER NOT NULL DEFAULT 0,                     -- how often it was printed again
    void_at     INSTANT,
    void_by     TEXT    REFERENCES actor_account (id),
    void_reason BYTES,                                          -- sealed
    UNIQUE (unit, number)
);

CREATE INDEX issuing_print_licence ON issuing_print (licence, id);

CREATE TABLE issuing_print_number (
    unit TEXT    NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (unit, year)
);

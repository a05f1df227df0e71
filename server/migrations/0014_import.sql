-- Imports: files of many rows that become licences, or acts on licences. A row is sealed, has a state of its own, and is
-- changed in the transaction that carries it out: so each is carried out once, whatever ends the server meanwhile.
--
--     checking ──▶ checked ──commit, by a second person──▶ committing ──▶ committed
--        │            └──cancel──▶ cancelled
--        └──▶ refused, or cancelled
--
-- A row:
--
--     good ──▶ done, or failed       bad: what is wrong with it stands in its content

CREATE TABLE issuing_import (
    id           TEXT    NOT NULL PRIMARY KEY,
    unit         TEXT    NOT NULL REFERENCES catalogue_unit (id),
    type         TEXT    NOT NULL,                              -- licences, acts, inspections
    kind         TEXT,                                          -- of the licences; NULL for acts
    kind_version INTEGER,                                       -- by which its rows were examined
    mode         TEXT,                                          -- how its licences are made
    format       TEXT    NOT NULL,                              -- xlsx, csv
    fingerprint  BYTES   NOT NULL CHECK (length(fingerprint) = 32), -- HMAC of the file's SHA-256, type, kind and mode
    file_name    BYTES   NOT NULL,                              -- as it was called, sealed
    header       TEXT    NOT NULL,                              -- the titles of its columns, JSON
    dry_run      FLAG    NOT NULL CHECK (dry_run IN (0, 1)),    -- nothing is to come of it
    state        TEXT    NOT NULL,
    trouble      TEXT,                                          -- a code: why it was refused, or what it waits for
    total        INTEGER NOT NULL,                              -- its rows; 0 until they were counted
    done         INTEGER NOT NULL,                              -- examined, or carried out, as its state says
    failed       INTEGER NOT NULL,                              -- in which something is wrong
    began_at     INSTANT NOT NULL,                              -- the step under way
    account      TEXT    NOT NULL REFERENCES actor_account (id), -- who sent it
    committed_by TEXT    REFERENCES actor_account (id),
    version      INTEGER NOT NULL CHECK (version >= 1),         -- counts everything that is told of it
    created_at   INSTANT NOT NULL,
    changed_at   INSTANT NOT NULL
);

CREATE INDEX issuing_import_unit ON issuing_import (unit, id);
CREATE INDEX issuing_import_open ON issuing_import (state) WHERE state IN ('checking', 'committing');
-- The same file is sent once, unless nothing came of it.
CREATE UNIQUE INDEX issuing_import_same ON issuing_import (unit, fingerprint)
    WHERE state NOT IN ('cancelled', 'refused');

-- The file in pieces, sealed, until its rows stand below.
CREATE TABLE issuing_import_part (
    import  TEXT    NOT NULL REFERENCES issuing_import (id),
    part    INTEGER NOT NULL,
    content BYTES   NOT NULL,
    PRIMARY KEY (import, part)
);

CREATE TABLE issuing_import_row (
    import  TEXT    NOT NULL REFERENCES issuing_import (id),
    line    INTEGER NOT NULL,                                   -- in the file, from 1
    state   TEXT    NOT NULL,
    content BYTES   NOT NULL,                                   -- its cells and what is wrong with them, sealed
    mark    BYTES,                                              -- what no two rows of a file may both have, an HMAC
    licence TEXT    REFERENCES licence_record (id),             -- what came of it, or what was acted on
    PRIMARY KEY (import, line)
);

CREATE INDEX issuing_import_row_good ON issuing_import_row (import, line) WHERE state = 'good';
-- What is wrong is asked for whenever somebody looks at an import: without it all rows of the file are read each time.
CREATE INDEX issuing_import_row_wrong ON issuing_import_row (import, line) WHERE state IN ('bad', 'failed');
-- Led by the mark: most rows there are may be of one import, and PostgreSQL does not know until it has counted them.
CREATE INDEX issuing_import_row_mark ON issuing_import_row (mark) WHERE mark IS NOT NULL;

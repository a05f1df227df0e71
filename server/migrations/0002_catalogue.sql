-- Units, and entries of the catalogue: matters, kinds of licence, scenes, inspection matters, using lists. What verifiers read of them is the signed
-- catalogue (publication_catalogue), which is made from these tables.
--
-- A unit:
--
--     applied ──approve──▶ active ──close, succeed──▶ closed (successor, if another unit took its work over)
--        └──refuse──▶ closed, and free to apply again: it never worked
--
-- A version of an entry; the published one stays in force while the next is written:
--
--     draft ──submit──▶ submitted ──publish──▶ published ──disable──▶ disabled
--       ▲ ◀────return──────┘

-- An issuing, using or social unit.
CREATE TABLE catalogue_unit (
    id         TEXT    NOT NULL PRIMARY KEY CHECK (length(id) = 18), -- unified social credit code
    names      TEXT    NOT NULL,                                -- JSON {"zh-CN","en"}
    regions    TEXT    NOT NULL DEFAULT '[]',                   -- JSON, region codes it works in
    capacities TEXT    NOT NULL DEFAULT '[]',                   -- JSON, of issuing, using, social
    audiences  TEXT    NOT NULL DEFAULT '[]',                   -- JSON, classes of scene it may verify as
    parent     TEXT    REFERENCES catalogue_unit (id),          -- for statistics and succession; gives no right
    successor  TEXT    REFERENCES catalogue_unit (id),
    state      TEXT    NOT NULL,
    contact    BYTES,                                           -- who is responsible: office, person, phone; sealed
    recovers   FLAG    NOT NULL DEFAULT 0 CHECK (recovers IN (0, 1)), -- its counter restores accounts
    changes    INTEGER NOT NULL DEFAULT 1,                      -- rises with every change: its entity tag
    worked_at  INSTANT,                                         -- since when it has been active; NULL = never
    ends_on    INTEGER,                                         -- YYYYMMDD, the day on which its work moves; NULL = none
    succession TEXT,                                            -- JSON {to, split}: where its work moves, or moved
    former_kinds TEXT  NOT NULL DEFAULT '[]',                   -- JSON, kinds it issued before its work moved
    created_at INSTANT NOT NULL,
    CHECK ((ends_on IS NULL) OR (succession IS NOT NULL))
);

CREATE INDEX catalogue_unit_ends ON catalogue_unit (ends_on) WHERE ends_on IS NOT NULL;

-- A matter, a kind, a scene, an inspection matter; and a using list, whose code is its unit's.
CREATE TABLE catalogue_entry (
    sort       TEXT    NOT NULL,                                -- word of the sort
    code       TEXT    NOT NULL,
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id), -- who may edit it
    name       TEXT    NOT NULL,                                -- of its newest version, as compared (NFKC, small)
    name_in_force TEXT,                                         -- that of the version in force; NULL = none
    newest     INTEGER NOT NULL,                                -- number of its newest version
    in_force   INTEGER,                                         -- number of the published version; NULL = none
    changes    INTEGER NOT NULL,                                -- rises with every change: its entity tag
    created_at INSTANT NOT NULL,
    PRIMARY KEY (sort, code),
    UNIQUE (sort, name),                                        -- one entry for one thing (R08)
    UNIQUE (sort, name_in_force)
);

CREATE INDEX catalogue_entry_unit ON catalogue_entry (unit);

-- What was written of it, and what became of that.
CREATE TABLE catalogue_entry_version (
    sort         TEXT    NOT NULL,
    code         TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    body         TEXT    NOT NULL,                              -- JSON, as its sort has it
    writers      TEXT    NOT NULL,                              -- JSON, accounts: none of them publishes it
    written_at   INSTANT NOT NULL,
    published_at INSTANT,
    disabled_at  INSTANT,
    PRIMARY KEY (sort, code, version),
    FOREIGN KEY (sort, code) REFERENCES catalogue_entry (sort, code)
);

-- How often units and entries in force have changed, and up to which change the signed catalogue has them.
CREATE TABLE catalogue_head (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    seq    INTEGER NOT NULL,
    signed INTEGER NOT NULL
);

INSERT INTO catalogue_head (one, seq, signed) VALUES (1, 0, 0);

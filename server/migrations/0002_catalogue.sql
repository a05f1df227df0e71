-- Units as this installation knows them. Kinds, scenes and using lists follow with their own tables; what verifiers
-- read of units is the signed catalogue (publication_catalogue).
--
--     applied ──▶ active ──▶ closed (successor, if another unit took its work over)

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
    created_at INSTANT NOT NULL
);

-- Pictures on the face of licences: what units sent, and the drafts and licences that bear them.
--
-- A picture that no draft bears is forgotten a day after it was sent.

-- A picture as it was made anew: JPEG, without what its camera wrote beside it.
CREATE TABLE issuing_picture (
    unit    TEXT    NOT NULL REFERENCES catalogue_unit (id),    -- whose staff sent it
    hash    TEXT    NOT NULL CHECK (length(hash) = 64),         -- SHA-256 of it: the value of a field of type image
    content BYTES   NOT NULL,                                   -- sealed
    width   INTEGER NOT NULL,                                   -- in pixels
    height  INTEGER NOT NULL,                                   -- the same
    account TEXT    NOT NULL REFERENCES actor_account (id),     -- who sent it last
    at      INSTANT NOT NULL,                                   -- when
    PRIMARY KEY (unit, hash)
);

CREATE INDEX issuing_picture_at ON issuing_picture (at);

-- Which picture a field of a draft, and of the licence that comes of it, has.
CREATE TABLE issuing_picture_use (
    licence TEXT    NOT NULL REFERENCES issuing_draft (id),
    field   TEXT    NOT NULL,                                   -- key of the kind's face
    unit    TEXT    NOT NULL,
    hash    TEXT    NOT NULL,
    PRIMARY KEY (licence, field),
    FOREIGN KEY (unit, hash) REFERENCES issuing_picture (unit, hash)
);

CREATE INDEX issuing_picture_use_picture ON issuing_picture_use (unit, hash);

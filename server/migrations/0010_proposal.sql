-- What two persons must do: one proposes, another person confirms, and only then it happens.
--
--     open ──confirm (another person)──▶ confirmed: carried out in the same transaction
--       ├──refuse (anybody who may confirm, or its proposer)──▶ refused
--       └──its days are over, its object changed, or its proposer lost the role──▶ lapsed

CREATE TABLE access_proposal (
    id          TEXT    NOT NULL PRIMARY KEY,
    sort        TEXT    NOT NULL,                               -- what it is of: licence_act, …
    object      TEXT    NOT NULL,                               -- id of what it is about
    version     INTEGER NOT NULL,                               -- of the object; with any other the proposal has lapsed
    act         TEXT    NOT NULL,                               -- what is to be done to the object
    unit        TEXT    NOT NULL REFERENCES catalogue_unit (id), -- whose members see it
    asked       BYTES   NOT NULL,                               -- JSON, sealed: all that carrying it out needs
    proposer    TEXT    NOT NULL REFERENCES actor_account (id),
    proposed_at INSTANT NOT NULL,
    lapses_at   INSTANT NOT NULL CHECK (lapses_at > proposed_at),
    state       TEXT    NOT NULL,
    decided_by  TEXT    REFERENCES actor_account (id),          -- who confirmed or refused
    decided_at  INSTANT,
    reason      BYTES                                           -- of the decision, sealed
);

-- The same act proposed again is the same proposal.
CREATE UNIQUE INDEX access_proposal_open ON access_proposal (sort, object, act) WHERE state = 'open';
CREATE INDEX access_proposal_unit ON access_proposal (unit, id);
-- Looked through every minute for those that have lapsed.
CREATE INDEX access_proposal_waiting ON access_proposal (lapses_at) WHERE state = 'open';

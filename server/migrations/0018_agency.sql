-- Agencies as a counter enters them: who is the legal representative of a firm, the guardian of a ward. The agencies
-- themselves are actor_agency.
--
--     entered ──approve, by another person──▶ approved: the agency begins ──end, for a reason──▶ ended, with those below it
--        └──refuse, for a reason──▶ refused

CREATE TABLE actor_agency_entry (
    id         TEXT    NOT NULL PRIMARY KEY,
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id), -- whose counter
    level      TEXT    NOT NULL,                                -- legal_representative, guardian
    said       BYTES   NOT NULL,                                -- JSON: holder, agent, evidence; sealed
    ends_on    INTEGER,                                         -- YYYYMMDD, its last day; NULL = none is named
    state      TEXT    NOT NULL,
    entered_by TEXT    NOT NULL REFERENCES actor_account (id),
    entered_at INSTANT NOT NULL,
    decided_by TEXT    REFERENCES actor_account (id),
    decided_at INSTANT,
    reason     BYTES,                                           -- why it was refused or ended, sealed
    agency     TEXT    REFERENCES actor_agency (id),            -- that began
    ended_by   TEXT    REFERENCES actor_account (id),           -- who ended it at the counter
    ended_at   INSTANT
);

CREATE INDEX actor_agency_entry_unit ON actor_agency_entry (unit, id);
-- Looked for when somebody is removed who named others.
CREATE INDEX actor_agency_given_by ON actor_agency (given_by) WHERE given_by IS NOT NULL;

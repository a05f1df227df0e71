-- What holders let others use and show, and issuers let units use.
--
-- An authorisation 授权用证: live until its time is over, or until its holder takes it back.
--
-- A delegation 委托用证, which waits seven days for its answer:
--
--     waiting ──accept, by whom it is for──▶ accepted, and from starts_at to until in force
--        ├──decline, by him──▶ declined       └──withdraw, by the holder, or given up by the delegate──▶ ended
--        ├──seven days, or until──▶ lapsed
--        └──withdraw, by the holder──▶ ended
--
-- A duty application 履职共享申请:
--
--     applied ──grant, by the issuer──▶ granted: its standing consent ──end, by the issuer──▶ ended
--        ├──refuse, by the issuer──▶ refused
--        └──withdraw, by the unit, from applied or granted──▶ withdrawn

CREATE TABLE consent_authorisation (
    id           TEXT    NOT NULL PRIMARY KEY,
    licence      TEXT    NOT NULL REFERENCES licence_record (id), -- the newest version of the same holder
    given_for    TEXT    NOT NULL REFERENCES licence_record (id), -- the version it was given for
    holder       TEXT    NOT NULL REFERENCES actor_holder (id),   -- who gave it
    account      TEXT    NOT NULL REFERENCES actor_account (id),  -- by which account: his own, or an agent's
    footing      TEXT    NOT NULL,                              -- own, agent
    unit         TEXT    NOT NULL REFERENCES catalogue_unit (id), -- who may use it
    scope        TEXT    NOT NULL,                              -- view, download
    purpose      TEXT    NOT NULL,                              -- code, as in the unit's using list
    case_id      TEXT    REFERENCES issuing_case (id),          -- the only one it counts for, if it was given at a counter
    given_at     INSTANT NOT NULL,
    until        INSTANT NOT NULL CHECK (until > given_at),
    withdrawn_at INSTANT
);

CREATE INDEX consent_authorisation_holder ON consent_authorisation (holder, id);
-- Looked for when a new version takes a licence's place.
CREATE INDEX consent_authorisation_licence ON consent_authorisation (licence);
CREATE INDEX consent_authorisation_unit ON consent_authorisation (unit, holder);

CREATE TABLE consent_delegation (
    id          TEXT    NOT NULL PRIMARY KEY,
    licence     TEXT    NOT NULL REFERENCES licence_record (id), -- the newest version of the same holder
    given_for   TEXT    NOT NULL REFERENCES licence_record (id), -- the version it was given for
    holder      TEXT    NOT NULL REFERENCES actor_holder (id),  -- whose it is
    account     TEXT    NOT NULL REFERENCES actor_account (id), -- by which account it was given: his own, or an agent's
    footing     TEXT    NOT NULL,                               -- own, agent
    number_hmac BYTES   NOT NULL CHECK (length(number_hmac) = 32), -- whom it is for, whether he has an account or not
    person      BYTES   NOT NULL,                               -- his name and number, sealed
    scenes      TEXT    NOT NULL CHECK (length(scenes) > 0),    -- codes, a blank between
    matter      TEXT,                                           -- code of what it is for
    starts_at   INSTANT NOT NULL,
    until       INSTANT NOT NULL CHECK (until > starts_at),
    given_at    INSTANT NOT NULL,
    told        INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1, 2)), -- 1 = whom it is for; 2 = that nobody answered
    answer      TEXT,                                           -- accepted, declined
    answered_by TEXT    REFERENCES actor_account (id),
    answered_at INSTANT,
    ended_by    TEXT,                                           -- given = by the holder's side, received = by the delegate
    ended_at    INSTANT
);

CREATE INDEX consent_delegation_holder ON consent_delegation (holder, id);
CREATE INDEX consent_delegation_number ON consent_delegation (number_hmac, id);
-- Looked for when a new version takes a licence's place.
CREATE INDEX consent_delegation_licence ON consent_delegation (licence);
-- Looked through for whom to tell.
CREATE INDEX consent_delegation_untold ON consent_delegation (id)
    WHERE told < 2 AND answer IS NULL AND ended_at IS NULL;

CREATE TABLE consent_duty (
    id         TEXT    NOT NULL PRIMARY KEY,
    unit       TEXT    NOT NULL REFERENCES catalogue_unit (id), -- who applied
    issuer     TEXT    NOT NULL REFERENCES catalogue_unit (id), -- whose licences it needs
    kind       TEXT    NOT NULL CHECK (length(kind) = 21),
    purpose    TEXT    NOT NULL,                                -- code, as in the unit's using list
    need       BYTES   NOT NULL,                                -- what it needs them for, in words, sealed
    state      TEXT    NOT NULL,
    account    TEXT    NOT NULL REFERENCES actor_account (id),  -- who applied
    at         INSTANT NOT NULL,
    decided_by TEXT    REFERENCES actor_account (id),           -- who granted or refused
    decided_at INSTANT,
    ended_by   TEXT    REFERENCES actor_account (id),           -- who ended or withdrew it
    ended_at   INSTANT,
    reason     BYTES                                            -- of the last act, sealed
);

-- One that is open or granted for one need.
CREATE UNIQUE INDEX consent_duty_one ON consent_duty (unit, issuer, kind, purpose) WHERE state IN ('applied', 'granted');
CREATE INDEX consent_duty_unit ON consent_duty (unit, id);
CREATE INDEX consent_duty_issuer ON consent_duty (issuer, id);

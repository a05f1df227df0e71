-- What using units do with licences. Each use and each refused try stands in trace_access_log.

-- A unit of which several tries were refused within an hour, for the manager.
CREATE TABLE casework_alarm (
    id       TEXT    NOT NULL PRIMARY KEY,
    unit     TEXT    NOT NULL REFERENCES catalogue_unit (id),
    tries    INTEGER NOT NULL CHECK (tries >= 1),               -- refused within the hour before last_at
    first_at INSTANT NOT NULL,
    last_at  INSTANT NOT NULL,
    ended_at INSTANT                                            -- when a manager had seen to it
);

-- One that is open for a unit.
CREATE UNIQUE INDEX casework_alarm_open ON casework_alarm (unit) WHERE ended_at IS NULL;

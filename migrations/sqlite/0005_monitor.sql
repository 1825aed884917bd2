-- Where figures come from. The definition is the whole of what an administrator wrote, as JSON.
CREATE TABLE sources (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    owner        TEXT NOT NULL,
    definition   TEXT NOT NULL,
    enabled      INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    token_sha256 TEXT UNIQUE,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE source_versions (
    source_id  TEXT NOT NULL REFERENCES sources (id),
    version    INTEGER NOT NULL,
    definition TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (source_id, version)
) STRICT;

-- Which procedures stand still when a source does; the code '*' means every procedure.
CREATE TABLE source_procedures (
    source_id TEXT NOT NULL REFERENCES sources (id),
    code      TEXT NOT NULL,
    PRIMARY KEY (source_id, code)
) STRICT;
CREATE INDEX source_procedures_by_code ON source_procedures (code);

-- One line of figures of a source. Probes have the metric 'probe': milliseconds from start to last byte.
CREATE TABLE series (
    id         INTEGER PRIMARY KEY,
    source_id  TEXT NOT NULL REFERENCES sources (id),
    metric     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    unit       TEXT NOT NULL,
    every_ms   INTEGER,
    max_age_ms INTEGER,
    UNIQUE (source_id, metric, subject)
) STRICT;
INSERT INTO counters (name, n) VALUES ('series', 0);

-- One value of a series for the time that begins at `slot`. The highest revision is in force, the others stay.
CREATE TABLE observations (
    series_id   INTEGER NOT NULL,
    slot        INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('number', 'not_applicable', 'not_delivered', 'suppressed')),
    value       REAL,
    failure     TEXT,
    detail      TEXT,
    observed_at INTEGER NOT NULL,
    PRIMARY KEY (series_id, slot, revision)
) STRICT, WITHOUT ROWID;

-- Sums of observations in force by five minutes, hour and day in Vietnam. `buckets` counts good numbers by the bounds
-- of the program, separated by commas; excluded failures are not the service's.
CREATE TABLE rollups (
    series_id      INTEGER NOT NULL,
    step           TEXT NOT NULL CHECK (step IN ('5m', '1h', '1d')),
    at             INTEGER NOT NULL,
    good           INTEGER NOT NULL,
    bad            INTEGER NOT NULL,
    excluded       INTEGER NOT NULL,
    not_applicable INTEGER NOT NULL,
    not_delivered  INTEGER NOT NULL,
    suppressed     INTEGER NOT NULL,
    total          REAL NOT NULL,
    least          REAL,
    most           REAL,
    buckets        TEXT NOT NULL,
    PRIMARY KEY (series_id, step, at)
) STRICT, WITHOUT ROWID;

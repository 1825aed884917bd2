-- Where figures come from. The definition is the whole of what an administrator wrote, as JSON.
CREATE TABLE sources (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    owner        TEXT NOT NULL,
    definition   TEXT NOT NULL,
    enabled      BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    token_sha256 TEXT UNIQUE,
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL
);

CREATE TABLE source_versions (
    source_id  TEXT NOT NULL REFERENCES sources (id),
    version    BIGINT NOT NULL,
    definition TEXT NOT NULL,
    enabled    BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (source_id, version)
);

-- Which procedures stand still when a source does; the code '*' means every procedure.
CREATE TABLE source_procedures (
    source_id TEXT NOT NULL REFERENCES sources (id),
    code      TEXT NOT NULL,
    PRIMARY KEY (source_id, code)
);
CREATE INDEX source_procedures_by_code ON source_procedures (code);

-- One line of figures of a source. Probes have the metric 'probe': milliseconds from start to last byte.
CREATE TABLE series (
    id         BIGINT PRIMARY KEY,
    source_id  TEXT NOT NULL REFERENCES sources (id),
    metric     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    unit       TEXT NOT NULL,
    every_ms   BIGINT,
    max_age_ms BIGINT,
    UNIQUE (source_id, metric, subject)
);
INSERT INTO counters (name, n) VALUES ('series', 0);

-- One value of a series for the time that begins at `slot`. The highest revision is in force, the others stay.
CREATE TABLE observations (
    series_id   BIGINT NOT NULL,
    slot        BIGINT NOT NULL,
    revision    BIGINT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('number', 'not_applicable', 'not_delivered', 'suppressed')),
    value       DOUBLE PRECISION,
    failure     TEXT,
    detail      TEXT,
    observed_at BIGINT NOT NULL,
    PRIMARY KEY (series_id, slot, revision)
) PARTITION BY RANGE (slot);
-- Months get partitions of their own before they begin; what fits none is still kept.
CREATE TABLE observations_other PARTITION OF observations DEFAULT;

-- Sums of observations in force by five minutes, hour and day in Vietnam. `buckets` counts good numbers by the bounds
-- of the program, separated by commas; excluded failures are not the service's.
CREATE TABLE rollups (
    series_id      BIGINT NOT NULL,
    step           TEXT NOT NULL CHECK (step IN ('5m', '1h', '1d')),
    at             BIGINT NOT NULL,
    good           BIGINT NOT NULL,
    bad            BIGINT NOT NULL,
    excluded       BIGINT NOT NULL,
    not_applicable BIGINT NOT NULL,
    not_delivered  BIGINT NOT NULL,
    suppressed     BIGINT NOT NULL,
    total          DOUBLE PRECISION NOT NULL,
    least          DOUBLE PRECISION,
    most           DOUBLE PRECISION,
    buckets        TEXT NOT NULL,
    PRIMARY KEY (series_id, step, at)
);

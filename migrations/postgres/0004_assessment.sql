-- The last time a source was seen to hold the procedure as it stands.
ALTER TABLE procedures ADD COLUMN read_at BIGINT;
UPDATE procedures SET read_at = changed_at;

-- What rooms to the left of the catalog say of a procedure, for lists and facets.
CREATE TABLE procedure_facets (
    code           TEXT PRIMARY KEY REFERENCES procedures (code),
    online_level   TEXT NOT NULL,
    online         TEXT,
    declared_level TEXT,
    gap            TEXT,
    assessed_at    BIGINT NOT NULL
);

-- Numbers that law or policy sets; the row with the latest day that has come is in force.
CREATE TABLE parameters (
    name       TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    value      DOUBLE PRECISION NOT NULL,
    source     TEXT NOT NULL,
    PRIMARY KEY (name, valid_from)
);
INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('valid_days_declaration', '2026-01-01', 180, 'product rule: a declaration holds for half a year'),
    ('valid_days_document', '2026-01-01', 365, 'product rule: a document holds for a year'),
    ('valid_days_data', '2026-01-01', 90, 'product rule: dossiers of the last 90 days'),
    ('valid_days_run', '2026-01-01', 180, 'product rule: a test journey holds for half a year'),
    ('coverage_share', '2026-01-01', 0.95, 'product rule C1'),
    ('high_volume_share', '2026-01-01', 0.8, 'product rule: the procedures that make 80 % of dossiers'),
    ('hours_per_failing_point', '2026-01-01', 2, 'estimate: one errand to an agency and back, not measured');

CREATE TABLE claims (
    id          TEXT PRIMARY KEY,
    code        TEXT NOT NULL REFERENCES procedures (code),
    unit_id     TEXT NOT NULL,
    point       TEXT NOT NULL,
    value       TEXT NOT NULL CHECK (value IN ('yes', 'no', 'not_applicable', 'unknown')),
    kind        TEXT NOT NULL CHECK (kind IN ('declaration', 'document', 'data', 'run')),
    source      TEXT NOT NULL,
    link        TEXT,
    sha256      TEXT,
    assessor    TEXT,
    reason      TEXT,
    legal_basis TEXT,
    note        TEXT,
    checked_at  BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX claims_by_subject ON claims (code, unit_id);

-- Every state a verdict has had; the current one has no end. An empty unit means all units.
CREATE TABLE assessments (
    code        TEXT NOT NULL REFERENCES procedures (code),
    unit_id     TEXT NOT NULL,
    valid_from  BIGINT NOT NULL,
    valid_to    BIGINT,
    level       TEXT NOT NULL,
    points      TEXT NOT NULL,
    claimed     BIGINT NOT NULL,
    verified    BIGINT NOT NULL,
    dormant     BIGINT NOT NULL,
    gap         TEXT,
    flags       TEXT NOT NULL,
    next_expiry BIGINT,
    PRIMARY KEY (code, unit_id, valid_from)
);
CREATE INDEX assessments_current ON assessments (code, unit_id) WHERE valid_to IS NULL;
CREATE INDEX assessments_by_expiry ON assessments (next_expiry) WHERE valid_to IS NULL;

CREATE TABLE flags (
    id              TEXT PRIMARY KEY,
    code            TEXT NOT NULL REFERENCES procedures (code),
    unit_id         TEXT NOT NULL,
    flag            TEXT NOT NULL,
    opened_at       BIGINT NOT NULL,
    acknowledged_at BIGINT,
    resolved_at     BIGINT,
    reopened        BIGINT NOT NULL,
    owner           TEXT,
    cause           TEXT,
    due_date        TEXT,
    version         BIGINT NOT NULL,
    UNIQUE (code, unit_id, flag)
);
CREATE INDEX flags_open ON flags (code) WHERE resolved_at IS NULL;

CREATE TABLE flag_events (
    flag_id TEXT NOT NULL REFERENCES flags (id),
    at      BIGINT NOT NULL,
    event   TEXT NOT NULL,
    actor   TEXT,
    detail  TEXT NOT NULL
);
CREATE INDEX flag_events_by_flag ON flag_events (flag_id, at);

-- Dossiers by procedure, unit and period. A prior tells what is used much; only dossiers are evidence.
CREATE TABLE volumes (
    code        TEXT NOT NULL,
    unit_id     TEXT NOT NULL,
    period_from TEXT NOT NULL,
    period_to   TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('dossiers', 'prior')),
    total       BIGINT NOT NULL,
    online      BIGINT,
    source      TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (code, unit_id, period_from, period_to, source)
);

INSERT INTO counters (name, n) VALUES ('assessed', 0);

-- When each source is asked next, and who is asking it now.
-- `slot` is the planned time of the value, `next_at` when it is asked for: NULL while the source is switched off.
CREATE TABLE polls (
    source_id       TEXT PRIMARY KEY REFERENCES sources (id),
    version         BIGINT NOT NULL,
    host            TEXT NOT NULL,
    host_limit      BIGINT NOT NULL,
    every_ms        BIGINT NOT NULL,
    lease_ms        BIGINT NOT NULL,
    daily_budget    BIGINT,
    slot            BIGINT NOT NULL,
    next_at         BIGINT,
    lease_owner     TEXT,
    lease_until     BIGINT,
    failures        BIGINT NOT NULL DEFAULT 0,
    circuit_until   BIGINT,
    etag            TEXT,
    last_modified   TEXT,
    day             BIGINT NOT NULL DEFAULT 0,
    requests_today  BIGINT NOT NULL DEFAULT 0,
    asked_again     BIGINT NOT NULL DEFAULT 0,
    last_attempt_at BIGINT,
    last_good_at    BIGINT,
    last_failure    TEXT
);
CREATE INDEX polls_by_time ON polls (next_at, source_id);
CREATE INDEX polls_by_lease ON polls (lease_until, host) WHERE lease_until IS NOT NULL;

-- 'claims' is the row that those who claim polls wait for; its number is when somebody last claimed.
-- The others say up to when values and roll-ups have been dropped.
INSERT INTO counters (name, n) VALUES ('claims', 0), ('dropped_raw', 0), ('dropped_5m', 0), ('dropped_1h', 0), ('dropped_1d', 0);

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('retention_days_raw', '2026-01-01', 30, 'product rule: single values for 30 days'),
    ('retention_days_5m', '2026-01-01', 397, 'product rule: five minutes for 13 months'),
    ('retention_days_1h', '2026-01-01', 1827, 'product rule: hours for 5 years'),
    ('retention_days_1d', '2026-01-01', 0, 'product rule: days for ever, written as 0');

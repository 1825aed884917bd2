-- A promise and how it is counted. The definition is the whole of what somebody wrote, as JSON; the columns beside it
-- repeat what is searched for. `standing` is what the last full month came to.
CREATE TABLE service_levels (
    id             TEXT PRIMARY KEY,
    version        INTEGER NOT NULL,
    enabled        INTEGER NOT NULL,
    indicator      TEXT NOT NULL,
    source_id      TEXT NOT NULL,
    procedure_code TEXT NOT NULL,
    unit_id        TEXT NOT NULL,
    definition     TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL,
    evaluated_to   INTEGER,
    month          TEXT,
    standing       TEXT
) STRICT;
CREATE INDEX service_levels_by_procedure ON service_levels (procedure_code, indicator);
CREATE INDEX service_levels_by_source ON service_levels (source_id, indicator);

CREATE TABLE service_level_versions (
    service_level_id TEXT NOT NULL REFERENCES service_levels (id),
    version          INTEGER NOT NULL,
    valid_from       INTEGER NOT NULL,
    enabled          INTEGER NOT NULL,
    definition       TEXT NOT NULL,
    changed_by       TEXT NOT NULL,
    PRIMARY KEY (service_level_id, version)
) STRICT;

-- What the window of a service level last came to, as JSON, and what pages and metrics ask for of it.
CREATE TABLE service_level_reports (
    service_level_id TEXT PRIMARY KEY REFERENCES service_levels (id),
    version          INTEGER NOT NULL,
    until            INTEGER NOT NULL,
    standing         TEXT NOT NULL,
    report           TEXT NOT NULL
) STRICT;

-- Every full month as it was judged, by the version that was in force when the month began.
CREATE TABLE service_level_months (
    service_level_id TEXT NOT NULL REFERENCES service_levels (id),
    month            TEXT NOT NULL,
    version          INTEGER NOT NULL,
    objective        REAL NOT NULL,
    good             INTEGER NOT NULL,
    bad              INTEGER NOT NULL,
    excluded         INTEGER NOT NULL,
    absent           INTEGER NOT NULL,
    standing         TEXT NOT NULL,
    judged_at        INTEGER NOT NULL,
    PRIMARY KEY (service_level_id, month)
) STRICT;

-- Pairs of windows and how many times faster than allowed the budget may burn in both. The rows with the latest day
-- that has come are in force, all of them together.
CREATE TABLE burn_rules (
    valid_from       TEXT NOT NULL,
    name             TEXT NOT NULL,
    factor           REAL NOT NULL,
    long_minutes     INTEGER NOT NULL,
    short_minutes    INTEGER NOT NULL,
    severity         TEXT NOT NULL CHECK (severity IN ('urgent', 'planned')),
    opens_minutes    INTEGER NOT NULL,
    resolves_minutes INTEGER NOT NULL,
    source           TEXT NOT NULL,
    PRIMARY KEY (valid_from, name)
) STRICT;
INSERT INTO burn_rules (valid_from, name, factor, long_minutes, short_minutes, severity, opens_minutes, resolves_minutes,
                        source) VALUES
    ('2026-01-01', '1h', 14.4, 60, 5, 'urgent', 0, 15, 'product rule: 2 % of a 30-day budget in an hour'),
    ('2026-01-01', '6h', 6, 360, 30, 'urgent', 0, 15, 'product rule: 5 % of a 30-day budget in six hours'),
    ('2026-01-01', '1d', 3, 1440, 120, 'planned', 0, 30, 'product rule: 10 % of a 30-day budget in a day'),
    ('2026-01-01', '3d', 1, 4320, 360, 'planned', 0, 30, 'product rule: 10 % of a 30-day budget in three days');

-- An alert waits from `since`, is open from `opened_at`, and no longer from `resolved_at`.
CREATE TABLE alerts (
    id               TEXT PRIMARY KEY,
    service_level_id TEXT NOT NULL REFERENCES service_levels (id),
    kind             TEXT NOT NULL CHECK (kind IN ('burn', 'absent')),
    rule             TEXT NOT NULL,
    severity         TEXT NOT NULL CHECK (severity IN ('urgent', 'planned')),
    since            INTEGER NOT NULL,
    opened_at        INTEGER,
    clear_since      INTEGER,
    resolved_at      INTEGER,
    detail           TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX alerts_standing ON alerts (service_level_id, kind, rule) WHERE resolved_at IS NULL;
CREATE INDEX alerts_by_level ON alerts (service_level_id, since);

-- Planned stops. Whether one is left out of the count follows from the working days between announcement and start.
CREATE TABLE maintenances (
    id           TEXT PRIMARY KEY,
    source_id    TEXT NOT NULL REFERENCES sources (id),
    starts_at    INTEGER NOT NULL,
    restores_at  INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    announced_at INTEGER NOT NULL,
    link         TEXT NOT NULL,
    reason       TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    cancelled_at INTEGER,
    version      INTEGER NOT NULL
) STRICT;
CREATE INDEX maintenances_by_source ON maintenances (source_id, starts_at);

-- How far the values of a probe have been read, and what they say of the service now.
CREATE TABLE incident_followers (
    series_id   INTEGER PRIMARY KEY,
    source_id   TEXT NOT NULL REFERENCES sources (id),
    slot        INTEGER NOT NULL,
    phase       TEXT NOT NULL CHECK (phase IN ('up', 'failing', 'down', 'recovering')),
    planned     INTEGER NOT NULL,
    since       INTEGER NOT NULL,
    polls       INTEGER NOT NULL,
    clear_since INTEGER,
    failure     TEXT,
    judged_at   INTEGER,
    good_at     INTEGER,
    incident_id TEXT
) STRICT;
CREATE INDEX incident_followers_by_source ON incident_followers (source_id);

-- A time in which services that share a cause did not answer. `kind` is 'maintenance' within a planned stop.
CREATE TABLE incidents (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('incident', 'maintenance')),
    cause      TEXT NOT NULL,
    failure    TEXT NOT NULL,
    severity   TEXT NOT NULL CHECK (severity IN ('critical', 'major', 'minor')),
    started_at INTEGER NOT NULL,
    opened_at  INTEGER NOT NULL,
    ended_at   INTEGER,
    closed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX incidents_open ON incidents (kind, cause) WHERE closed_at IS NULL;
CREATE INDEX incidents_by_time ON incidents (started_at);

CREATE TABLE incident_members (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    source_id   TEXT NOT NULL REFERENCES sources (id),
    failure     TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (incident_id, source_id, started_at)
) STRICT;
CREATE INDEX incident_members_by_source ON incident_members (source_id, started_at);

-- Who is told of what, and how. A secret is named, never kept here.
CREATE TABLE subscriptions (
    id         TEXT PRIMARY KEY,
    channel    TEXT NOT NULL CHECK (channel IN ('in_app', 'webhook', 'email')),
    target     TEXT NOT NULL,
    secret     TEXT NOT NULL,
    events     TEXT NOT NULL,
    about_kind TEXT NOT NULL CHECK (about_kind IN ('all', 'service_level', 'source', 'procedure')),
    about      TEXT NOT NULL,
    enabled    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    version    INTEGER NOT NULL
) STRICT;

-- What somebody is told. One event tells a subscription once, however many processes see it.
CREATE TABLE notifications (
    id              TEXT PRIMARY KEY,
    subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
    event_key       TEXT NOT NULL,
    event           TEXT NOT NULL,
    target          TEXT NOT NULL,
    title           TEXT NOT NULL,
    body            TEXT NOT NULL,
    at              INTEGER NOT NULL,
    read_at         INTEGER,
    UNIQUE (subscription_id, event_key)
) STRICT;
CREATE INDEX notifications_by_target ON notifications (target, at);

-- Notifications that leave the program.
CREATE TABLE deliveries (
    notification_id TEXT PRIMARY KEY REFERENCES notifications (id),
    state           TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
    attempts        INTEGER NOT NULL,
    run_at          INTEGER NOT NULL,
    lease_until     INTEGER,
    last_error      TEXT,
    ended_at        INTEGER
) STRICT;
CREATE INDEX deliveries_by_time ON deliveries (state, run_at);

-- Whoever holds this row is the one that follows incidents.
INSERT INTO counters (name, n) VALUES ('incidents', 0);

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('service_level_few', '2026-01-01', 100, 'product rule S-09: fewer events are shown as counts with an interval'),
    ('service_level_absent_samples', '2026-01-01', 3, 'product rule S-10: so many expected values missing in a row raise an alert'),
    ('service_level_absent_opens_minutes', '2026-01-01', 0, 'product rule S-10'),
    ('service_level_absent_resolves_minutes', '2026-01-01', 10, 'product rule S-10'),
    ('maintenance_notice_working_days', '2026-07-01', 7, 'NĐ 224/2026 Đ13: working days between notice and planned stop'),
    ('incident_opens_after', '2026-01-01', 3, 'product rule S-12: failed polls in a row'),
    ('incident_closes_after', '2026-01-01', 2, 'product rule S-12: good polls in a row'),
    ('incident_critical_procedures', '2026-01-01', 100, 'product rule: an incident that holds up so many procedures is critical'),
    ('bar_available_share', '2026-01-01', 0.999, 'product rule U-05: a day is shown as available from this share on'),
    ('bar_degraded_share', '2026-01-01', 0.95, 'product rule U-05: a day below this share is shown as down'),
    ('delivery_attempts', '2026-01-01', 6, 'product rule: a notification is sent so often before it is given up'),
    ('metric_labels', '2026-01-01', 2000, 'product rule: service levels and sources shown to Prometheus at most');

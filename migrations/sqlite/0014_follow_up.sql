-- How a measure is put into force: its stages, the units in which it is rolled out; and the tasks of directives.

CREATE TABLE measure_stages (
    id           TEXT PRIMARY KEY,
    measure_id   TEXT NOT NULL REFERENCES measures (id),
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    planned_from TEXT NOT NULL,
    planned_to   TEXT NOT NULL,
    actual_from  TEXT,
    actual_to    TEXT,
    version      INTEGER NOT NULL,
    UNIQUE (measure_id, position)
) STRICT;

-- A unit that the tables of units do not have is kept by its name alone.
CREATE TABLE measure_units (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    name       TEXT NOT NULL,
    unit_id    TEXT REFERENCES units (id),
    planned_on TEXT NOT NULL,
    done_on    TEXT,
    PRIMARY KEY (measure_id, name)
) STRICT;

CREATE TABLE directive_tasks (
    id              TEXT PRIMARY KEY,
    directive       TEXT NOT NULL,
    item            TEXT NOT NULL,
    title           TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    owner           TEXT NOT NULL,
    authority       TEXT NOT NULL,
    product         TEXT NOT NULL,
    due_date        TEXT NOT NULL,
    begun_on        TEXT,
    done_on         TEXT,
    result          TEXT NOT NULL,
    objective       TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    version         INTEGER NOT NULL
) STRICT;
CREATE INDEX directive_tasks_by_due ON directive_tasks (due_date, id);

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('initiative_unapplied_working_days', '2026-01-01', 20, 'product rule R-14: an approved measure that the catalog does not show after so many working days is named'),
    ('burden_hours_per_case', '2026-01-01', 2, 'working assumption of this program: hours somebody spends on one dossier; set your own measure'),
    ('burden_weight_point', '2026-01-01', 1, 'product rule R-07: weight of a point that is not met'),
    ('burden_weight_flag', '2026-01-01', 1, 'product rule R-07: weight of an open flag');

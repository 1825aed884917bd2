-- How a measure is put into force: its stages, the units in which it is rolled out; and the tasks of directives.

CREATE TABLE measure_stages (
    id           TEXT COLLATE "C" PRIMARY KEY,
    measure_id   TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    position     BIGINT NOT NULL,
    name         TEXT NOT NULL,
    planned_from TEXT COLLATE "C" NOT NULL,
    planned_to   TEXT COLLATE "C" NOT NULL,
    actual_from  TEXT COLLATE "C",
    actual_to    TEXT COLLATE "C",
    version      BIGINT NOT NULL,
    UNIQUE (measure_id, position)
);

-- A unit that the tables of units do not have is kept by its name alone.
CREATE TABLE measure_units (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    name       TEXT COLLATE "C" NOT NULL,
    unit_id    TEXT COLLATE "C" REFERENCES units (id),
    planned_on TEXT COLLATE "C" NOT NULL,
    done_on    TEXT COLLATE "C",
    PRIMARY KEY (measure_id, name)
);

CREATE TABLE directive_tasks (
    id              TEXT COLLATE "C" PRIMARY KEY,
    directive       TEXT COLLATE "C" NOT NULL,
    item            TEXT COLLATE "C" NOT NULL,
    title           TEXT NOT NULL,
    organisation_id TEXT COLLATE "C" NOT NULL REFERENCES organisations (id),
    owner           TEXT NOT NULL,
    authority       TEXT NOT NULL,
    product         TEXT NOT NULL,
    due_date        TEXT COLLATE "C" NOT NULL,
    begun_on        TEXT COLLATE "C",
    done_on         TEXT COLLATE "C",
    result          TEXT NOT NULL,
    objective       TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX directive_tasks_by_due ON directive_tasks (due_date, id);

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('initiative_unapplied_working_days', '2026-01-01', 20, 'product rule R-14: an approved measure that the catalog does not show after so many working days is named'),
    ('burden_hours_per_case', '2026-01-01', 2, 'working assumption of this program: hours somebody spends on one dossier; set your own measure'),
    ('burden_weight_point', '2026-01-01', 1, 'product rule R-07: weight of a point that is not met'),
    ('burden_weight_flag', '2026-01-01', 1, 'product rule R-07: weight of an open flag');

-- What decisions changed in procedures before a source shows it.
CREATE TABLE amendments (
    origin      TEXT NOT NULL,
    code        TEXT NOT NULL REFERENCES procedures (code),
    position    INTEGER NOT NULL,
    part        TEXT NOT NULL,
    before_text TEXT,
    after_text  TEXT,
    state       TEXT NOT NULL CHECK (state IN ('standing', 'fulfilled', 'contradicted')),
    applied_at  INTEGER NOT NULL,
    settled_at  INTEGER,
    PRIMARY KEY (origin, code, position)
) STRICT;
CREATE INDEX amendments_by_state ON amendments (state, code);

-- States, steps, roles, preconditions and deadlines of a track; what runs keeps the version it began with.
CREATE TABLE workflows (
    track      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (track, version)
) STRICT;

CREATE TABLE initiatives (
    id               TEXT PRIMARY KEY,
    number           TEXT NOT NULL UNIQUE,
    track            TEXT NOT NULL,
    workflow_version INTEGER NOT NULL,
    title            TEXT NOT NULL,
    organisation_id  TEXT REFERENCES organisations (id),
    proposer_id      TEXT NOT NULL REFERENCES users (id),
    proposer_name    TEXT NOT NULL,
    state            TEXT NOT NULL,
    is_public        INTEGER NOT NULL,
    is_open          INTEGER NOT NULL,
    document         TEXT NOT NULL,
    flag_id          TEXT REFERENCES flags (id),
    adopted_from     TEXT REFERENCES initiatives (id),
    created_at       INTEGER NOT NULL,
    submitted_at     INTEGER,
    changed_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    FOREIGN KEY (track, workflow_version) REFERENCES workflows (track, version)
) STRICT;
CREATE INDEX initiatives_by_change ON initiatives (is_public, changed_at);
CREATE INDEX initiatives_by_organisation ON initiatives (organisation_id, submitted_at);
INSERT INTO counters (name, n) VALUES ('initiatives', 0);

CREATE TABLE initiative_objectives (
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    objective     TEXT NOT NULL,
    PRIMARY KEY (initiative_id, objective)
) STRICT;

CREATE TABLE measures (
    id            TEXT PRIMARY KEY,
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    position      INTEGER NOT NULL,
    state         TEXT NOT NULL,
    since         INTEGER NOT NULL,
    due_at        INTEGER,
    provisional   INTEGER NOT NULL,
    document      TEXT NOT NULL,
    UNIQUE (initiative_id, position)
) STRICT;
CREATE INDEX measures_by_due ON measures (due_at);

CREATE TABLE measure_procedures (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    code       TEXT NOT NULL REFERENCES procedures (code),
    PRIMARY KEY (measure_id, code)
) STRICT;
CREATE INDEX measure_procedures_by_code ON measure_procedures (code);

-- Who has had which part in an initiative: the same person never has two that are to be kept apart.
CREATE TABLE initiative_duties (
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    duty          TEXT NOT NULL,
    user_id       TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (initiative_id, duty, user_id)
) STRICT;

-- Every step that was taken. The request key makes a step that is sent twice count once.
CREATE TABLE initiative_steps (
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    seq           INTEGER NOT NULL,
    request_key   TEXT NOT NULL,
    measure_id    TEXT REFERENCES measures (id),
    step          TEXT NOT NULL,
    from_state    TEXT NOT NULL,
    to_state      TEXT NOT NULL,
    at            INTEGER NOT NULL,
    actor_id      TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    given         TEXT NOT NULL,
    late          INTEGER NOT NULL,
    PRIMARY KEY (initiative_id, seq),
    UNIQUE (initiative_id, request_key)
) STRICT;

CREATE TABLE initiative_votes (
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    meeting       INTEGER NOT NULL,
    member_id     TEXT NOT NULL REFERENCES users (id),
    member_name   TEXT NOT NULL,
    is_head       INTEGER NOT NULL,
    ballot        TEXT CHECK (ballot IN ('for', 'against', 'abstain', 'recused')),
    reason        TEXT NOT NULL,
    cast_at       INTEGER,
    PRIMARY KEY (initiative_id, meeting, member_id)
) STRICT;

-- Legal acts that have to be changed before a measure can be applied.
CREATE TABLE measure_acts (
    id             TEXT PRIMARY KEY,
    measure_id     TEXT NOT NULL REFERENCES measures (id),
    act            TEXT NOT NULL,
    provision      TEXT NOT NULL,
    change         TEXT NOT NULL,
    signed_number  TEXT,
    signed_on      TEXT,
    effective_on   TEXT,
    version        INTEGER NOT NULL
) STRICT;
CREATE INDEX measure_acts_by_measure ON measure_acts (measure_id);

-- What was promised against what is measured, some days after a measure was applied.
CREATE TABLE measurements (
    measure_id TEXT NOT NULL REFERENCES measures (id),
    days       INTEGER NOT NULL,
    due_on     TEXT NOT NULL,
    result     TEXT,
    taken_at   INTEGER,
    PRIMARY KEY (measure_id, days)
) STRICT;
CREATE INDEX measurements_by_day ON measurements (due_on);

CREATE TABLE initiative_comments (
    id            TEXT PRIMARY KEY,
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    author_id     TEXT NOT NULL REFERENCES users (id),
    author_name   TEXT NOT NULL,
    at            INTEGER NOT NULL,
    body          TEXT NOT NULL
) STRICT;
CREATE INDEX initiative_comments_by_initiative ON initiative_comments (initiative_id, at);

-- What somebody has typed and not saved: one for each person, so that nobody loses anything to another.
CREATE TABLE initiative_drafts (
    initiative_id TEXT NOT NULL REFERENCES initiatives (id),
    user_id       TEXT NOT NULL REFERENCES users (id),
    base_version  INTEGER NOT NULL,
    form          TEXT NOT NULL,
    saved_at      INTEGER NOT NULL,
    PRIMARY KEY (initiative_id, user_id)
) STRICT;

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('wage_per_hour', '2025-01-01', 40000, 'đồng an hour: average income 2024 as the province of Đồng Nai stated it; set your own year'),
    ('initiative_verdict_met_share', '2026-01-01', 0.9, 'product rule R-15: a promise counts as met from this share of it on'),
    ('initiative_due_soon_working_days', '2026-01-01', 3, 'product rule R-08: what is due within so many working days');

-- What decisions changed in procedures before a source shows it.
CREATE TABLE amendments (
    origin      TEXT COLLATE "C" NOT NULL,
    code        TEXT COLLATE "C" NOT NULL REFERENCES procedures (code),
    position    BIGINT NOT NULL,
    part        TEXT COLLATE "C" NOT NULL,
    before_text TEXT,
    after_text  TEXT,
    state       TEXT NOT NULL CHECK (state IN ('standing', 'fulfilled', 'contradicted')),
    applied_at  BIGINT NOT NULL,
    settled_at  BIGINT,
    PRIMARY KEY (origin, code, position)
);
CREATE INDEX amendments_by_state ON amendments (state, code);

-- States, steps, roles, preconditions and deadlines of a track; what runs keeps the version it began with.
CREATE TABLE workflows (
    track      TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (track, version)
);

CREATE TABLE initiatives (
    id               TEXT COLLATE "C" PRIMARY KEY,
    number           TEXT COLLATE "C" NOT NULL UNIQUE,
    track            TEXT COLLATE "C" NOT NULL,
    workflow_version BIGINT NOT NULL,
    title            TEXT NOT NULL,
    organisation_id  TEXT COLLATE "C" REFERENCES organisations (id),
    proposer_id      TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    proposer_name    TEXT NOT NULL,
    state            TEXT NOT NULL,
    is_public        BIGINT NOT NULL,
    is_open          BIGINT NOT NULL,
    document         TEXT NOT NULL,
    flag_id          TEXT COLLATE "C" REFERENCES flags (id),
    adopted_from     TEXT COLLATE "C" REFERENCES initiatives (id),
    created_at       BIGINT NOT NULL,
    submitted_at     BIGINT,
    changed_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    FOREIGN KEY (track, workflow_version) REFERENCES workflows (track, version)
);
CREATE INDEX initiatives_by_change ON initiatives (is_public, changed_at);
CREATE INDEX initiatives_by_organisation ON initiatives (organisation_id, submitted_at);
INSERT INTO counters (name, n) VALUES ('initiatives', 0);

CREATE TABLE initiative_objectives (
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    objective     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (initiative_id, objective)
);

CREATE TABLE measures (
    id            TEXT COLLATE "C" PRIMARY KEY,
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    position      BIGINT NOT NULL,
    state         TEXT NOT NULL,
    since         BIGINT NOT NULL,
    due_at        BIGINT,
    provisional   BIGINT NOT NULL,
    document      TEXT NOT NULL,
    UNIQUE (initiative_id, position)
);
CREATE INDEX measures_by_due ON measures (due_at);

CREATE TABLE measure_procedures (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    code       TEXT COLLATE "C" NOT NULL REFERENCES procedures (code),
    PRIMARY KEY (measure_id, code)
);
CREATE INDEX measure_procedures_by_code ON measure_procedures (code);

-- Who has had which part in an initiative: the same person never has two that are to be kept apart.
CREATE TABLE initiative_duties (
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    duty          TEXT COLLATE "C" NOT NULL,
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    PRIMARY KEY (initiative_id, duty, user_id)
);

-- Every step that was taken. The request key makes a step that is sent twice count once.
CREATE TABLE initiative_steps (
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    seq           BIGINT NOT NULL,
    request_key   TEXT COLLATE "C" NOT NULL,
    measure_id    TEXT COLLATE "C" REFERENCES measures (id),
    step          TEXT NOT NULL,
    from_state    TEXT NOT NULL,
    to_state      TEXT NOT NULL,
    at            BIGINT NOT NULL,
    actor_id      TEXT COLLATE "C" NOT NULL,
    actor_name    TEXT NOT NULL,
    given         TEXT NOT NULL,
    late          BIGINT NOT NULL,
    PRIMARY KEY (initiative_id, seq),
    UNIQUE (initiative_id, request_key)
);

CREATE TABLE initiative_votes (
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    meeting       BIGINT NOT NULL,
    member_id     TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    member_name   TEXT NOT NULL,
    is_head       BIGINT NOT NULL,
    ballot        TEXT CHECK (ballot IN ('for', 'against', 'abstain', 'recused')),
    reason        TEXT NOT NULL,
    cast_at       BIGINT,
    PRIMARY KEY (initiative_id, meeting, member_id)
);

-- Legal acts that have to be changed before a measure can be applied.
CREATE TABLE measure_acts (
    id             TEXT COLLATE "C" PRIMARY KEY,
    measure_id     TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    act            TEXT NOT NULL,
    provision      TEXT NOT NULL,
    change         TEXT NOT NULL,
    signed_number  TEXT,
    signed_on      TEXT,
    effective_on   TEXT,
    version        BIGINT NOT NULL
);
CREATE INDEX measure_acts_by_measure ON measure_acts (measure_id);

-- What was promised against what is measured, some days after a measure was applied.
CREATE TABLE measurements (
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    days       BIGINT NOT NULL,
    due_on     TEXT COLLATE "C" NOT NULL,
    result     TEXT,
    taken_at   BIGINT,
    PRIMARY KEY (measure_id, days)
);
CREATE INDEX measurements_by_day ON measurements (due_on);

CREATE TABLE initiative_comments (
    id            TEXT COLLATE "C" PRIMARY KEY,
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    author_id     TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    author_name   TEXT NOT NULL,
    at            BIGINT NOT NULL,
    body          TEXT NOT NULL
);
CREATE INDEX initiative_comments_by_initiative ON initiative_comments (initiative_id, at);

-- What somebody has typed and not saved: one for each person, so that nobody loses anything to another.
CREATE TABLE initiative_drafts (
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    base_version  BIGINT NOT NULL,
    form          TEXT NOT NULL,
    saved_at      BIGINT NOT NULL,
    PRIMARY KEY (initiative_id, user_id)
);

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('wage_per_hour', '2025-01-01', 40000, 'đồng an hour: average income 2024 as the province of Đồng Nai stated it; set your own year'),
    ('initiative_verdict_met_share', '2026-01-01', 0.9, 'product rule R-15: a promise counts as met from this share of it on'),
    ('initiative_due_soon_working_days', '2026-01-01', 3, 'product rule R-08: what is due within so many working days');

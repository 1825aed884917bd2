-- Years whose days off have been announced. Beyond them every due date is provisional.
CREATE TABLE calendar_years (
    year      BIGINT PRIMARY KEY,
    decision  TEXT NOT NULL,
    source    TEXT NOT NULL,
    loaded_at BIGINT NOT NULL
);

-- Days that differ from the week: a holiday on a working day, or a Saturday or Sunday that is worked.
CREATE TABLE calendar_days (
    day      TEXT PRIMARY KEY,
    year     BIGINT NOT NULL REFERENCES calendar_years (year),
    kind     TEXT NOT NULL CHECK (kind IN ('holiday', 'extra_working')),
    name     TEXT NOT NULL,
    decision TEXT NOT NULL,
    source   TEXT NOT NULL
);
CREATE INDEX calendar_days_by_year ON calendar_days (year, day);

-- Hours of work, in force from a day on. What is received after `received_until` counts from the next working morning;
-- where that is NULL, only what is received outside the hours of the day does.
CREATE TABLE working_profiles (
    valid_from     TEXT PRIMARY KEY,
    received_until TEXT,
    source         TEXT NOT NULL
);

CREATE TABLE working_hours (
    valid_from TEXT NOT NULL REFERENCES working_profiles (valid_from),
    begins     TEXT NOT NULL,
    ends       TEXT NOT NULL,
    PRIMARY KEY (valid_from, begins)
);

INSERT INTO calendar_years (year, decision, source, loaded_at) VALUES
    (2026, '', 'official days off of 2026; the swap of 2 January with 10 January was only proposed and is left out', 0);
INSERT INTO calendar_days (day, year, kind, name, decision, source) VALUES
    ('2026-01-01', 2026, 'holiday', 'Tết Dương lịch', '', 'Bộ luật Lao động Đ112'),
    ('2026-02-16', 2026, 'holiday', 'Tết Nguyên đán', '', 'Bộ luật Lao động Đ112'),
    ('2026-02-17', 2026, 'holiday', 'Tết Nguyên đán', '', 'Bộ luật Lao động Đ112'),
    ('2026-02-18', 2026, 'holiday', 'Tết Nguyên đán', '', 'Bộ luật Lao động Đ112'),
    ('2026-02-19', 2026, 'holiday', 'Tết Nguyên đán', '', 'Bộ luật Lao động Đ112'),
    ('2026-02-20', 2026, 'holiday', 'Tết Nguyên đán', '', 'Bộ luật Lao động Đ112'),
    ('2026-04-27', 2026, 'holiday', 'Nghỉ bù Giỗ Tổ Hùng Vương (Chủ nhật 26/4)', '', 'Bộ luật Lao động Đ112'),
    ('2026-04-30', 2026, 'holiday', 'Ngày Chiến thắng', '', 'Bộ luật Lao động Đ112'),
    ('2026-05-01', 2026, 'holiday', 'Ngày Quốc tế lao động', '', 'Bộ luật Lao động Đ112'),
    ('2026-08-22', 2026, 'extra_working', 'Làm việc thay ngày 31/8', '', 'official days off of 2026'),
    ('2026-08-31', 2026, 'holiday', 'Hoán đổi với ngày làm việc 22/8', '', 'official days off of 2026'),
    ('2026-09-01', 2026, 'holiday', 'Quốc khánh', '', 'Bộ luật Lao động Đ112'),
    ('2026-09-02', 2026, 'holiday', 'Quốc khánh', '', 'Bộ luật Lao động Đ112'),
    ('2026-11-24', 2026, 'holiday', 'Ngày Văn hóa Việt Nam', 'NQ 28/2026/QH16', 'NQ 28/2026/QH16, in force 1 July 2026');
INSERT INTO working_profiles (valid_from, received_until, source) VALUES
    ('2004-01-01', NULL, 'default of one system, 8 hours a day; no rule on late receipt');
INSERT INTO working_hours (valid_from, begins, ends) VALUES
    ('2004-01-01', '07:00', '11:30'),
    ('2004-01-01', '13:30', '17:00');

-- Who sends dossiers. A `local` source is the system that handles them, a `portal` source says how the national portal
-- has them; the local one counts where both are known.
CREATE TABLE dossier_sources (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    side       TEXT NOT NULL CHECK (side IN ('local', 'portal')),
    created_at BIGINT NOT NULL
);
INSERT INTO counters (name, n) VALUES ('dossier_sources', 0);

-- What is counted together. Channels: 1 in person, 2 online, 3 public post.
CREATE TABLE dossier_groups (
    id        BIGINT PRIMARY KEY,
    source_id BIGINT NOT NULL REFERENCES dossier_sources (id),
    code      TEXT NOT NULL,
    unit_id   TEXT NOT NULL,
    channel   BIGINT NOT NULL CHECK (channel BETWEEN 1 AND 3),
    UNIQUE (code, source_id, unit_id, channel)
);
CREATE INDEX dossier_groups_by_source ON dossier_groups (source_id, unit_id, code);
-- Whoever holds this row is the one that counts dossiers.
INSERT INTO counters (name, n) VALUES ('dossier_groups', 0);

-- What each dossier last added to the statistics, so that a new state takes that off again. No text of a record is
-- here: the dossier's code only as a keyed hash. Days are counted from 1 January 1970 in Vietnam, `day` is the one in
-- the dossier's code; times are epoch milliseconds. Bits and words are explained in docs/DOSSIERS.md.
CREATE TABLE dossiers (
    day          BIGINT NOT NULL,
    hash         BYTEA NOT NULL,
    group_id     BIGINT NOT NULL,
    state_local  BIGINT,
    state_portal BIGINT,
    flags        BIGINT NOT NULL,
    opened_day   BIGINT NOT NULL,
    received_at  BIGINT,
    due_at       BIGINT,
    ended_at     BIGINT,
    asked_at     BIGINT,
    back_at      BIGINT,
    outcome      BIGINT NOT NULL,
    outcome_day  BIGINT,
    working_days BIGINT,
    minutes      BIGINT,
    seen         BYTEA NOT NULL,
    PRIMARY KEY (day, hash)
);

-- Counts of what happened on a day in Vietnam; sums over days are the counts of a month or a year.
CREATE TABLE dossier_statistics (
    group_id                  BIGINT NOT NULL,
    day                       BIGINT NOT NULL,
    received                  BIGINT NOT NULL,
    finished                  BIGINT NOT NULL,
    on_time                   BIGINT NOT NULL,
    late                      BIGINT NOT NULL,
    pending                   BIGINT NOT NULL,
    not_judged                BIGINT NOT NULL,
    provisional               BIGINT NOT NULL,
    supplement_asked          BIGINT NOT NULL,
    supplement_more_than_once BIGINT NOT NULL,
    refused                   BIGINT NOT NULL,
    withdrawn                 BIGINT NOT NULL,
    stopped                   BIGINT NOT NULL,
    fee_due                   BIGINT NOT NULL,
    paid_online               BIGINT NOT NULL,
    digitised                 BIGINT NOT NULL,
    result_electronic         BIGINT NOT NULL,
    mismatch                  BIGINT NOT NULL,
    unproven                  BIGINT NOT NULL,
    illegal                   BIGINT NOT NULL,
    working_days              BIGINT NOT NULL,
    minutes                   BIGINT NOT NULL,
    PRIMARY KEY (group_id, day)
);

-- How many working days finished dossiers took, by the day on which they were finished: for medians.
CREATE TABLE dossier_durations (
    group_id     BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    working_days BIGINT NOT NULL,
    dossiers     BIGINT NOT NULL,
    PRIMARY KEY (group_id, day, working_days)
);

-- The days from the first to the last in a month on which a source told of a ministry or province: within them nothing
-- means none. A month is named by its first day.
CREATE TABLE dossier_coverage (
    source_id BIGINT NOT NULL REFERENCES dossier_sources (id),
    unit_id   TEXT NOT NULL,
    month     BIGINT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day  BIGINT NOT NULL,
    PRIMARY KEY (source_id, unit_id, month)
);

-- Records that could not be counted. Never their text: the line, the field, why, and a keyed hash of the line.
CREATE TABLE dossier_rejections (
    source_id BIGINT NOT NULL REFERENCES dossier_sources (id),
    line_hash TEXT NOT NULL,
    line      BIGINT NOT NULL,
    field     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (source_id, line_hash)
);

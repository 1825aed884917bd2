-- Raw payloads as they arrived, gzip-packed, addressed by the SHA-256 of their bytes.
CREATE TABLE payloads (
    sha256 TEXT COLLATE "C" PRIMARY KEY,
    bytes  BYTEA NOT NULL,
    size   BIGINT NOT NULL
);

CREATE TABLE procedures (
    code           TEXT COLLATE "C" PRIMARY KEY,
    code_raw       TEXT NOT NULL,
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('standard', 'specific', 'internal')),
    portal_id      TEXT,
    retired_at     BIGINT,
    version_number BIGINT NOT NULL,
    content_sha256 TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL,
    first_seen_at  BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL
);

CREATE TABLE procedure_versions (
    code           TEXT COLLATE "C" NOT NULL REFERENCES procedures (code),
    number         BIGINT NOT NULL,
    valid_from     BIGINT NOT NULL,
    valid_to       BIGINT,
    decision       TEXT,
    source         TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL REFERENCES payloads (sha256),
    content_sha256 TEXT NOT NULL,
    document       TEXT NOT NULL,
    PRIMARY KEY (code, number)
);
CREATE INDEX procedure_versions_by_time ON procedure_versions (code, valid_from);

CREATE TABLE procedure_acts (
    code   TEXT COLLATE "C" NOT NULL REFERENCES procedures (code),
    number TEXT COLLATE "C" NOT NULL,
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    PRIMARY KEY (code, number)
);
CREATE INDEX procedure_acts_by_number ON procedure_acts (number, code);

CREATE TABLE imports (
    id          TEXT COLLATE "C" PRIMARY KEY,
    source      TEXT NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    complete    BIGINT NOT NULL,
    report      TEXT
);

CREATE TABLE import_rejections (
    import_id TEXT NOT NULL REFERENCES imports (id),
    line      BIGINT NOT NULL,
    code_raw  TEXT,
    field     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    message   TEXT NOT NULL,
    raw       BYTEA NOT NULL,
    PRIMARY KEY (import_id, line)
);

CREATE TABLE units (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT NOT NULL,
    full_name  TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    parent_id  TEXT REFERENCES units (id),
    valid_from TEXT NOT NULL,
    valid_to   TEXT
);
CREATE INDEX units_by_parent ON units (parent_id, id);

CREATE TABLE unit_aliases (
    unit_id    TEXT NOT NULL REFERENCES units (id),
    scheme     TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to   TEXT,
    PRIMARY KEY (scheme, value, unit_id)
);
CREATE INDEX unit_aliases_by_unit ON unit_aliases (unit_id, scheme);

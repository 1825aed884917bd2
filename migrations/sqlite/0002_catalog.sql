-- Raw payloads as they arrived, gzip-packed, addressed by the SHA-256 of their bytes.
CREATE TABLE payloads (
    sha256 TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL,
    size   INTEGER NOT NULL
) STRICT;

CREATE TABLE procedures (
    code           TEXT PRIMARY KEY,
    code_raw       TEXT NOT NULL,
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('standard', 'specific', 'internal')),
    portal_id      TEXT,
    retired_at     INTEGER,
    version_number INTEGER NOT NULL,
    content_sha256 TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL,
    first_seen_at  INTEGER NOT NULL,
    changed_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE procedure_versions (
    code           TEXT NOT NULL REFERENCES procedures (code),
    number         INTEGER NOT NULL,
    valid_from     INTEGER NOT NULL,
    valid_to       INTEGER,
    decision       TEXT,
    source         TEXT NOT NULL,
    payload_sha256 TEXT NOT NULL REFERENCES payloads (sha256),
    content_sha256 TEXT NOT NULL,
    document       TEXT NOT NULL,
    PRIMARY KEY (code, number)
) STRICT;
CREATE INDEX procedure_versions_by_time ON procedure_versions (code, valid_from);

CREATE TABLE procedure_acts (
    code   TEXT NOT NULL REFERENCES procedures (code),
    number TEXT NOT NULL,
    name   TEXT NOT NULL,
    kind   TEXT NOT NULL,
    PRIMARY KEY (code, number)
) STRICT;
CREATE INDEX procedure_acts_by_number ON procedure_acts (number, code);

CREATE TABLE imports (
    id          TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    complete    INTEGER NOT NULL,
    report      TEXT
) STRICT;

CREATE TABLE import_rejections (
    import_id TEXT NOT NULL REFERENCES imports (id),
    line      INTEGER NOT NULL,
    code_raw  TEXT,
    field     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    message   TEXT NOT NULL,
    raw       BLOB NOT NULL,
    PRIMARY KEY (import_id, line)
) STRICT;

CREATE TABLE units (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    full_name  TEXT NOT NULL,
    level      TEXT NOT NULL CHECK (level IN ('province', 'district', 'commune')),
    parent_id  TEXT REFERENCES units (id),
    valid_from TEXT NOT NULL,
    valid_to   TEXT
) STRICT;
CREATE INDEX units_by_parent ON units (parent_id, id);

CREATE TABLE unit_aliases (
    unit_id    TEXT NOT NULL REFERENCES units (id),
    scheme     TEXT NOT NULL,
    value      TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to   TEXT,
    PRIMARY KEY (scheme, value, unit_id)
) STRICT;
CREATE INDEX unit_aliases_by_unit ON unit_aliases (unit_id, scheme);

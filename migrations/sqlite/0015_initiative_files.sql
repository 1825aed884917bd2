-- Files on an initiative. The bytes lie in the data folder under their SHA-256; a file that was taken away keeps its row.
CREATE TABLE initiative_files (
    id             TEXT PRIMARY KEY,
    initiative_id  TEXT NOT NULL REFERENCES initiatives (id),
    name           TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('pdf', 'docx', 'xlsx', 'png', 'jpeg')),
    size           INTEGER NOT NULL,
    sha256         TEXT NOT NULL,
    is_public      INTEGER NOT NULL CHECK (is_public IN (0, 1)),
    added_by       TEXT NOT NULL REFERENCES users (id),
    added_name     TEXT NOT NULL,
    added_at       INTEGER NOT NULL,
    withdrawn_by   TEXT REFERENCES users (id),
    withdrawn_name TEXT,
    withdrawn_at   INTEGER
) STRICT;
CREATE INDEX initiative_files_by_initiative ON initiative_files (initiative_id, added_at);

-- What was imported from workbooks: the same content makes nothing twice in one organisation ('' for the installation).
CREATE TABLE initiative_imports (
    organisation_id TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    initiative_id   TEXT REFERENCES initiatives (id),
    imported_at     INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, sha256)
) STRICT;

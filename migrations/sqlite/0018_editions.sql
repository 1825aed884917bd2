-- The board of a period as it was frozen: the bytes of the document and their SHA-256. Nothing is ever altered here.
CREATE TABLE editions (
    period    TEXT PRIMARY KEY,
    frozen_at INTEGER NOT NULL,
    sha256    TEXT NOT NULL,
    document  TEXT NOT NULL
) STRICT;

-- What was found to be otherwise after an edition was frozen. Of a figure the last row says how it is counted now.
CREATE TABLE edition_errata (
    period       TEXT NOT NULL REFERENCES editions (period),
    figure       TEXT NOT NULL,
    found_at     INTEGER NOT NULL,
    before_part  INTEGER,
    before_whole INTEGER,
    after_part   INTEGER,
    after_whole  INTEGER,
    PRIMARY KEY (period, figure, found_at)
) STRICT;

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('edition_days', '2025-01-01', 5, 'product rule D-11: the board of a period is frozen so many days after it ended');

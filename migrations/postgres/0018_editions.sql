-- The board of a period as it was frozen: the bytes of the document and their SHA-256. Nothing is ever altered here.
CREATE TABLE editions (
    period    TEXT COLLATE "C" PRIMARY KEY,
    frozen_at BIGINT NOT NULL,
    sha256    TEXT COLLATE "C" NOT NULL,
    document  TEXT NOT NULL
);

-- What was found to be otherwise after an edition was frozen. Of a figure the last row says how it is counted now.
CREATE TABLE edition_errata (
    period       TEXT COLLATE "C" NOT NULL REFERENCES editions (period),
    figure       TEXT COLLATE "C" NOT NULL,
    found_at     BIGINT NOT NULL,
    before_part  BIGINT,
    before_whole BIGINT,
    after_part   BIGINT,
    after_whole  BIGINT,
    PRIMARY KEY (period, figure, found_at)
);

INSERT INTO parameters (name, valid_from, value, source) VALUES
    ('edition_days', '2025-01-01', 5, 'product rule D-11: the board of a period is frozen so many days after it ended');

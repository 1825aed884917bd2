-- What is typed is kept for each form of an initiative: place 0 is its record, from 1 on its measures.
ALTER TABLE initiative_drafts RENAME TO old_initiative_drafts;
CREATE TABLE initiative_drafts (
    initiative_id TEXT COLLATE "C" NOT NULL REFERENCES initiatives (id),
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    place         BIGINT NOT NULL,
    base_version  BIGINT NOT NULL,
    form          TEXT NOT NULL,
    saved_at      BIGINT NOT NULL,
    PRIMARY KEY (initiative_id, user_id, place)
);
INSERT INTO initiative_drafts (initiative_id, user_id, place, base_version, form, saved_at)
SELECT initiative_id, user_id, 0, base_version, form, saved_at FROM old_initiative_drafts;
DROP TABLE old_initiative_drafts;

-- A form that came after its session was over goes along to the provider and back.
ALTER TABLE oidc_pending ADD COLUMN carried TEXT NOT NULL DEFAULT '';

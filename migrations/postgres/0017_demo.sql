-- Which made-up year lies in this database. It is written twice: when making it begins, and with `finished_at` when it
-- is whole.
CREATE TABLE demo_years (
    ends_at     BIGINT PRIMARY KEY,
    seed        BIGINT NOT NULL,
    finished_at BIGINT
);

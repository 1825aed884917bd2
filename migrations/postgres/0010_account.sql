-- The chain over the audit log: each hash covers the entry and the hash before it. It stands beside the log, so that
-- entries from before it are sealed without being changed; the program seals them at its next start.
CREATE TABLE audit_chain (
    seq           BIGINT PRIMARY KEY,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
);

CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- The last sign-in, or the day somebody enabled the user; empty for who never signed in: then creation counts.
ALTER TABLE users ADD COLUMN active_at BIGINT;
UPDATE users SET active_at = (
    SELECT MAX(a.at) FROM audit a WHERE a.action = 'sign_in' AND a.actor_id = users.id
);

-- Tries to sign in that failed, or have not ended yet. By the hash of the login that was typed, known or not: what
-- happens must not tell which logins exist.
CREATE TABLE sign_in_failures (
    login_sha256 TEXT COLLATE "C" PRIMARY KEY,
    failures     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);

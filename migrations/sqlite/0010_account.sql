-- The chain over the audit log: each hash covers the entry and the hash before it. It stands beside the log, so that
-- entries from before it are sealed without being changed; the program seals them at its next start.
CREATE TABLE audit_chain (
    seq           INTEGER PRIMARY KEY,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_chain_no_update BEFORE UPDATE ON audit_chain BEGIN
    SELECT RAISE(ABORT, 'a link of the audit chain is never changed');
END;
CREATE TRIGGER audit_chain_no_delete BEFORE DELETE ON audit_chain BEGIN
    SELECT RAISE(ABORT, 'a link of the audit chain is never deleted');
END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_chain_no_replace BEFORE INSERT ON audit_chain
WHEN EXISTS (SELECT 1 FROM audit_chain WHERE seq = NEW.seq) BEGIN
    SELECT RAISE(ABORT, 'a link of the audit chain is never replaced');
END;

-- The last sign-in, or the day somebody enabled the user; empty for who never signed in: then creation counts.
ALTER TABLE users ADD COLUMN active_at INTEGER;
UPDATE users SET active_at = (
    SELECT MAX(a.at) FROM audit a WHERE a.action = 'sign_in' AND a.actor_id = users.id
);

-- Tries to sign in that failed, or have not ended yet. By the hash of the login that was typed, known or not: what
-- happens must not tell which logins exist.
CREATE TABLE sign_in_failures (
    login_sha256 TEXT PRIMARY KEY,
    failures     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (last_at);

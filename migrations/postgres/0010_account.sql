-- The chain over the audit log: each hash covers the entry and the hash before it. It stands beside the log, so that
-- entries from before it are sealed without being changed; the program seals them at its next start.
CREATE TABLE audit_chain (
    seq           BIGINT PRIMARY KEY,
    previous_hash TEXT NOT NULL,
    hash          TEXT NOT NULL
);

CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

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

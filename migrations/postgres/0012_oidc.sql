-- Who an account at a provider speaks for, since they first came that way.
CREATE TABLE oidc_identities (
    issuer    TEXT COLLATE "C" NOT NULL,
    subject   TEXT COLLATE "C" NOT NULL,
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, issuer)
);

-- Who went to the provider and is not back yet. Hashes of what the browser brings back, and each row is used once.
CREATE TABLE oidc_pending (
    state_sha256   TEXT COLLATE "C" PRIMARY KEY,
    browser_sha256 TEXT NOT NULL,
    nonce          TEXT NOT NULL,
    verifier       TEXT NOT NULL,
    next           TEXT NOT NULL,
    expires_at     BIGINT NOT NULL
);
CREATE INDEX oidc_pending_by_time ON oidc_pending (expires_at);

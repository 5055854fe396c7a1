-- Tokens with which a person's own programs work in her name. `hash` is the SHA-256 of 256 random
-- bits. A revoked token stays, so that its person goes on seeing what was in force when.
CREATE TABLE personal_token (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'supervisor', 'ops', 'admin')),
    hash       BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    ends_at    TEXT NOT NULL,
    used_at    TEXT,
    revoked_at TEXT
) STRICT;
CREATE UNIQUE INDEX personal_token_name ON personal_token (account_id, name) WHERE revoked_at IS NULL;

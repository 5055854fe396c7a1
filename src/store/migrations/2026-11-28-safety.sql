-- What proves a person beside a password: the secret her telephone shares, and codes for the day it
-- is lost. Recovery codes and tokens stand here only as their SHA-256.
CREATE TABLE totp (
    account_id   INTEGER PRIMARY KEY REFERENCES account (id),
    secret       BLOB NOT NULL,
    confirmed_at TEXT,
    -- The newest time step whose code was taken: no code is taken twice.
    last_step    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_code (
    account_id INTEGER NOT NULL REFERENCES account (id),
    code       BLOB NOT NULL,
    PRIMARY KEY (account_id, code)
) STRICT, WITHOUT ROWID;

-- Who gave a right password and not yet a code: no session, and good for nothing but the second step.
CREATE TABLE half_session (
    token      BLOB PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    ends_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX half_session_account ON half_session (account_id);

-- One-time links that set a new password.
CREATE TABLE password_link (
    token      BLOB PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    ends_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX password_link_account ON password_link (account_id);

-- What a browser calls itself, so that its person knows which session is which.
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';

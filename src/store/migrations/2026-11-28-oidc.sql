-- Whom a sign-in provider means: the provider's name for itself, and its name for the person.
CREATE TABLE identity (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;

-- Links and texts that people hand in, the tokens by which other bodies may do so, and items that
-- stand in the queue because of a report although no rule flags their post.

-- `hash` is the SHA-256 of a token of 256 random bits: it needs no slow hash. A revoked token stays,
-- so that reports go on naming who handed them in.
CREATE TABLE token (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE UNIQUE INDEX token_name ON token (name) WHERE revoked_at IS NULL;

-- What pseudonyms of reporters are made with.
CREATE TABLE reporter_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL
) STRICT;
INSERT INTO reporter_key VALUES (1, randomblob(32));

-- `told` is what was handed in, as JSON; once the post is stored its text is there and not here.
-- `found` is what came of it, as JSON. A report is looked at again from `due` on.
CREATE TABLE report (
    id          INTEGER PRIMARY KEY,
    public_id   TEXT NOT NULL UNIQUE,
    reporter    TEXT NOT NULL,
    token_id    INTEGER REFERENCES token (id),
    told        TEXT,
    found       TEXT,
    post_id     INTEGER REFERENCES post (id),
    tries       INTEGER NOT NULL DEFAULT 0,
    due         TEXT,
    received_at TEXT NOT NULL,
    finished_at TEXT,
    CHECK ((due IS NULL) = (finished_at IS NOT NULL))
) STRICT;
CREATE INDEX report_due ON report (due) WHERE due IS NOT NULL;
CREATE INDEX report_post ON report (post_id) WHERE post_id IS NOT NULL;

-- `report`: no rule flags the post, but somebody reported it; it is worked on with the offers.
ALTER TABLE queue_item ADD COLUMN origin TEXT NOT NULL DEFAULT 'rules'
    CHECK (origin IN ('rules', 'report'));

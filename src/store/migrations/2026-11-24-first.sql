-- The first schema. Times are RFC 3339 in UTC with six decimals, so that text order is time order.
-- Hashes are the 32 bytes of a SHA-256. JSON is text.

CREATE TABLE source (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL UNIQUE,
    adapter         TEXT,
    adapter_version INTEGER,
    cursor          TEXT,
    interval_s      INTEGER,
    next_due        TEXT,
    last_success    TEXT,
    last_failure    TEXT,
    failure_kind    TEXT,
    failure_reason  TEXT,
    failures        INTEGER NOT NULL DEFAULT 0,
    pages           INTEGER NOT NULL DEFAULT 0,
    posts_new       INTEGER NOT NULL DEFAULT 0,
    posts_edited    INTEGER NOT NULL DEFAULT 0,
    posts_unchanged INTEGER NOT NULL DEFAULT 0,
    posts_deleted   INTEGER NOT NULL DEFAULT 0,
    items_queued    INTEGER NOT NULL DEFAULT 0,
    set_aside       INTEGER NOT NULL DEFAULT 0,
    ignored         INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Disjoint ranges of message numbers, and how many of each range were seen.
CREATE TABLE coverage (
    source_id INTEGER NOT NULL REFERENCES source (id),
    low       INTEGER NOT NULL,
    high      INTEGER NOT NULL,
    seen      REAL NOT NULL,
    PRIMARY KEY (source_id, low)
) STRICT, WITHOUT ROWID;

-- Kept per version of the adapter: a mended parser never hides behind the old one's 304.
CREATE TABLE validator (
    url             TEXT NOT NULL,
    adapter         TEXT NOT NULL,
    adapter_version INTEGER NOT NULL,
    etag            TEXT,
    last_modified   TEXT,
    at              TEXT NOT NULL,
    PRIMARY KEY (url, adapter, adapter_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE finished_file (
    source_id INTEGER NOT NULL REFERENCES source (id),
    sha256    BLOB NOT NULL,
    name      TEXT NOT NULL,
    "rows"    INTEGER NOT NULL,
    set_aside INTEGER NOT NULL,
    failed    TEXT,
    at        TEXT NOT NULL,
    PRIMARY KEY (source_id, sha256)
) STRICT, WITHOUT ROWID;

-- One row a page fetched; equal bytes share one file, named by the hash. `file_gone` says that the
-- file of an erased capture has been removed from the disk.
CREATE TABLE capture (
    id         INTEGER PRIMARY KEY,
    sha256     BLOB NOT NULL,
    source_id  INTEGER NOT NULL REFERENCES source (id),
    url        TEXT NOT NULL,
    final_url  TEXT NOT NULL,
    status     INTEGER,
    fetched_at TEXT NOT NULL,
    headers    TEXT NOT NULL,
    size       INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    erased_at  TEXT,
    file_gone  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX capture_sha256 ON capture (sha256);
CREATE INDEX capture_unfinished_erasure ON capture (id) WHERE erased_at IS NOT NULL AND file_gone = 0;

-- `version_id` and `verdict_id` are the newest. `deleted_at`: the source said the post is gone.
-- `erased_at`: its content has been wiped; a deleted post that is not erased is under hold.
CREATE TABLE post (
    id            INTEGER PRIMARY KEY,
    platform      TEXT NOT NULL,
    native_id     TEXT NOT NULL,
    source_id     INTEGER NOT NULL REFERENCES source (id),
    created_at    TEXT,
    first_seen    TEXT NOT NULL,
    last_seen     TEXT NOT NULL,
    views         INTEGER,
    version_id    INTEGER REFERENCES post_version (id),
    verdict_id    INTEGER REFERENCES verdict (id),
    deleted_at    TEXT,
    erased_at     TEXT,
    UNIQUE (platform, native_id)
) STRICT;

-- `content` is the post as JSON; it is NULL once wiped, and `erased_at` says when.
CREATE TABLE post_version (
    id           INTEGER PRIMARY KEY,
    post_id      INTEGER NOT NULL REFERENCES post (id),
    number       INTEGER NOT NULL,
    content_hash BLOB NOT NULL,
    content      TEXT,
    capture_id   INTEGER REFERENCES capture (id),
    seen_at      TEXT NOT NULL,
    erased_at    TEXT,
    UNIQUE (post_id, number)
) STRICT;

-- Every post that stood on a captured page, so that a page is known to hold only deleted posts.
CREATE TABLE capture_post (
    capture_id INTEGER NOT NULL REFERENCES capture (id),
    post_id    INTEGER NOT NULL REFERENCES post (id),
    PRIMARY KEY (post_id, capture_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX capture_post_capture ON capture_post (capture_id);

-- What an engine said of a version; a version scored anew by other rules gets another row.
CREATE TABLE verdict (
    id         INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES post_version (id),
    flagged    INTEGER NOT NULL,
    lane       TEXT,
    score      INTEGER NOT NULL,
    ruleset    TEXT NOT NULL,
    body       TEXT NOT NULL,
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX verdict_version_id ON verdict (version_id);

-- Phones and handles of flagged posts, to find what was decided about the same ones before.
CREATE TABLE post_contact (
    post_id INTEGER NOT NULL REFERENCES post (id),
    contact TEXT NOT NULL,
    PRIMARY KEY (post_id, contact)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_contact_contact ON post_contact (contact);

CREATE TABLE set_aside (
    id              INTEGER PRIMARY KEY,
    source_id       INTEGER NOT NULL REFERENCES source (id),
    adapter         TEXT NOT NULL,
    adapter_version INTEGER NOT NULL,
    place           TEXT NOT NULL,
    reason          TEXT NOT NULL,
    raw             TEXT NOT NULL,
    digest          BLOB NOT NULL,
    capture_id      INTEGER REFERENCES capture (id),
    first_seen      TEXT NOT NULL,
    last_seen       TEXT NOT NULL,
    UNIQUE (source_id, digest)
) STRICT;

-- `verdict_id` is the flagged verdict an analyst is asked about; `unflagged_at` says that the post
-- was edited since into one that is no longer flagged.
CREATE TABLE queue_item (
    id           INTEGER PRIMARY KEY,
    post_id      INTEGER NOT NULL REFERENCES post (id),
    source_id    INTEGER NOT NULL REFERENCES source (id),
    version_id   INTEGER NOT NULL REFERENCES post_version (id),
    verdict_id   INTEGER NOT NULL REFERENCES verdict (id),
    state        TEXT NOT NULL CHECK (state IN ('open', 'decided', 'deleted_by_source')),
    outcome      TEXT,
    lane         TEXT NOT NULL,
    band         TEXT,
    score        INTEGER NOT NULL,
    priority     INTEGER NOT NULL,
    fresh        TEXT NOT NULL,
    opened_at    TEXT NOT NULL,
    closed_at    TEXT,
    unflagged_at TEXT,
    earlier_item INTEGER REFERENCES queue_item (id),
    lease_analyst TEXT,
    lease_token   BLOB,
    lease_expires TEXT,
    CHECK ((state = 'decided') = (outcome IS NOT NULL)),
    CHECK ((lease_analyst IS NULL) = (lease_token IS NULL) AND (lease_token IS NULL) = (lease_expires IS NULL))
) STRICT;
CREATE UNIQUE INDEX queue_item_one_open ON queue_item (post_id) WHERE state = 'open';
CREATE INDEX queue_item_post ON queue_item (post_id);
CREATE INDEX queue_item_order ON queue_item (state, priority DESC, fresh DESC, id DESC);
CREATE INDEX queue_item_lease ON queue_item (lease_analyst) WHERE lease_analyst IS NOT NULL;

-- Append-only: an undo is a row of its own.
CREATE TABLE decision (
    id           INTEGER PRIMARY KEY,
    item_id      INTEGER NOT NULL REFERENCES queue_item (id),
    version_id   INTEGER NOT NULL REFERENCES post_version (id),
    analyst      TEXT NOT NULL,
    outcome      TEXT,
    reason       TEXT NOT NULL,
    duplicate_of INTEGER REFERENCES queue_item (id),
    undoes       INTEGER REFERENCES decision (id),
    ruleset      TEXT NOT NULL,
    at           TEXT NOT NULL,
    line         INTEGER NOT NULL UNIQUE,
    CHECK ((outcome IS NULL) <> (undoes IS NULL))
) STRICT;
CREATE INDEX decision_item ON decision (item_id);
CREATE TRIGGER decision_is_append_only_update BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END;
CREATE TRIGGER decision_is_append_only_delete BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'decisions are never removed'); END;

CREATE TABLE custody (
    seq     INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    prev    BLOB NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE TRIGGER custody_is_append_only_update BEFORE UPDATE ON custody
BEGIN SELECT RAISE(ABORT, 'custody lines are never changed'); END;
CREATE TRIGGER custody_is_append_only_delete BEFORE DELETE ON custody
BEGIN SELECT RAISE(ABORT, 'custody lines are never removed'); END;

-- The number and hash of the last line, so that a missing last line is found as well.
CREATE TABLE custody_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    seq  INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO custody_head VALUES (1, 0, zeroblob(32));

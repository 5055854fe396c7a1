-- Rules applied to stored posts: how far each pass has come, and a state for items that left the
-- queue because rules no longer flag their post. A CHECK cannot be altered, so the table is copied.

-- One row a pass, newest last; only the newest may be continued. `counts` is JSON.
CREATE TABLE rescore (
    id          INTEGER PRIMARY KEY,
    ruleset     TEXT NOT NULL,
    thresholds  TEXT NOT NULL,
    after_post  INTEGER NOT NULL,
    through     INTEGER NOT NULL,
    counts      TEXT NOT NULL,
    began_at    TEXT NOT NULL,
    finished_at TEXT
) STRICT;

-- `verdict_id` is the flagged verdict an analyst is asked about; `unflagged_at` says that the post
-- was edited since into one that is no longer flagged, or with state `unflagged` that other rules
-- no longer flag it.
CREATE TABLE queue_item_anew (
    id           INTEGER PRIMARY KEY,
    post_id      INTEGER NOT NULL REFERENCES post (id),
    source_id    INTEGER NOT NULL REFERENCES source (id),
    version_id   INTEGER NOT NULL REFERENCES post_version (id),
    verdict_id   INTEGER NOT NULL REFERENCES verdict (id),
    state        TEXT NOT NULL
        CHECK (state IN ('open', 'decided', 'deleted_by_source', 'unflagged')),
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
INSERT INTO queue_item_anew SELECT * FROM queue_item;
DROP TABLE queue_item;
ALTER TABLE queue_item_anew RENAME TO queue_item;
CREATE UNIQUE INDEX queue_item_one_open ON queue_item (post_id) WHERE state = 'open';
CREATE INDEX queue_item_post ON queue_item (post_id);
CREATE INDEX queue_item_order ON queue_item (state, priority DESC, fresh DESC, id DESC);
CREATE INDEX queue_item_lease ON queue_item (lease_analyst) WHERE lease_analyst IS NOT NULL;

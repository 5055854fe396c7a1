-- What people at the items propose for the rules. `words` is of the masked text or was typed; `edit`
-- is the rule file last tried, under the name `slug`; `trial` the digest of exactly what was tried, and
-- `counts` what it would have changed.
CREATE TABLE proposal (
    id        INTEGER PRIMARY KEY,
    item_id   INTEGER NOT NULL REFERENCES queue_item (id),
    kind      TEXT NOT NULL CHECK (kind IN ('wrong_word', 'missing_phrase')),
    rule      TEXT,
    family    TEXT,
    words     TEXT NOT NULL,
    note      TEXT NOT NULL,
    analyst   TEXT NOT NULL,
    at        TEXT NOT NULL,
    state     TEXT NOT NULL DEFAULT 'open'
        CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    slug      TEXT,
    edit      TEXT,
    trial     BLOB,
    counts    TEXT,
    tried_by  TEXT,
    tried_at  TEXT,
    closed_by TEXT,
    closed_at TEXT,
    reason    TEXT,
    ruleset   TEXT,
    CHECK ((state = 'open') = (closed_at IS NULL))
) STRICT;
CREATE INDEX proposal_state ON proposal (state, id);
CREATE INDEX proposal_analyst ON proposal (analyst, id);
CREATE INDEX proposal_item ON proposal (item_id);

-- An example of a rule is made from the post: where the post goes, what was not accepted goes too.
CREATE TRIGGER wiped_text_is_no_example AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    UPDATE proposal SET edit = NULL, trial = NULL, counts = NULL
    WHERE edit IS NOT NULL AND item_id IN (SELECT id FROM queue_item WHERE version_id = NEW.id);
END;

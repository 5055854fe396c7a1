-- Working together on items. What people write of an item may quote its post, so it goes when the
-- text goes; the custody log holds only its digest.
CREATE TABLE note (
    id      INTEGER PRIMARY KEY,
    item_id INTEGER NOT NULL REFERENCES queue_item (id),
    author  TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('note', 'skip', 'escalation')),
    -- A reason chosen from the list; otherwise what was typed stands in `body`.
    code    TEXT,
    body    TEXT,
    at      TEXT NOT NULL
) STRICT;
CREATE INDEX note_item ON note (item_id);
CREATE TRIGGER wiped_text_takes_its_notes AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    UPDATE note SET body = NULL
        WHERE body NOT NULL AND item_id IN (SELECT id FROM queue_item WHERE version_id = NEW.id);
END;

CREATE TABLE mention (
    note_id    INTEGER NOT NULL REFERENCES note (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    read_at    TEXT,
    PRIMARY KEY (account_id, note_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mention_unread ON mention (account_id) WHERE read_at IS NULL;

-- Whose an item is. Until `ends_at` nobody else is given it.
CREATE TABLE assignment (
    item_id  INTEGER PRIMARY KEY REFERENCES queue_item (id),
    analyst  TEXT NOT NULL,
    given_by TEXT NOT NULL,
    at       TEXT NOT NULL,
    ends_at  TEXT NOT NULL
) STRICT;
CREATE INDEX assignment_analyst ON assignment (analyst);

-- Items that wait for a supervisor.
CREATE TABLE escalation (
    item_id      INTEGER PRIMARY KEY REFERENCES queue_item (id),
    escalated_by TEXT NOT NULL,
    at           TEXT NOT NULL
) STRICT;

-- Until when an item is not given to an analyst who skipped it.
CREATE TABLE skip (
    analyst TEXT NOT NULL,
    item_id INTEGER NOT NULL REFERENCES queue_item (id),
    ends_at TEXT NOT NULL,
    PRIMARY KEY (analyst, item_id)
) STRICT, WITHOUT ROWID;

-- Keys a person chose; what is not here has the key the console gives it.
CREATE TABLE key_binding (
    account_id INTEGER NOT NULL REFERENCES account (id),
    action     TEXT NOT NULL,
    key        TEXT NOT NULL,
    PRIMARY KEY (account_id, action)
) STRICT, WITHOUT ROWID;

-- When a person last waved away the suggestion of a break.
CREATE TABLE pause (
    account_id INTEGER PRIMARY KEY REFERENCES account (id),
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX decision_analyst ON decision (analyst, at);

-- People who work in the console. Tokens stand here only as their SHA-256.
CREATE TABLE account (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL CHECK (role IN ('viewer', 'analyst', 'supervisor', 'ops', 'admin')),
    password     TEXT NOT NULL,
    language     TEXT NOT NULL DEFAULT 'id',
    created_at   TEXT NOT NULL,
    disabled_at  TEXT,
    failures     INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT
) STRICT;

CREATE TABLE session (
    token      BLOB PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    opened_at  TEXT NOT NULL,
    seen_at    TEXT NOT NULL,
    ends_at    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);

-- One-time links that make an account.
CREATE TABLE invitation (
    token   BLOB PRIMARY KEY,
    role    TEXT NOT NULL,
    ends_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What items are filtered by, out of their verdicts.
CREATE TABLE item_tag (
    kind    TEXT NOT NULL CHECK (kind IN ('rule', 'destination', 'region')),
    value   TEXT NOT NULL,
    item_id INTEGER NOT NULL REFERENCES queue_item (id),
    PRIMARY KEY (kind, value, item_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_tag_item ON item_tag (item_id);

-- What items are searched by. Only the index is kept, not the texts.
CREATE VIRTUAL TABLE item_text USING fts5 (
    text, author, content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
INSERT INTO item_text (item_text, rank) VALUES ('secure-delete', 1);

CREATE VIEW item_tags_of (item_id, kind, value) AS
    SELECT q.id, 'rule', json_extract(h.value, '$.rule')
    FROM queue_item q JOIN verdict t ON t.id = q.verdict_id, json_each(t.body, '$.hits') h
    UNION
    SELECT q.id, 'destination', d.value
    FROM queue_item q JOIN verdict t ON t.id = q.verdict_id,
        json_each(t.body, '$.facts.destination') d
    UNION
    SELECT q.id, 'region', json_extract(o.value, '$.code')
    FROM queue_item q JOIN verdict t ON t.id = q.verdict_id, json_each(t.body, '$.facts.origin') o;

CREATE VIEW item_text_of (item_id, text, author) AS
    SELECT q.id,
        concat_ws(' ', json_extract(v.content, '$.title'), json_extract(v.content, '$.text'),
            (SELECT group_concat(json_extract(e.value, '$.text'), ' ')
             FROM json_each(v.content, '$.extra_text') e)),
        concat_ws(' ', json_extract(v.content, '$.author.name'),
            json_extract(v.content, '$.author.handle'))
    FROM queue_item q JOIN post_version v ON v.id = q.version_id WHERE v.content IS NOT NULL;

CREATE TRIGGER item_is_indexed AFTER INSERT ON queue_item
BEGIN
    INSERT OR IGNORE INTO item_tag SELECT kind, value, item_id FROM item_tags_of
        WHERE item_id = NEW.id AND value IS NOT NULL;
    INSERT INTO item_text (rowid, text, author) SELECT item_id, text, author FROM item_text_of
        WHERE item_id = NEW.id;
END;

CREATE TRIGGER item_is_indexed_anew AFTER UPDATE OF verdict_id ON queue_item
BEGIN
    DELETE FROM item_tag WHERE item_id = NEW.id;
    INSERT OR IGNORE INTO item_tag SELECT kind, value, item_id FROM item_tags_of
        WHERE item_id = NEW.id AND value IS NOT NULL;
END;

CREATE TRIGGER wiped_text_is_not_found AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    DELETE FROM item_text WHERE rowid IN (SELECT id FROM queue_item WHERE version_id = NEW.id);
END;

INSERT OR IGNORE INTO item_tag SELECT kind, value, item_id FROM item_tags_of WHERE value IS NOT NULL;
INSERT INTO item_text (rowid, text, author) SELECT item_id, text, author FROM item_text_of;

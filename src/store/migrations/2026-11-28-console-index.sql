-- The index of an item follows it to another version of its post, and costs the same however many
-- items there are: the views are looked into by a key.
DROP TRIGGER item_is_indexed;
DROP TRIGGER item_is_indexed_anew;
DROP VIEW item_tags_of;
DROP VIEW item_text_of;

CREATE VIEW verdict_tag (verdict_id, kind, value) AS
    SELECT t.id, 'rule', json_extract(h.value, '$.rule')
    FROM verdict t, json_each(t.body, '$.hits') h
    UNION ALL
    SELECT t.id, 'destination', d.value
    FROM verdict t, json_each(t.body, '$.facts.destination') d
    UNION ALL
    SELECT t.id, 'region', json_extract(o.value, '$.code')
    FROM verdict t, json_each(t.body, '$.facts.origin') o;

CREATE VIEW version_text (version_id, text, author) AS
    SELECT v.id,
        concat_ws(' ', json_extract(v.content, '$.title'), json_extract(v.content, '$.text'),
            (SELECT group_concat(json_extract(e.value, '$.text'), ' ')
             FROM json_each(v.content, '$.extra_text') e)),
        concat_ws(' ', json_extract(v.content, '$.author.name'),
            json_extract(v.content, '$.author.handle'))
    FROM post_version v WHERE v.content IS NOT NULL;

CREATE TRIGGER item_is_indexed AFTER INSERT ON queue_item
BEGIN
    INSERT OR IGNORE INTO item_tag SELECT kind, value, NEW.id FROM verdict_tag
        WHERE verdict_id = NEW.verdict_id AND value IS NOT NULL;
    INSERT INTO item_text (rowid, text, author) SELECT NEW.id, text, author FROM version_text
        WHERE version_id = NEW.version_id;
END;

CREATE TRIGGER item_is_tagged_anew AFTER UPDATE OF verdict_id ON queue_item
BEGIN
    DELETE FROM item_tag WHERE item_id = NEW.id;
    INSERT OR IGNORE INTO item_tag SELECT kind, value, NEW.id FROM verdict_tag
        WHERE verdict_id = NEW.verdict_id AND value IS NOT NULL;
END;

CREATE TRIGGER item_is_read_anew AFTER UPDATE OF version_id ON queue_item
BEGIN
    DELETE FROM item_text WHERE rowid = NEW.id;
    INSERT INTO item_text (rowid, text, author) SELECT NEW.id, text, author FROM version_text
        WHERE version_id = NEW.version_id;
END;

INSERT INTO item_text (item_text) VALUES ('delete-all');
INSERT INTO item_text (rowid, text, author)
    SELECT q.id, t.text, t.author FROM queue_item q JOIN version_text t ON t.version_id = q.version_id;

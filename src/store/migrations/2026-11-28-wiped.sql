-- The items of a wiped version are looked up by their post, which is indexed: wiping all of an account
-- costs the same however many items there are.
DROP TRIGGER wiped_text_is_not_found;
DROP TRIGGER wiped_text_is_no_example;
DROP TRIGGER wiped_text_takes_its_notes;

CREATE TRIGGER wiped_text_is_not_found AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    DELETE FROM item_text WHERE rowid IN
        (SELECT id FROM queue_item WHERE post_id = NEW.post_id AND version_id = NEW.id);
END;

CREATE TRIGGER wiped_text_is_no_example AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    UPDATE proposal SET edit = NULL, trial = NULL, counts = NULL
    WHERE edit IS NOT NULL AND item_id IN
        (SELECT id FROM queue_item WHERE post_id = NEW.post_id AND version_id = NEW.id);
END;

CREATE TRIGGER wiped_text_takes_its_notes AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    UPDATE note SET body = NULL
    WHERE body NOT NULL AND item_id IN
        (SELECT id FROM queue_item WHERE post_id = NEW.post_id AND version_id = NEW.id);
END;

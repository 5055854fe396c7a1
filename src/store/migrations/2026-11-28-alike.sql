-- By what items are found to be alike: the wording of the version in question, and who posted it.
-- `lanes` is the fingerprint, `poster` a part of the SHA-256 of platform and account.
CREATE TABLE likeness (
    item_id INTEGER PRIMARY KEY REFERENCES queue_item (id) ON DELETE CASCADE,
    lanes   BLOB CHECK (length(lanes) = 128),
    poster  INTEGER
) STRICT;
CREATE INDEX likeness_poster ON likeness (poster, item_id) WHERE poster IS NOT NULL;

-- Texts of like wording share one key or more.
CREATE TABLE likeness_band (
    item_id INTEGER NOT NULL REFERENCES likeness (item_id) ON DELETE CASCADE,
    key     INTEGER NOT NULL,
    PRIMARY KEY (item_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX likeness_band_key ON likeness_band (key, item_id);

-- What is left of a wiped text is nothing.
CREATE TRIGGER wiped_text_is_like_nothing AFTER UPDATE OF content ON post_version
WHEN NEW.content IS NULL
BEGIN
    DELETE FROM likeness WHERE item_id IN
        (SELECT id FROM queue_item WHERE post_id = NEW.post_id AND version_id = NEW.id);
END;

-- Items from before; they are read a few at a time when the store is opened next.
CREATE TABLE likeness_due (item_id INTEGER PRIMARY KEY) STRICT;
INSERT INTO likeness_due SELECT id FROM queue_item;

-- Items decided together. `left_out` is what could not be, and why, as JSON.
CREATE TABLE batch (
    id       INTEGER PRIMARY KEY,
    analyst  TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    left_out TEXT NOT NULL,
    at       TEXT NOT NULL
) STRICT;
ALTER TABLE decision ADD COLUMN batch INTEGER REFERENCES batch (id);
CREATE INDEX decision_batch ON decision (batch) WHERE batch IS NOT NULL;

-- How well rules and analysts work: unflagged posts put before analysts unmarked, decisions made a
-- second time by somebody else, and what a supervisor says where the two differ.

-- `sample`: no rule flags the post; it was drawn at random to learn how many such posts there are
-- that a rule should flag. A CHECK cannot be altered, but a column can take another one's place.
ALTER TABLE queue_item ADD COLUMN origin_anew TEXT NOT NULL DEFAULT 'rules'
    CHECK (origin_anew IN ('rules', 'report', 'sample'));
UPDATE queue_item SET origin_anew = origin WHERE origin <> 'rules';
ALTER TABLE queue_item DROP COLUMN origin;
ALTER TABLE queue_item RENAME COLUMN origin_anew TO origin;

-- What lots are drawn with: a key nobody chose, and how often it was used. Key and turn give the same
-- lot again, so that no draw can be denied.
CREATE TABLE lot (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    key   BLOB NOT NULL,
    turns INTEGER NOT NULL
) STRICT;
INSERT INTO lot VALUES (1, randomblob(32), 0);

-- `population`: the posts it was drawn from.
CREATE TABLE sample (
    item_id    INTEGER PRIMARY KEY REFERENCES queue_item (id),
    population INTEGER NOT NULL,
    turn       INTEGER NOT NULL,
    at         TEXT NOT NULL
) STRICT;
CREATE INDEX sample_at ON sample (at);

-- A decision that is to be made a second time. `decision_id` is the first one; `stands` the one in
-- force on the item, which is another after a supervisor settled a difference. `void`: the first was
-- taken back. The rulings are the ones in force.
CREATE TABLE second_review (
    id            INTEGER PRIMARY KEY,
    item_id       INTEGER NOT NULL REFERENCES queue_item (id),
    decision_id   INTEGER NOT NULL UNIQUE REFERENCES decision (id),
    stands        INTEGER NOT NULL REFERENCES decision (id),
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'ruled', 'settled', 'void')),
    second_id     INTEGER REFERENCES review_ruling (id),
    settlement_id INTEGER REFERENCES review_ruling (id),
    drawn_at      TEXT NOT NULL,
    lease_analyst TEXT,
    lease_token   BLOB,
    lease_expires TEXT,
    CHECK ((lease_analyst IS NULL) = (lease_token IS NULL) AND (lease_token IS NULL) = (lease_expires IS NULL))
) STRICT;
CREATE INDEX second_review_waiting ON second_review (id) WHERE state = 'waiting';
CREATE UNIQUE INDEX second_review_item ON second_review (item_id) WHERE state IN ('waiting', 'ruled');
CREATE INDEX second_review_stands ON second_review (stands);
CREATE INDEX second_review_lease ON second_review (lease_analyst) WHERE lease_analyst IS NOT NULL;
CREATE INDEX second_review_drawn ON second_review (drawn_at);

-- Who knows the first decision cannot give a second opinion.
CREATE TABLE review_seen (
    review_id INTEGER NOT NULL REFERENCES second_review (id),
    analyst   TEXT NOT NULL,
    PRIMARY KEY (review_id, analyst)
) STRICT, WITHOUT ROWID;

-- Append-only: second opinions and settlements; an undo is a row of its own.
CREATE TABLE review_ruling (
    id           INTEGER PRIMARY KEY,
    review_id    INTEGER NOT NULL REFERENCES second_review (id),
    kind         TEXT NOT NULL CHECK (kind IN ('second', 'settlement')),
    analyst      TEXT NOT NULL,
    outcome      TEXT,
    reason       TEXT NOT NULL,
    duplicate_of INTEGER REFERENCES queue_item (id),
    undoes       INTEGER REFERENCES review_ruling (id),
    at           TEXT NOT NULL,
    line         INTEGER NOT NULL UNIQUE,
    CHECK ((outcome IS NULL) <> (undoes IS NULL))
) STRICT;
CREATE TRIGGER review_ruling_is_append_only_update BEFORE UPDATE ON review_ruling
BEGIN SELECT RAISE(ABORT, 'rulings are never changed'); END;
CREATE TRIGGER review_ruling_is_append_only_delete BEFORE DELETE ON review_ruling
BEGIN SELECT RAISE(ABORT, 'rulings are never removed'); END;

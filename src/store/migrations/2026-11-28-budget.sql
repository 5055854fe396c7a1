-- What was spent of each budget, booked before the request went out. One row a request; for a
-- budget that counts distinct items, one row an item. `latest` is the latest time seen: a clock
-- that steps back must not make spending look older than it is.
CREATE TABLE budget (
    name   TEXT NOT NULL PRIMARY KEY,
    latest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE spending (
    id     INTEGER PRIMARY KEY,
    budget TEXT NOT NULL REFERENCES budget (name),
    at     TEXT NOT NULL,
    amount INTEGER NOT NULL,
    item   TEXT
) STRICT;
CREATE INDEX spending_budget_at ON spending (budget, at);
CREATE UNIQUE INDEX spending_item ON spending (budget, item) WHERE item IS NOT NULL;

-- What bystanders' numbers are hashed with before anything of them is stored: random, made at first
-- need, another one in every store.
CREATE TABLE pseudonym_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

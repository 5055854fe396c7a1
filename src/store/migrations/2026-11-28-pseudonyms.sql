-- What numbers of bystanders are hashed with before anything of them is stored: another one in every
-- store, and another than that of reporters.
CREATE TABLE bystander_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO bystander_key VALUES (1, randomblob(32));

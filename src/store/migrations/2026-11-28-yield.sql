-- What the pages of a source held, hour by hour, so that a source that dries up or changes its shape
-- is noticed. Hours are the first 13 letters of an RFC 3339 time in UTC.
CREATE TABLE source_hour (
    source_id  INTEGER NOT NULL REFERENCES source (id),
    hour       TEXT NOT NULL,
    pages      INTEGER NOT NULL DEFAULT 0,
    posts      INTEGER NOT NULL DEFAULT 0,
    posts_new  INTEGER NOT NULL DEFAULT 0,
    partial    INTEGER NOT NULL DEFAULT 0,
    set_aside  INTEGER NOT NULL DEFAULT 0,
    failures   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source_id, hour)
) STRICT, WITHOUT ROWID;

-- Posts of that hour that lacked a field their adapter expects.
CREATE TABLE source_hour_missing (
    source_id  INTEGER NOT NULL REFERENCES source (id),
    hour       TEXT NOT NULL,
    field      TEXT NOT NULL,
    posts      INTEGER NOT NULL,
    PRIMARY KEY (source_id, hour, field)
) STRICT, WITHOUT ROWID;

-- Items of that hour that were read and not stored: of a kind that carries nothing to read, not
-- flagged where a stream keeps only what is, or withheld at their authors' wish.
ALTER TABLE source_hour ADD COLUMN ignored INTEGER NOT NULL DEFAULT 0;

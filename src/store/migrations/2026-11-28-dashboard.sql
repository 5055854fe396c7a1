-- What the dashboard counts by, so that it reads narrow indexes and only as far back as it looks:
-- items by when they came and when they were closed, those that wait by how grave they are, posts by
-- when they were seen, and scores without the long verdicts around them.
CREATE INDEX queue_item_opened ON queue_item (opened_at);
CREATE INDEX queue_item_closed ON queue_item (closed_at, outcome) WHERE closed_at IS NOT NULL;
CREATE INDEX queue_item_waiting ON queue_item (severity, score, opened_at) WHERE state = 'open';
CREATE INDEX post_first_seen ON post (first_seen, verdict_id, deleted_at);
CREATE INDEX verdict_score ON verdict (id, score, flagged);

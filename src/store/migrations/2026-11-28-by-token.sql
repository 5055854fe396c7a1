-- The personal token by which a program decided in its owner's name; empty where a person did.
ALTER TABLE decision ADD COLUMN token_id INTEGER REFERENCES personal_token (id);
ALTER TABLE review_ruling ADD COLUMN token_id INTEGER REFERENCES personal_token (id);

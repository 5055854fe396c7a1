-- How much harm is at stake decides what is looked at first, then how fresh it is. Items from before
-- severity was told get one by lane and band, until their posts are scored anew.
ALTER TABLE queue_item ADD COLUMN severity TEXT;
UPDATE queue_item SET severity = CASE
    WHEN lane = 'victim' OR band = 'tinggi' THEN 'S2' WHEN band = 'sedang' THEN 'S3' ELSE 'S4' END;
UPDATE queue_item SET priority =
    CASE severity WHEN 'S2' THEN 30 WHEN 'S3' THEN 20 ELSE 10 END
    + CASE lane WHEN 'victim' THEN 5 ELSE 0 END;

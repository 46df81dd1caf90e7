ALTER TABLE alerts ADD COLUMN remind_at text COLLATE "C";
CREATE INDEX alerts_to_remind ON alerts (remind_at) WHERE remind_at IS NOT NULL;
-- A view has the columns that there were when it was made.
CREATE OR REPLACE VIEW held_alerts AS SELECT * FROM alerts WHERE held_at IS NOT NULL AND released_at IS NULL;

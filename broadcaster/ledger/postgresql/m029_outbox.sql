UPDATE outbox SET state = 'waiting' WHERE state = 'claimed';
DROP INDEX outbox_open;
CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'waiting';
ALTER TABLE outbox DROP COLUMN attempts;
ALTER TABLE outbox DROP COLUMN attempted_at;

-- The triggers on deliveries keep it too (reach.py).
ALTER TABLE alert_reach ADD COLUMN out_of_service bigint NOT NULL DEFAULT 0;

UPDATE alert_reach AS reach SET out_of_service = (
    SELECT count(*) FROM terminals AS t JOIN deliveries AS d ON d.terminal_id = t.id
    WHERE t.service <> 'in_service' AND d.alert_id = reach.alert_id AND d.received_at IS NULL AND d.outcome IS NULL
) WHERE missing > 0;

CREATE FUNCTION move_alert_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE alert_reach AS reach
    SET out_of_service = out_of_service + CASE WHEN NEW.service = 'in_service' THEN -1 ELSE 1 END
    WHERE missing > 0 AND EXISTS (
        SELECT 1 FROM deliveries AS d WHERE d.alert_id = reach.alert_id AND d.terminal_id = NEW.id
         AND d.received_at IS NULL AND d.outcome IS NULL
    );
    RETURN NULL;
END $$;
CREATE TRIGGER alert_reach_service AFTER UPDATE OF service ON terminals FOR EACH ROW
    WHEN ((OLD.service = 'in_service') <> (NEW.service = 'in_service')) EXECUTE FUNCTION move_alert_reach();

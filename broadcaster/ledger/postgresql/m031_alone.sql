ALTER TABLE alerts ADD COLUMN why_alone text COLLATE "C" NOT NULL DEFAULT '';
UPDATE alerts SET why_alone = (SELECT reason FROM submissions WHERE identifier = alerts.identifier)
    WHERE revision = 1 AND identifier IN (SELECT identifier FROM submissions WHERE reason <> '');
CREATE INDEX alerts_alone ON alerts (sent_at) WHERE why_alone <> '';
DROP INDEX submissions_alone;
-- A view has the columns that there were when it was made.
CREATE OR REPLACE VIEW held_alerts AS SELECT * FROM alerts WHERE held_at IS NOT NULL AND released_at IS NULL;
CREATE TABLE told_of_alone (
    alert_id bigint NOT NULL REFERENCES alerts(id),
    account text COLLATE "C" NOT NULL,
    told_at text COLLATE "C" NOT NULL,
    PRIMARY KEY (alert_id, account)
);
INSERT INTO told_of_alone (alert_id, account, told_at) SELECT a.id, t.account, t.told_at
    FROM told_of_sent_alone AS t JOIN alerts AS a ON a.identifier = t.identifier AND a.why_alone <> '';
DROP TABLE told_of_sent_alone;

-- How each model was on each day, for everybody to see; it names nobody.
CREATE TABLE model_day (
  day       INTEGER NOT NULL,            -- since 1970-01-01, UTC
  model_id  TEXT NOT NULL,
  since     INTEGER,                     -- when it was first looked at on that day; null: never
  available INTEGER NOT NULL DEFAULT 0,  -- minutes in which a look found that it could run
  succeeded INTEGER NOT NULL DEFAULT 0,  -- requests that ended
  failed    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, model_id)
) STRICT, WITHOUT ROWID;

INSERT INTO model_day (day, model_id, succeeded, failed)
  SELECT day, model_id, sum(state = 3), sum(state = 4) FROM usage WHERE state IN (3, 4) GROUP BY day, model_id;

CREATE TRIGGER model_day_counts AFTER INSERT ON usage WHEN NEW.state IN (3, 4) BEGIN
  INSERT INTO model_day (day, model_id, succeeded, failed) VALUES (NEW.day, NEW.model_id, NEW.state = 3, NEW.state = 4)
  ON CONFLICT (day, model_id) DO UPDATE SET succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed;
END;

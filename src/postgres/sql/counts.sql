-- How many instances there are, by orchestration and status, and how many executions have ended with how many
-- events: counting a million rows takes longer than anybody should wait for. Each change is a row of its own,
-- so that no two runtimes wait for each other; from time to time all of them are added up.

-- `status` is that of instances; of what has ended, with an empty name: -1 for executions, -2 for their events.
CREATE TABLE counts (
  orchestration text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (orchestration, status)
);
-- What came since.
CREATE TABLE count_changes (
  orchestration text COLLATE "C" NOT NULL,
  status smallint NOT NULL,
  n bigint NOT NULL
);

CREATE FUNCTION count_instance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO count_changes VALUES (new.orchestration, new.status, 1);
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO count_changes VALUES (old.orchestration, old.status, -1);
  ELSE
    INSERT INTO count_changes
    VALUES (old.orchestration, old.status, -1), (new.orchestration, new.status, 1);
  END IF;
  RETURN null;
END $$;

CREATE TRIGGER instance_added_or_gone AFTER INSERT OR DELETE ON instances
  FOR EACH ROW EXECUTE FUNCTION count_instance();
CREATE TRIGGER instance_moved AFTER UPDATE ON instances
  FOR EACH ROW WHEN (old.status <> new.status OR old.orchestration <> new.orchestration)
  EXECUTE FUNCTION count_instance();

CREATE FUNCTION count_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO count_changes VALUES ('', -1, 1), ('', -2, new.event_count);
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO count_changes VALUES ('', -1, -1), ('', -2, -old.event_count);
  ELSE
    INSERT INTO count_changes VALUES ('', -2, new.event_count - old.event_count);
  END IF;
  RETURN null;
END $$;

CREATE TRIGGER execution_added_or_gone AFTER INSERT OR DELETE ON executions
  FOR EACH ROW EXECUTE FUNCTION count_execution();
CREATE TRIGGER execution_changed AFTER UPDATE ON executions
  FOR EACH ROW WHEN (old.event_count <> new.event_count) EXECUTE FUNCTION count_execution();

-- Adds up what came since, unless somebody does already. Each runtime calls it when it renews its life.
CREATE FUNCTION fold_counts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM count_changes)
      OR NOT pg_try_advisory_xact_lock('counts'::regclass::oid::int, 1) THEN
    RETURN;
  END IF;
  WITH gone AS (
    DELETE FROM count_changes RETURNING orchestration, status, n
  )
  INSERT INTO counts AS c
  SELECT orchestration, status, sum(n) FROM gone GROUP BY orchestration, status
  ON CONFLICT (orchestration, status) DO UPDATE SET n = c.n + excluded.n;
  DELETE FROM counts WHERE n = 0;
END $$;

-- As of now.
CREATE VIEW all_counts AS
  SELECT orchestration, status, sum(n)::bigint AS n
  FROM (SELECT * FROM counts UNION ALL SELECT * FROM count_changes) AS each
  GROUP BY orchestration, status;

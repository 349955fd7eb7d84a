-- What a turn does to others, and to its own values. Each call comes behind `ack_turn` in its transaction, and
-- does something only if that very ack was accepted.

-- A message to another instance, or to itself. `p_parent_*`: it is for that parent's child alone.
CREATE FUNCTION deliver_of_turn(p_token bigint, p_id text, p_execution bigint, p_kind bigint,
                                p_of_execution bigint, p_of_event bigint, p_keeps bigint, p_item bytea,
                                p_parent_id text, p_parent_execution bigint, p_parent_event bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    SELECT i.number INTO v_number FROM instances i
    WHERE i.id = p_id AND (p_parent_id IS NULL OR (i.parent_id = p_parent_id
      AND i.parent_execution = p_parent_execution AND i.parent_event = p_parent_event));
    IF FOUND THEN
      code := deliver_to(v_number, p_execution, p_kind, p_of_execution, p_of_event, p_keeps, false,
                         p_item);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Starts an instance for a turn. One that has the id already may be the very child, from before its parent was
-- taken up again: then it is that child once more. Else the parent is told with `p_taken`. Answers 0 if the
-- instance was made, 5 if the id is taken.
CREATE FUNCTION start_of_turn(p_token bigint, p_now bigint, p_id text, p_incarnation bigint,
                              p_orchestration text, p_version text, p_digest bigint, p_tags text[],
                              p_parent_id text, p_parent_execution bigint, p_parent_event bigint,
                              p_timeout bigint, p_stop bytea, p_item bytea, p_taken bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    code := start_child(p_now, p_id, p_incarnation, p_orchestration, p_version, p_digest, p_tags,
                        p_parent_id, p_parent_execution, p_parent_event, p_timeout, p_stop, p_item,
                        p_taken);
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION start_child(p_now bigint, p_id text, p_incarnation bigint, p_orchestration text,
                            p_version text, p_digest bigint, p_tags text[], p_parent_id text,
                            p_parent_execution bigint, p_parent_event bigint, p_timeout bigint,
                            p_stop bytea, p_item bytea, p_taken bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_parent bigint;
  v_child record;
BEGIN
  IF create_instance(p_now, p_id, p_incarnation, p_orchestration, p_version, p_digest, p_tags, p_parent_id,
                     p_parent_execution, p_parent_event, NULL, p_timeout, p_stop, p_item) IS NOT NULL THEN
    RETURN 0;
  END IF;
  IF p_parent_id IS NULL THEN
    RETURN 5;
  END IF;
  SELECT i.number INTO v_parent FROM instances i WHERE i.id = p_parent_id;
  SELECT i.*, e.output, e.failure_told INTO v_child
  FROM instances i LEFT JOIN executions e ON e.number = i.number AND e.execution = i.execution
  WHERE i.id = p_id;
  IF v_child.parent_id = p_parent_id AND v_child.parent_execution = p_parent_execution
     AND v_child.parent_event = p_parent_event AND v_child.orchestration = p_orchestration
     AND v_child.start_digest IN (0, p_digest) THEN
    UPDATE instances SET parent_number = v_parent WHERE number = v_child.number AND parent_number IS NULL;
    IF v_child.status = 1 THEN
      PERFORM deliver_to(v_parent, 0, 7, p_parent_execution, p_parent_event, 2, true, v_child.output);
    ELSIF v_child.status = 0 THEN
      -- It was given up when its parent ended, and may not have heard of it.
      DELETE FROM inbox WHERE number = v_child.number AND kind = 9 AND of_event = p_parent_event
        AND of_execution = p_parent_execution
        AND place <> ALL (ARRAY(SELECT unnest(t.taken) FROM turns t WHERE t.number = v_child.number));
    ELSE
      PERFORM deliver_to(v_parent, 0, 8, p_parent_execution, p_parent_event, 0, true,
                         v_child.failure_told);
    END IF;
    RETURN 0;
  END IF;
  PERFORM deliver_to(v_parent, 0, 8, p_parent_execution, p_parent_event, 0, false, p_taken);
  RETURN 5;
END $$;

-- A value of an instance, for the turn's own.
CREATE FUNCTION read_value_of_turn(p_token bigint, p_reader bigint, p_execution bigint, p_event bigint,
                                   p_id text, p_key text)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_value bytea;
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    SELECT s.value INTO v_value FROM instances i JOIN state s ON s.number = i.number
    WHERE i.id = p_id AND s.key = p_key;
    code := deliver_to(p_reader, p_execution, 12, p_execution, p_event, 2, true, v_value);
  END IF;
  RETURN NEXT;
END $$;

-- The turn's instance waits for the end of another, or waits no more. `p_nobody`: what it is told if there is
-- none.
CREATE FUNCTION await_end_of_turn(p_token bigint, p_reader bigint, p_execution bigint, p_event bigint,
                                  p_id text, p_given_up boolean, p_nobody bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    PERFORM await_end(p_reader, p_execution, p_event, p_id, p_given_up, p_nobody);
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION await_end(p_reader bigint, p_execution bigint, p_event bigint, p_id text,
                          p_given_up boolean, p_nobody bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_end record;
BEGIN
  SELECT i.number INTO v_number FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    IF NOT p_given_up THEN
      PERFORM deliver_to(p_reader, p_execution, 16, p_execution, p_event, 0, false, p_nobody);
    END IF;
    RETURN;
  END IF;
  IF p_given_up THEN
    DELETE FROM awaited a WHERE a.number = v_number AND a.reader = p_reader
      AND a.execution = p_execution AND a.event = p_event;
    RETURN;
  END IF;
  -- Its end must not come between the look at it and the note.
  PERFORM 1 FROM turns t WHERE t.number = v_number FOR NO KEY UPDATE;
  SELECT i.status, e.output, e.failure_told INTO v_end
  FROM instances i LEFT JOIN executions e ON e.number = i.number AND e.execution = i.execution
  WHERE i.number = v_number;
  IF v_end.status = 0 THEN
    INSERT INTO awaited (number, reader, execution, event)
    VALUES (v_number, p_reader, p_execution, p_event) ON CONFLICT DO NOTHING;
  ELSE
    PERFORM tell_of_end(p_reader, p_execution, p_event, v_end.status, v_end.output, v_end.failure_told);
  END IF;
END $$;

CREATE FUNCTION tell_of_end(p_reader bigint, p_execution bigint, p_event bigint, p_status bigint,
                            p_output bytea, p_failure bytea)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_status = 1 THEN
    PERFORM deliver_to(p_reader, p_execution, 15, p_execution, p_event, 2, true, p_output);
  ELSE
    PERFORM deliver_to(p_reader, p_execution, 16, p_execution, p_event, 0, true, p_failure);
  END IF;
END $$;

-- Tells all who wait for the end of an instance, which has come.
CREATE FUNCTION tell_readers(p_number bigint, p_status bigint, p_output bytea, p_failure bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_reader record;
BEGIN
  FOR v_reader IN DELETE FROM awaited a WHERE a.number = p_number RETURNING a.* LOOP
    PERFORM tell_of_end(v_reader.reader, v_reader.execution, v_reader.event, p_status, p_output,
                        p_failure);
  END LOOP;
END $$;

-- The last call of a turn with which its instance has ended.
CREATE FUNCTION tell_end_of_turn(p_token bigint, p_number bigint, p_status bigint, p_output bytea,
                                 p_failure bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    IF EXISTS (SELECT 1 FROM awaited a WHERE a.number = p_number) THEN
      PERFORM tell_readers(p_number, p_status, p_output, p_failure);
    END IF;
    DELETE FROM questions WHERE number = p_number;
  END IF;
  RETURN NEXT;
END $$;

-- Values that the turn has set, or, where they are null, cleared.
CREATE FUNCTION set_values_of_turn(p_token bigint, p_number bigint, p_keys text[], p_values bytea[],
                                   p_times bigint[], p_versions bigint[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    DELETE FROM state s USING unnest(p_keys, p_values) AS c (key, value)
    WHERE s.number = p_number AND s.key = c.key AND c.value IS NULL;
    INSERT INTO state (number, key, value, updated_at, version)
    SELECT p_number, c.key, c.value, c.at, c.version
    FROM unnest(p_keys, p_values, p_times, p_versions) AS c (key, value, at, version)
    WHERE c.value IS NOT NULL
    ON CONFLICT (number, key) DO UPDATE
      SET value = excluded.value, updated_at = excluded.updated_at, version = excluded.version;
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION set_status_of_turn(p_token bigint, p_number bigint, p_status bytea, p_version bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    INSERT INTO custom_status (number, status, version) VALUES (p_number, p_status, p_version)
    ON CONFLICT (number) DO UPDATE SET status = excluded.status, version = excluded.version;
  END IF;
  RETURN NEXT;
END $$;

-- The answer to an update or a question. `p_tell_others`: whoever waits may be in another process.
CREATE FUNCTION answer_of_turn(p_token bigint, p_now bigint, p_number bigint, p_id text, p_output bytea,
                               p_error bytea, p_refused boolean, p_tell_others boolean)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    DELETE FROM questions q WHERE q.number = p_number AND q.id = p_id;
    IF p_tell_others THEN
      INSERT INTO answers (place, number, id, at, output, error, refused)
      VALUES (nextval('places'), p_number, p_id, moment(p_now), p_output, p_error, p_refused);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Earlier executions that the turn drops: all but the last `p_keep` (the current one counts), and of these
-- only such as have ended before `p_before`, if it is given; a hundred at a time.
CREATE FUNCTION prune_of_turn(p_token bigint, p_number bigint, p_keep bigint, p_before bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_old bigint[];
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    SELECT array_agg(o.execution) INTO v_old FROM (
      SELECT e.execution FROM executions e JOIN instances i ON i.number = e.number
      WHERE e.number = p_number AND e.execution < i.execution
        AND i.execution - e.execution >= greatest(p_keep, 1)
        AND (p_before IS NULL OR e.ended_at < p_before)
      ORDER BY e.execution LIMIT 100) o;
    DELETE FROM history WHERE number = p_number AND execution = ANY (v_old);
    DELETE FROM executions WHERE number = p_number AND execution = ANY (v_old);
  END IF;
  RETURN NEXT;
END $$;

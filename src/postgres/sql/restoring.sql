-- Instances that go on from a history that no turn has just written. What they wait for is put into the queues
-- by the calls of a turn's ack, under the fencing number -1.

CREATE FUNCTION next_instance_number() RETURNS TABLE (number bigint) LANGUAGE sql AS $$
  SELECT nextval('instance_numbers')
$$;

-- A new instance with a history. Times of creation and change are those of this store, so that lists go by them.
CREATE FUNCTION restore_of_change(p_now bigint, p_number bigint, p_id text, p_incarnation bigint,
                                  p_orchestration text, p_version text, p_execution bigint,
                                  p_status bigint, p_started_at bigint, p_event_count bigint,
                                  p_parent_id text, p_parent_execution bigint, p_parent_event bigint,
                                  p_start_due bigint, p_tags text[], p_code text)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := moment(p_now);
BEGIN
  code := 0;
  IF was_acked(-1) THEN
    INSERT INTO instances (number, id, incarnation, orchestration, version, execution, status,
                           created_at, listed_at, execution_started_at, parent_id, parent_execution,
                           parent_event, parent_number, start_due, tags)
    VALUES (p_number, p_id, p_incarnation, p_orchestration, p_version, p_execution, p_status, v_now,
            CASE WHEN p_status = 0 THEN v_now / 1000 * 1000 ELSE v_now END, p_started_at, p_parent_id,
            p_parent_execution, p_parent_event, (SELECT i.number FROM instances i WHERE i.id = p_parent_id),
            p_start_due, p_tags);
    INSERT INTO turns (number, event_count, updated_at, code)
    VALUES (p_number, p_event_count, v_now, p_code);
    INSERT INTO instance_tags (tag, created_at, number)
    SELECT DISTINCT t.tag, v_now, p_number FROM unnest(p_tags) AS t (tag);
  END IF;
  RETURN NEXT;
END $$;

-- One that has failed runs again with `p_event_count` events, the last of which are `p_events`, behind all that
-- stand before `p_first_event`. Messages to its parent that say it has failed are taken back.
CREATE FUNCTION rewind_of_change(p_now bigint, p_number bigint, p_incarnation bigint, p_version text,
                                 p_event_count bigint, p_first_event bigint, p_events bytea,
                                 p_start bytea, p_code text)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_instance record;
  v_parent record;
  v_updated bigint;
BEGIN
  code := 0;
  IF NOT was_acked(-1) THEN
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT i.* INTO v_instance FROM instances i WHERE i.number = p_number;
  SELECT greatest(t.updated_at, moment(p_now)) INTO v_updated FROM turns t WHERE t.number = p_number;
  DELETE FROM history h WHERE h.number = p_number AND h.execution = v_instance.execution
    AND h.first_event >= p_first_event;
  INSERT INTO history (number, execution, first_event, events)
  VALUES (p_number, v_instance.execution, p_first_event, p_events);
  IF p_start IS NOT NULL THEN
    UPDATE history h SET events = p_start WHERE h.number = p_number
      AND h.execution = v_instance.execution AND h.first_event = 1;
  END IF;
  DELETE FROM executions e WHERE e.number = p_number AND e.execution = v_instance.execution;
  DELETE FROM kept k WHERE k.number = p_number;
  -- Nobody waits for what is at work still.
  INSERT INTO cancelled_leases (token, process, holder)
  SELECT w.token, w.process, w.holder FROM work w WHERE w.number = p_number AND w.process IS NOT NULL;
  DELETE FROM work w WHERE w.number = p_number;
  DELETE FROM timers m WHERE m.number = p_number AND m.kind IN (0, 4);
  UPDATE instances i SET status = 0, incarnation = p_incarnation, version = p_version,
    listed_at = v_updated / 1000 * 1000
  WHERE i.number = p_number;
  UPDATE turns t SET event_count = p_event_count, updated_at = v_updated, attempts = 0, code = p_code
  WHERE t.number = p_number;
  SELECT i.number, t.taken INTO v_parent FROM instances i JOIN turns t ON t.number = i.number
  WHERE i.id = v_instance.parent_id FOR NO KEY UPDATE OF t;
  IF FOUND THEN
    DELETE FROM inbox m WHERE m.number = v_parent.number AND m.kind = 8
      AND m.of_execution = v_instance.parent_execution AND m.of_event = v_instance.parent_event
      AND m.place <> ALL (v_parent.taken);
  END IF;
  RETURN NEXT;
END $$;

-- Rows of a history, and executions that have ended, of an instance that was just restored.
CREATE FUNCTION history_of_change(p_number bigint, p_execution bigint, p_first_events bigint[],
                                  p_events bytea[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(-1) THEN
    INSERT INTO history (number, execution, first_event, events)
    SELECT p_number, p_execution, h.first_event, h.events
    FROM unnest(p_first_events, p_events) AS h (first_event, events);
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION execution_of_change(p_number bigint, p_execution bigint, p_version text, p_status bigint,
                                    p_started_at bigint, p_ended_at bigint, p_event_count bigint,
                                    p_output bytea, p_failure bytea, p_told bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(-1) THEN
    INSERT INTO executions (number, execution, version, status, started_at, ended_at, event_count, output,
                            failure, failure_told)
    VALUES (p_number, p_execution, p_version, p_status, p_started_at, p_ended_at, p_event_count, p_output,
            p_failure, p_told);
  END IF;
  RETURN NEXT;
END $$;

-- Drops the key-value state and the custom status, before what a history amounts to is set.
CREATE FUNCTION forget_state_of_change(p_number bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(-1) THEN
    DELETE FROM state s WHERE s.number = p_number;
    DELETE FROM custom_status c WHERE c.number = p_number;
  END IF;
  RETURN NEXT;
END $$;

-- A message to an instance that runs, at the place 0 if it is the start; or to one that has failed, which keeps it.
CREATE FUNCTION message_of_change(p_number bigint, p_is_start boolean, p_is_kept boolean, p_kind bigint,
                                  p_of_execution bigint, p_of_event bigint, p_keeps bigint, p_item bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF NOT was_acked(-1) THEN
    RETURN NEXT;
    RETURN;
  END IF;
  IF p_is_kept THEN
    INSERT INTO kept (number, place, kind, of_execution, of_event, made_here, item)
    VALUES (p_number, nextval('places'), p_kind, p_of_execution, p_of_event, false, p_item);
  ELSE
    PERFORM put_message(p_number, CASE WHEN p_is_start THEN 0 ELSE nextval('places') END, p_kind,
                        p_of_execution, p_of_event, p_keeps, false, p_item);
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION delayed_start_of_change(p_number bigint, p_due bigint, p_item bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(-1) THEN
    INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
    VALUES (p_due, p_number, 0, 0, 2, 0, 0, 0, p_item);
  END IF;
  RETURN NEXT;
END $$;

-- A child that was imported before its parent, and is the parent's again.
CREATE FUNCTION adopt_of_change(p_child bigint, p_parent bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(-1) THEN
    UPDATE instances i SET parent_number = p_parent WHERE i.number = p_child AND i.parent_number IS NULL;
  END IF;
  RETURN NEXT;
END $$;

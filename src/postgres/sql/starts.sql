-- How instances come to be.

-- Makes an instance, unless one has the id. `p_delay`: how long its start waits; `p_stop`: the cancellation
-- that it is sent `p_timeout` after that. `p_number`: reserved for it, unless it is null. `p_turn_token`: its first
-- turn was handed out already, to that holder of a process, and is leased to him, unless it has to wait or something
-- is paused. Answers its number, or null if the id is taken.
CREATE FUNCTION create_instance(p_now bigint, p_id text, p_incarnation bigint, p_orchestration text,
                                p_version text, p_digest bigint, p_tags text[], p_parent_id text,
                                p_parent_execution bigint, p_parent_event bigint, p_delay bigint,
                                p_timeout bigint, p_stop bytea, p_item bytea,
                                p_number bigint DEFAULT NULL, p_turn_token bigint DEFAULT NULL,
                                p_process bigint DEFAULT NULL, p_holder bigint DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := moment(p_now);
  v_due bigint := CASE WHEN coalesce(p_delay, 0) > 0 THEN later(v_now, p_delay) END;
  v_leases boolean := false;
  v_deadline bigint := later(coalesce(v_due, v_now), p_timeout);
  v_number bigint;
BEGIN
  IF EXISTS (SELECT 1 FROM instances WHERE id = p_id) THEN
    RETURN NULL;  -- most that are refused use up no number
  END IF;
  INSERT INTO instances (number, id, incarnation, orchestration, created_at, listed_at,
                         execution_started_at, parent_id, parent_execution, parent_event, parent_number,
                         start_due, deadline, start_digest, start_version, tags)
  VALUES (coalesce(p_number, nextval('instance_numbers')), p_id, p_incarnation, p_orchestration, v_now, v_now / 1000 * 1000,
          v_now, p_parent_id, p_parent_execution, p_parent_event,
          (SELECT number FROM instances WHERE id = p_parent_id), v_due, v_deadline, p_digest,
          coalesce(p_version, ''), p_tags)
  ON CONFLICT (id) DO NOTHING RETURNING number INTO v_number;
  IF v_number IS NULL THEN
    RETURN NULL;
  END IF;
  IF p_turn_token IS NOT NULL AND v_due IS NULL THEN
    PERFORM 1 FROM processes p WHERE p.id = p_process FOR KEY SHARE;
    v_leases := FOUND AND NOT EXISTS (SELECT 1 FROM paused);
  END IF;
  IF v_leases THEN
    INSERT INTO turns (number, updated_at, code, token, process, holder, taken, attempts)
    VALUES (v_number, v_now, p_orchestration || chr(1) || coalesce(p_version, ''), p_turn_token, p_process,
            p_holder, '{0}', 1);
  ELSE
    INSERT INTO turns (number, updated_at, ready, code)
    VALUES (v_number, v_now, CASE WHEN v_due IS NULL THEN nextval('places') END,
            p_orchestration || chr(1) || coalesce(p_version, ''));
  END IF;
  IF cardinality(p_tags) > 0 THEN
    INSERT INTO instance_tags (tag, created_at, number)
    SELECT DISTINCT t.tag, v_now, v_number FROM unnest(p_tags) AS t (tag);
  END IF;
  IF v_deadline IS NOT NULL THEN
    INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
    VALUES (v_deadline, v_number, 0, 0, 3, 9, 0, 0, p_stop);
  END IF;
  IF v_due IS NULL THEN
    INSERT INTO inbox (number, place, kind, of_execution, of_event, keeps, made_here, item)
    VALUES (v_number, 0, 0, 0, 0, 0, false, p_item);
  ELSE
    INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
    VALUES (v_due, v_number, 0, 0, 2, 0, 0, 0, p_item);
  END IF;
  RETURN v_number;
END $$;

-- A start by a client. Codes: 0 created; 5 the id is taken, and that will not do; 6 it is not known what
-- that one was started with; 7 it was started with something else; 8 it was started in another version; 9 it
-- is there, and will do. `has_version`: in which it was started. `has_turn`: the first turn is leased as it was
-- handed out.
CREATE FUNCTION start_instance(p_now bigint, p_id text, p_incarnation bigint, p_orchestration text,
                               p_version text, p_digest bigint, p_tags text[], p_parent_id text,
                               p_parent_execution bigint, p_parent_event bigint, p_delay bigint,
                               p_timeout bigint, p_stop bytea, p_item bytea, p_same_input boolean,
                               p_only_new boolean, p_number bigint, p_turn_token bigint,
                               p_process bigint, p_holder bigint)
RETURNS TABLE (code bigint, has_version text, has_turn boolean) LANGUAGE plpgsql AS $$
DECLARE
  v_found record;
BEGIN
  IF create_instance(p_now, p_id, p_incarnation, p_orchestration, p_version, p_digest, p_tags, p_parent_id,
                     p_parent_execution, p_parent_event, p_delay, p_timeout, p_stop, p_item,
                     p_number, p_turn_token, p_process, p_holder) IS NOT NULL THEN
    code := 0;
    has_turn := p_turn_token IS NOT NULL AND EXISTS (SELECT 1 FROM turns t WHERE t.number = p_number
                                                       AND t.token = p_turn_token);
    PERFORM set_config('duroxide.started', 'yes', true);
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT i.incarnation, i.start_digest, i.start_version INTO v_found FROM instances i WHERE i.id = p_id;
  has_version := v_found.start_version;
  -- This very request, made again, finds its turn as it was leased then.
  has_turn := p_turn_token IS NOT NULL AND EXISTS (SELECT 1 FROM turns t WHERE t.number = p_number
                                                     AND t.token = p_turn_token);
  code := CASE
    WHEN v_found.incarnation = p_incarnation THEN 0  -- this very request, made again
    WHEN p_only_new THEN 5
    WHEN NOT p_same_input THEN 9
    WHEN v_found.start_digest = 0 THEN 6
    WHEN v_found.start_digest <> p_digest THEN 7
    WHEN p_version IS NOT NULL AND v_found.start_version <> p_version THEN 8
    ELSE 9 END;
  PERFORM set_config('duroxide.started', CASE WHEN code IN (0, 9) THEN 'yes' ELSE 'no' END, true);
  RETURN NEXT;
END $$;

-- What goes with a start, by the call before this one in the same transaction, and is nothing if that was
-- refused: then the code is 20.
CREATE FUNCTION raise_with_start(p_now bigint, p_id text, p_kind bigint, p_of_execution bigint,
                                 p_of_event bigint, p_keeps bigint, p_item bytea, p_delay bigint, p_key text,
                                 p_digest bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('duroxide.started', true) = 'yes' THEN
    RETURN QUERY SELECT * FROM accept_message(p_now, p_id, p_kind, p_of_execution, p_of_event, p_keeps,
                                              p_item, p_delay, p_key, p_digest);
  ELSE
    code := 20;
    RETURN NEXT;
  END IF;
END $$;

CREATE FUNCTION ask_with_start(p_id text, p_update text, p_item bytea)
RETURNS TABLE (code bigint, number bigint) LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('duroxide.started', true) = 'yes' THEN
    RETURN QUERY SELECT * FROM ask_update(p_id, p_update, p_item);
  ELSE
    code := 20;
    RETURN NEXT;
  END IF;
END $$;

-- What operators take out.

-- Deletes one instance. `p_gone`: what those are told that wait for its end. Answers how much went with it.
CREATE FUNCTION delete_of_change(p_number bigint, p_gone bytea)
RETURNS TABLE (executions bigint, events bigint, messages bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_count bigint;
BEGIN
  IF NOT was_acked(-1) THEN
    RETURN;
  END IF;
  PERFORM tell_readers(p_number, 2, NULL, p_gone);
  SELECT count(*) FILTER (WHERE e.execution <> i.execution) + 1,
         t.event_count + coalesce(sum(e.event_count) FILTER (WHERE e.execution <> i.execution), 0)
  INTO executions, events
  FROM instances i JOIN turns t ON t.number = i.number LEFT JOIN executions e ON e.number = i.number
  WHERE i.number = p_number GROUP BY t.event_count;
  messages := remove_waiting(p_number);
  DELETE FROM kept WHERE number = p_number;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  messages := messages + v_count;
  DELETE FROM history WHERE number = p_number;
  DELETE FROM executions WHERE number = p_number;
  DELETE FROM state WHERE number = p_number;
  DELETE FROM custom_status WHERE number = p_number;
  DELETE FROM event_keys WHERE number = p_number;
  DELETE FROM answers WHERE number = p_number;
  DELETE FROM instance_tags WHERE number = p_number;
  DELETE FROM turns WHERE number = p_number;
  DELETE FROM instances WHERE number = p_number;
  RETURN NEXT;
END $$;

-- Drops old executions: all but the last `p_keep` (the current one counts), and of these only such as have ended
-- before `p_before`, if it is given; not more than `p_most`, the oldest first. Codes: 0 done, 1 there is no such
-- instance. `is_left`: there are more to drop.
CREATE FUNCTION prune_executions(p_id text, p_keep bigint, p_before bigint, p_most bigint)
RETURNS TABLE (code bigint, executions bigint, events bigint, is_left boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_number bigint;
  v_current bigint;
  v_old bigint[];
BEGIN
  SELECT i.number, i.execution INTO v_number, v_current FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    code := 1;
    RETURN NEXT;
    RETURN;
  END IF;
  PERFORM 1 FROM turns t WHERE t.number = v_number FOR NO KEY UPDATE;
  SELECT array_agg(o.execution), coalesce(sum(o.event_count), 0)::bigint INTO v_old, events FROM (
    SELECT e.execution, e.event_count FROM executions e
    WHERE e.number = v_number AND e.execution <= v_current - greatest(p_keep, 1)
      AND (p_before IS NULL OR e.ended_at < p_before)
    ORDER BY e.execution LIMIT p_most) o;
  v_old := coalesce(v_old, '{}');
  DELETE FROM history h WHERE h.number = v_number AND h.execution = ANY (v_old);
  DELETE FROM executions e WHERE e.number = v_number AND e.execution = ANY (v_old);
  code := 0;
  executions := cardinality(v_old);
  is_left := executions = p_most;
  RETURN NEXT;
END $$;

-- Takes a message out before the code sees it. Codes: 0 done; 1 there is no such instance; 2 the code has it now;
-- 3 there is no such message; 4 it is none that can be dropped. Answers it, if it was an update.
CREATE FUNCTION drop_message(p_id text, p_place bigint)
RETURNS TABLE (code bigint, number bigint, update_item bytea) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_taken bigint[];
  v_kind bigint;
  v_item bytea;
BEGIN
  SELECT i.number INTO number FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    code := 1;
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT t.taken INTO v_taken FROM turns t WHERE t.number = drop_message.number FOR NO KEY UPDATE;
  SELECT m.kind, m.item INTO v_kind, v_item FROM (
    SELECT b.kind, b.item FROM inbox b WHERE b.number = drop_message.number AND b.place = p_place
    UNION ALL
    SELECT k.kind, k.item FROM kept k WHERE k.number = drop_message.number AND k.place = p_place
    UNION ALL
    SELECT d.message, d.item FROM timers d
    WHERE d.number = drop_message.number AND d.kind = 1 AND d.event = p_place) m;
  code := CASE WHEN v_kind IS NULL THEN 3
               WHEN p_place = ANY (v_taken) THEN 2
               -- A raised event, a message of a queue, an update.
               WHEN v_kind NOT IN (6, 10, 13) THEN 4
               ELSE 0 END;
  IF code = 0 THEN
    DELETE FROM inbox b WHERE b.number = drop_message.number AND b.place = p_place;
    DELETE FROM kept k WHERE k.number = drop_message.number AND k.place = p_place;
    DELETE FROM timers d WHERE d.number = drop_message.number AND d.kind = 1 AND d.event = p_place;
    update_item := CASE WHEN v_kind = 13 THEN v_item END;
  END IF;
  RETURN NEXT;
END $$;

-- Ends an instance as cancelled without running its code. `p_events`, which begin with `p_first_event`, are
-- appended to its history; `p_told` is its failure as others are told it.
CREATE FUNCTION terminate_of_change(p_now bigint, p_number bigint, p_first_event bigint,
                                    p_event_count bigint, p_events bytea, p_failure bytea, p_told bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_instance record;
  v_parent bigint;
  v_updated bigint;
BEGIN
  code := 0;
  IF NOT was_acked(-1) THEN
    RETURN NEXT;
    RETURN;
  END IF;
  SELECT i.* INTO v_instance FROM instances i WHERE i.number = p_number;
  SELECT greatest(t.updated_at, moment(p_now)) INTO v_updated FROM turns t WHERE t.number = p_number;
  INSERT INTO kept (number, place, kind, of_execution, of_event, made_here, item)
  SELECT m.number, m.place, m.kind, m.of_execution, m.of_event, m.made_here, m.item FROM inbox m
  WHERE m.number = p_number
    AND (m.keeps = 1 OR (m.keeps = 2 AND m.of_execution = v_instance.execution))
  UNION ALL
  SELECT t.number, t.event, t.message, 0, 0, false, t.item FROM timers t
  WHERE t.number = p_number AND t.kind = 1 AND t.keeps = 1;
  PERFORM remove_waiting(p_number);
  INSERT INTO history (number, execution, first_event, events)
  VALUES (p_number, v_instance.execution, p_first_event, p_events);
  PERFORM end_execution(p_number, 4, v_instance.version, p_event_count, v_updated, NULL, p_failure,
                        p_told);
  UPDATE instances i SET status = 4, start_due = NULL, deadline = NULL, listed_at = v_updated
  WHERE i.number = p_number;
  UPDATE turns t SET event_count = p_event_count, updated_at = v_updated WHERE t.number = p_number;
  PERFORM tell_readers(p_number, 4, NULL, p_told);
  IF v_instance.parent_execution > 0 THEN
    SELECT i.number INTO v_parent FROM instances i WHERE i.id = v_instance.parent_id;
    IF FOUND THEN
      PERFORM deliver_to(v_parent, 0, 8, v_instance.parent_execution, v_instance.parent_event, 0,
                         true, p_told);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

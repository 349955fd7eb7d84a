-- The timer queue.

-- Leases up to `p_max` timers that are due, and answers when the next of those that are left is, or the next
-- item that was given back with a delay comes again.
CREATE FUNCTION fetch_timers(p_now bigint, p_process bigint, p_holder bigint, p_max bigint)
RETURNS TABLE (tokens bigint[], next_due bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := moment(p_now);
  v_timer record;
BEGIN
  tokens := '{}';
  FOR v_timer IN
    SELECT t.due, t.number, t.execution, t.event, t.kind FROM timers t
    WHERE t.due <= v_now AND t.token IS NULL
    ORDER BY t.due, t.number, t.execution, t.event LIMIT p_max FOR NO KEY UPDATE SKIP LOCKED
  LOOP
    IF cardinality(tokens) = 0 THEN
      PERFORM require_alive(p_process);
    END IF;
    tokens := tokens || nextval('fences');
    UPDATE timers t SET token = tokens[cardinality(tokens)], process = p_process, holder = p_holder
    WHERE t.due = v_timer.due AND t.number = v_timer.number AND t.execution = v_timer.execution
      AND t.event = v_timer.event AND t.kind = v_timer.kind;
  END LOOP;
  SELECT min(n.due) INTO next_due FROM (
    (SELECT t.due FROM timers t WHERE t.token IS NULL AND (t.kind <> 4 OR t.due < 9223372036854775807)
     ORDER BY t.due LIMIT 1)
    UNION ALL (SELECT min(t.visible_at) FROM turns t WHERE t.visible_at > v_now)
    UNION ALL (SELECT min(w.visible_at) FROM work w WHERE w.visible_at > v_now)) AS n (due);
  RETURN NEXT;
END $$;

-- Moves timers to the inboxes of their instances. Those that were cancelled meanwhile are not there any more.
-- Answers for which instances something was brought.
CREATE FUNCTION ack_timers(p_process bigint, p_tokens bigint[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_timer record;
BEGIN
  code := 0;
  PERFORM 1 FROM turns WHERE number IN (
    SELECT t.number FROM timers t WHERE t.process = p_process AND t.token = ANY (p_tokens))
  ORDER BY number FOR NO KEY UPDATE;
  FOR v_timer IN
    SELECT t.* FROM timers t WHERE t.process = p_process AND t.token = ANY (p_tokens)
    ORDER BY t.due, t.number, t.execution, t.event FOR UPDATE
  LOOP
    PERFORM fire(v_timer.due, v_timer.number, v_timer.execution, v_timer.event, v_timer.kind,
                 v_timer.message, v_timer.of_event, v_timer.keeps, v_timer.item);
  END LOOP;
  RETURN NEXT;
END $$;

CREATE FUNCTION fire(p_due bigint, p_number bigint, p_execution bigint, p_event bigint, p_kind bigint,
                     p_message bigint, p_of_event bigint, p_keeps bigint, p_item bytea)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_status bigint;
  v_attempts bigint;
BEGIN
  IF p_kind = 4 THEN
    SELECT w.attempts INTO v_attempts FROM work w
    WHERE w.number = p_number AND w.execution = p_execution AND w.event = p_event
      AND w.start_due = p_due FOR NO KEY UPDATE;
    IF v_attempts > 0 THEN
      -- It has begun in time; if that is taken back, the row has its time again.
      UPDATE timers t SET due = 9223372036854775807, token = NULL, process = NULL, holder = NULL
      WHERE t.due = p_due AND t.number = p_number AND t.execution = p_execution
        AND t.event = p_event AND t.kind = 4;
      RETURN;
    END IF;
  END IF;
  DELETE FROM timers t WHERE t.due = p_due AND t.number = p_number AND t.execution = p_execution
    AND t.event = p_event AND t.kind = p_kind;
  SELECT i.status INTO v_status FROM instances i WHERE i.number = p_number;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  CASE p_kind
  WHEN 0 THEN
    PERFORM deliver_to(p_number, p_execution, p_message, p_execution, p_of_event, p_keeps, false,
                       p_item);
  WHEN 1 THEN
    IF v_status IN (2, 4) THEN
      IF p_keeps = 1 THEN
        INSERT INTO kept (number, place, kind, of_execution, of_event, made_here, item)
        VALUES (p_number, p_event, p_message, 0, 0, false, p_item);
      END IF;
    ELSE
      PERFORM deliver_to(p_number, 0, p_message, 0, 0, p_keeps, false, p_item);
    END IF;
  WHEN 2 THEN
    IF v_status = 0 THEN
      UPDATE instances i SET start_due = NULL WHERE i.number = p_number;
      PERFORM put_message(p_number, 0, 0, 0, 0, 0, false, p_item);
    END IF;
  WHEN 3 THEN
    UPDATE instances i SET deadline = NULL WHERE i.number = p_number;
    PERFORM deliver_to(p_number, 0, 9, 0, 0, 0, false, p_item);
  ELSE
    IF v_attempts IS NOT NULL THEN
      DELETE FROM work w WHERE w.number = p_number AND w.execution = p_execution
        AND w.event = p_event;
      PERFORM deliver_to(p_number, p_execution, p_message, p_execution, p_of_event, 0, false, p_item);
    END IF;
  END CASE;
END $$;

-- A timer from outside. Codes: 0 noted, 1 there is no such instance, 2 it has ended.
CREATE FUNCTION enqueue_timer(p_id text, p_execution bigint, p_event bigint, p_due bigint, p_item bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_found record;
BEGIN
  SELECT i.number, i.status INTO v_found FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    code := 1;
  ELSIF v_found.status <> 0 THEN
    code := 2;
  ELSE
    INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
    VALUES (p_due, v_found.number, p_execution, p_event, 0, 5, p_event, 2, p_item)
    ON CONFLICT (due, number, execution, event, kind) DO UPDATE SET item = excluded.item;
    code := 0;
  END IF;
  RETURN NEXT;
END $$;

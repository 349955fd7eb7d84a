-- How management changes something that it has looked at before: the first call of a request says what it has
-- seen, and those behind it do something only if that still holds. They take part as the calls of a turn's ack
-- do, under the fencing number -1, which no lease has.

-- Codes: 0 all is as it was seen, 1 something has changed. Of each instance in `p_numbers`: its incarnation, and
-- its execution, status and number of events, or null where these do not matter. `p_doomed`: these are to be
-- deleted, so all of their children must be among them. `p_free`: ids that no instance may have. What is locked
-- here stays so until the end of the transaction.
CREATE FUNCTION begin_change(p_numbers bigint[], p_incarnations bigint[], p_executions bigint[],
                             p_statuses bigint[], p_event_counts bigint[], p_doomed bigint[],
                             p_free text[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM turns t WHERE t.number = ANY (p_numbers) ORDER BY t.number FOR UPDATE;
  code := CASE WHEN
    EXISTS (
      SELECT 1
      FROM unnest(p_numbers, p_incarnations, p_executions, p_statuses, p_event_counts)
        AS s (number, incarnation, execution, status, event_count)
      LEFT JOIN instances i ON i.number = s.number
      LEFT JOIN turns t ON t.number = s.number
      WHERE i.incarnation IS DISTINCT FROM s.incarnation
        OR (s.execution IS NOT NULL AND i.execution <> s.execution)
        OR (s.status IS NOT NULL AND i.status <> s.status)
        OR (s.event_count IS NOT NULL AND t.event_count <> s.event_count))
    OR EXISTS (SELECT 1 FROM instances c
               WHERE c.parent_number = ANY (p_doomed) AND c.number <> ALL (p_doomed))
    OR EXISTS (SELECT 1 FROM instances i WHERE i.id = ANY (p_free))
    THEN 1 ELSE 0 END;
  PERFORM set_config('duroxide.acked', CASE WHEN code = 0 THEN '-1' ELSE '' END, true);
  RETURN NEXT;
END $$;

-- Ends leases of turns, and has no other begin for a while, so that what was seen of the instances still holds
-- when they are changed. One in quarantine waits for nothing, unless it was at its cancellation.
CREATE FUNCTION hold_still(p_now bigint, p_numbers bigint[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE turns SET token = NULL, process = NULL, holder = NULL, taken = '{}',
    resident_process = NULL, resident_holder = NULL,
    ready = CASE WHEN quarantine IS NULL OR token IS NOT NULL THEN coalesce(ready, nextval('places'))
                 ELSE ready END,
    visible_at = later(moment(p_now), 10000), held_by = NULL
  WHERE number = ANY (p_numbers);
  code := 0;
  RETURN NEXT;
END $$;

-- Takes out all that waits for an instance, whoever has it. Answers how much that was.
CREATE FUNCTION remove_waiting(p_number bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_count bigint;
  v_removed bigint := 0;
BEGIN
  DELETE FROM inbox WHERE number = p_number;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_removed := v_removed + v_count;
  INSERT INTO cancelled_leases (token, process, holder)
  SELECT token, process, holder FROM work WHERE number = p_number AND process IS NOT NULL;
  DELETE FROM work WHERE number = p_number;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  v_removed := v_removed + v_count;
  SELECT count(*) INTO v_count FROM timers WHERE number = p_number AND kind <> 4;
  v_removed := v_removed + v_count;
  DELETE FROM timers WHERE number = p_number;
  DELETE FROM awaited WHERE reader = p_number;
  DELETE FROM questions WHERE number = p_number;
  DELETE FROM paused p USING instances i WHERE i.number = p_number AND p.kind = 'i' AND p.name = i.id;
  UPDATE turns SET ready = NULL, visible_at = NULL, held_by = NULL, token = NULL, process = NULL,
    holder = NULL, taken = '{}', attempts = 0, resident_process = NULL, resident_holder = NULL,
    waiting_for = NULL, quarantine = NULL, quarantined_at = NULL
  WHERE number = p_number;
  RETURN v_removed;
END $$;

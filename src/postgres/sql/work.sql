-- The worker queue.

-- Leases up to `p_max` activities to a holder, the oldest first, and no more than about 16 MiB. Those of a
-- session that the holder is the first to be given bind it.
CREATE FUNCTION fetch_work(p_now bigint, p_process bigint, p_holder bigint, p_max bigint,
                           p_any_tag boolean, p_untagged boolean, p_tags text[], p_saturated text[],
                           p_unknown text[])
RETURNS TABLE (number bigint, execution bigint, event bigint, token bigint, attempts bigint,
               progress bytea, item bytea, id text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := moment(p_now);
  v_numbers bigint[];
  v_executions bigint[];
  v_events bigint[];
  v_ids text[];
  v_sizes bigint[];
  v_bytes bigint;
  v_has_session boolean;
BEGIN
  IF EXISTS (SELECT 1 FROM paused WHERE kind = 's') THEN
    RETURN;
  END IF;
  SELECT array_agg(f.number), array_agg(f.execution), array_agg(f.event), array_agg(f.id),
         array_agg(f.bytes), sum(f.bytes), bool_or(f.session IS NOT NULL)
  INTO v_numbers, v_executions, v_events, v_ids, v_sizes, v_bytes, v_has_session
  FROM (
    SELECT w.number, w.execution, w.event, w.session, octet_length(w.item)::bigint AS bytes, i.id
    FROM work w JOIN instances i ON i.number = w.number
    WHERE w.token IS NULL AND w.quarantine IS NULL
      AND (w.visible_at IS NULL OR w.visible_at <= v_now)
      AND ((w.tag IS NULL AND p_untagged) OR (w.tag IS NOT NULL AND (p_any_tag OR w.tag = ANY (p_tags))))
      AND w.name <> ALL (p_unknown)
      AND (w.session IS NULL OR (w.session <> ALL (p_saturated) AND NOT EXISTS (
             SELECT 1 FROM sessions s WHERE s.session = w.session
               AND NOT (s.process = p_process AND s.holder = p_holder))))
    ORDER BY w.place LIMIT p_max FOR NO KEY UPDATE OF w SKIP LOCKED) f;
  IF v_numbers IS NULL THEN
    RETURN;
  END IF;
  PERFORM require_alive(p_process);
  IF v_bytes > 16777216 THEN
    v_numbers := v_numbers[:(SELECT count(*) FROM (
      SELECT sum(u.size) OVER (ORDER BY u.place) - u.size AS bytes_before
      FROM unnest(v_sizes) WITH ORDINALITY AS u (size, place)) s WHERE s.bytes_before < 16777216)];
  END IF;
  IF v_has_session THEN
    -- In the same order everywhere: two who bind the same sessions wait for each other in one direction only.
    INSERT INTO sessions (session, process, holder)
    SELECT DISTINCT w.session, p_process, p_holder
    FROM unnest(v_numbers, v_executions, v_events) AS f (number, execution, event)
    JOIN work w ON w.number = f.number AND w.execution = f.execution AND w.event = f.event
    WHERE w.session IS NOT NULL
    ORDER BY 1
    ON CONFLICT DO NOTHING;
  END IF;
  -- A delivery counts even if the server crashes.
  IF current_setting('synchronous_commit') = 'off' THEN
    SET LOCAL synchronous_commit TO DEFAULT;
  END IF;
  RETURN QUERY
  WITH leased AS (
    UPDATE work w SET token = nextval('fences'), process = p_process, holder = p_holder,
      attempts = w.attempts + 1, visible_at = NULL, held_by = NULL, waiting_for = NULL
    FROM unnest(v_numbers, v_executions, v_events, v_ids) AS f (number, execution, event, id)
    WHERE w.number = f.number AND w.execution = f.execution AND w.event = f.event
      -- Somebody else may have been the first to bind it.
      AND (w.session IS NULL OR EXISTS (SELECT 1 FROM sessions s WHERE s.session = w.session
                                          AND s.process = p_process AND s.holder = p_holder))
    RETURNING w.number, w.execution, w.event, w.token, w.attempts, w.progress, w.item, f.id, w.place)
  SELECT l.number, l.execution, l.event, l.token, l.attempts::bigint, l.progress, l.item, l.id
  FROM leased l ORDER BY l.place;
END $$;

-- Ends activities. Of `p_items`, one is the result, or null if nobody is told. Answers the leases that were
-- not over, and so have ended. `p_ahead`: instances of which a turn was handed out already, that has the results
-- of each among these, `p_counts` of them: it is leased under the number in `p_turn_tokens` to a holder that keeps
-- the instance, unless something has happened to that since the turn `p_last_tokens`. `leased`: those that were.
CREATE FUNCTION ack_work(p_process bigint, p_tokens bigint[], p_numbers bigint[], p_executions bigint[],
                         p_events bigint[], p_kinds bigint[], p_keeps bigint[], p_items bytea[],
                         p_ahead bigint[], p_turn_tokens bigint[], p_last_tokens bigint[],
                         p_holders bigint[], p_counts bigint[])
RETURNS TABLE (accepted bigint[], leased bigint[]) LANGUAGE plpgsql AS $$
DECLARE
  v_pauses boolean := EXISTS (SELECT 1 FROM paused);
BEGIN
  PERFORM 1 FROM turns t WHERE t.number = ANY (p_numbers) ORDER BY t.number FOR NO KEY UPDATE;
  WITH ended AS (
    DELETE FROM work w
    USING unnest(p_tokens, p_numbers, p_executions, p_events, p_kinds, p_keeps, p_items) WITH ORDINALITY
      AS a (token, number, execution, event, kind, keeps, item, place)
    WHERE w.number = a.number AND w.execution = a.execution AND w.event = a.event
      AND w.token = a.token AND w.process = p_process
    RETURNING a.*, w.start_due),
  told AS (
    SELECT e.* FROM ended e JOIN instances i ON i.number = e.number
    WHERE e.item IS NOT NULL AND i.status = 0 AND i.execution = e.execution),
  put AS (
    INSERT INTO inbox (number, place, kind, of_execution, of_event, keeps, made_here, item)
    SELECT o.number, nextval('places'), o.kind, o.execution, o.event, o.keeps, false, o.item
    FROM (SELECT * FROM told ORDER BY told.place) o
    RETURNING inbox.number, inbox.place),
  brought AS (
    SELECT p.number, array_agg(p.place ORDER BY p.place) AS places FROM put p GROUP BY p.number),
  led AS (
    UPDATE turns t SET token = a.token, process = p_process, holder = a.holder, taken = b.places,
      attempts = t.attempts + 1, visible_at = NULL, held_by = NULL, waiting_for = NULL
    FROM brought b
    JOIN unnest(p_ahead, p_turn_tokens, p_last_tokens, p_holders, p_counts)
      AS a (number, token, last_token, holder, count) ON a.number = b.number
    WHERE t.number = b.number AND NOT v_pauses AND cardinality(b.places) = a.count
      AND t.token IS NULL AND t.ready IS NULL AND t.quarantine IS NULL AND t.last_token = a.last_token
      AND t.resident_process = p_process AND t.resident_holder = a.holder
    RETURNING t.number),
  woken AS (
    UPDATE turns t SET ready = nextval('places')
    WHERE t.number IN (SELECT o.number FROM told o) AND t.ready IS NULL AND t.quarantine IS NULL
      AND t.event_count > 0 AND t.number NOT IN (SELECT d.number FROM led d)),
  begun AS (
    DELETE FROM timers t USING ended e
    WHERE e.start_due IS NOT NULL AND t.number = e.number AND t.execution = e.execution
      AND t.event = e.event AND t.kind = 4)
  SELECT coalesce((SELECT array_agg(e.token) FROM ended e), '{}'),
         coalesce((SELECT array_agg(d.number) FROM led d), '{}') INTO accepted, leased;
  IF cardinality(accepted) < cardinality(p_tokens) THEN
    DELETE FROM cancelled_leases c WHERE c.token = ANY (p_tokens) AND c.token <> ALL (accepted);
  END IF;
  RETURN NEXT;
END $$;

-- The activity has ended: it need not begin in time any more.
CREATE FUNCTION forget_start(p_number bigint, p_execution bigint, p_event bigint, p_start_due bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_start_due IS NOT NULL THEN
    DELETE FROM timers t WHERE t.number = p_number AND t.execution = p_execution AND t.event = p_event
      AND t.kind = 4;
  END IF;
END $$;

-- Gives an activity back. Codes: 0 done, 1 the lease is over. `p_lets_session_go`: the session is no longer
-- bound to the holder, unless that is at work on something else of it.
CREATE FUNCTION abandon_work(p_now bigint, p_process bigint, p_token bigint, p_number bigint,
                             p_execution bigint, p_event bigint, p_delay bigint, p_uncounted boolean,
                             p_waiting_for text, p_quarantine text, p_lets_session_go boolean)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := moment(p_now);
  v_work record;
BEGIN
  SELECT * INTO v_work FROM work w WHERE w.number = p_number AND w.execution = p_execution
    AND w.event = p_event AND w.token = p_token AND w.process = p_process FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    DELETE FROM cancelled_leases c WHERE c.token = p_token;
    code := 1;
    RETURN NEXT;
    RETURN;
  END IF;
  UPDATE work w SET
    token = NULL, process = NULL, holder = NULL, place = nextval('places'),
    attempts = CASE WHEN p_uncounted THEN greatest(w.attempts - 1, 0) ELSE w.attempts END,
    waiting_for = p_waiting_for,
    waiting_since = CASE WHEN p_waiting_for IS NULL THEN NULL
                         WHEN w.waited_for = p_waiting_for THEN w.waiting_since ELSE v_now END,
    waited_for = p_waiting_for, quarantine = p_quarantine,
    quarantined_at = CASE WHEN p_quarantine IS NOT NULL THEN v_now END,
    visible_at = CASE WHEN p_delay > 0 THEN later(v_now, p_delay) END,
    held_by = CASE WHEN p_delay > 0 THEN p_process END
  WHERE w.number = p_number AND w.execution = p_execution AND w.event = p_event;
  IF p_uncounted AND v_work.attempts = 1 AND v_work.start_due IS NOT NULL THEN
    UPDATE timers t SET due = v_work.start_due WHERE t.number = p_number
      AND t.execution = p_execution AND t.event = p_event AND t.kind = 4;
  END IF;
  IF p_lets_session_go AND v_work.session IS NOT NULL THEN
    DELETE FROM sessions s WHERE s.session = v_work.session AND s.process = p_process
      AND s.holder = v_work.holder AND NOT EXISTS (
        SELECT 1 FROM work w WHERE w.process = p_process AND w.session = v_work.session);
  END IF;
  code := 0;
  RETURN NEXT;
END $$;

CREATE FUNCTION release_sessions(p_process bigint, p_holder bigint, p_sessions text[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM sessions s WHERE s.session = ANY (p_sessions) AND s.process = p_process
    AND s.holder = p_holder;
  code := 0;
  RETURN NEXT;
END $$;

-- Leases of this process that others have cancelled.
CREATE FUNCTION take_cancelled(p_process bigint)
RETURNS TABLE (token bigint, holder bigint) LANGUAGE sql AS $$
  DELETE FROM cancelled_leases c WHERE c.process = p_process RETURNING c.token, c.holder
$$;

-- How far an activity is, by its lease or by its reference. Codes: 0 noted, 1 there is no such activity.
CREATE FUNCTION heartbeat(p_now bigint, p_process bigint, p_token bigint, p_id text, p_execution bigint,
                          p_event bigint, p_incarnation bigint, p_progress bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE work w SET progress = p_progress, progress_at = moment(p_now) FROM instances i
  WHERE i.id = p_id AND w.number = i.number AND w.execution = p_execution AND w.event = p_event
    AND CASE WHEN p_token IS NULL THEN i.incarnation = p_incarnation
             ELSE w.token = p_token AND w.process = p_process END;
  code := CASE WHEN FOUND THEN 0 ELSE 1 END;
  RETURN NEXT;
END $$;

-- Somebody else ends an activity. Codes: 0 done, 1 there is no such activity.
CREATE FUNCTION complete_activity(p_id text, p_execution bigint, p_event bigint, p_incarnation bigint,
                                  p_kind bigint, p_keeps bigint, p_item bytea)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_start_due bigint;
BEGIN
  code := 1;
  SELECT i.number INTO v_number FROM instances i WHERE i.id = p_id AND i.incarnation = p_incarnation;
  IF FOUND THEN
    PERFORM 1 FROM turns t WHERE t.number = v_number FOR NO KEY UPDATE;
    DELETE FROM work w WHERE w.number = v_number AND w.execution = p_execution AND w.event = p_event
    RETURNING w.start_due INTO v_start_due;
    IF FOUND THEN
      PERFORM forget_start(v_number, p_execution, p_event, v_start_due);
      PERFORM deliver_to(v_number, p_execution, p_kind, p_execution, p_event, p_keeps, false, p_item);
      code := 0;
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Somebody has come who may know the activities that are held back for a registration.
CREATE FUNCTION bring_work_forward(p_process bigint) RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE work w SET visible_at = NULL, held_by = NULL
  WHERE w.visible_at IS NOT NULL AND w.held_by = p_process AND w.waiting_for IS NOT NULL;
  code := 0;
  RETURN NEXT;
END $$;

-- Ends turns: by an ack, which brings all that the turn has decided, or by giving them back.

-- Whether the ack with this fencing number was accepted, by a call before this one in the same transaction.
CREATE FUNCTION was_acked(p_token bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('duroxide.acked', true) = p_token::text
$$;

-- Turns the calls behind it into those of a change that takes place with the ack, or back into calls of the turn.
CREATE FUNCTION change_of_turn(p_token bigint, p_begins boolean) RETURNS TABLE (code bigint)
LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  PERFORM set_config('duroxide.acked',
                     CASE WHEN p_begins AND was_acked(p_token) THEN '-1'
                          WHEN NOT p_begins AND was_acked(-1) THEN p_token::text
                          ELSE '' END, true);
  RETURN NEXT;
END $$;

-- The ack itself. Codes: 0 accepted, 1 the lease is over, 2 it starts children that have failed before, which are
-- to be looked at; nothing is done, and the lease holds. `p_children`: those that nobody has looked at;
-- `p_after_change`: the call before it was `begin_change`, which says whether the others are as they were seen.
-- `p_status`, as ExecutionStatus, is what has become of
-- the execution; `p_code` what the instance's next turn needs. `p_only_asked`: the turn has decided nothing.
-- `p_untaken`: places of messages that it has not looked at; -1 is the first that the turn has, -2 the second.
-- `cancelled_*`: leases of activities that it has cancelled, of holders in this process. `has_more`: there may be
-- something for another turn.
CREATE FUNCTION ack_turn(p_now bigint, p_process bigint, p_holder bigint, p_number bigint, p_token bigint,
                         p_execution bigint, p_first_event bigint, p_event_count bigint, p_events bytea,
                         p_orchestration text, p_version text, p_status bigint, p_output bytea,
                         p_failure bytea, p_failure_told bytea, p_next bytea, p_code text,
                         p_untaken bigint[], p_stays_resident boolean, p_only_asked boolean,
                         p_cancelled_work bigint[], p_cancelled_timers bigint[],
                         p_cancelled_due bigint[], p_children text[], p_after_change boolean)
RETURNS TABLE (code bigint, is_first boolean, cancelled_tokens bigint[], cancelled_holders bigint[],
               has_more boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := moment(p_now);
  v_turn record;
  v_instance record;
  v_ends boolean := p_status NOT IN (0, 3);
  v_updated bigint;
BEGIN
  SELECT * INTO v_turn FROM turns t
  WHERE t.number = p_number AND t.token = p_token AND t.process = p_process FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- An ack that is made again, as its answer was lost, finds itself done.
    has_more := true;
    code := CASE WHEN EXISTS (SELECT 1 FROM turns t WHERE t.number = p_number
                              AND t.last_token = p_token
                              AND t.last_process = p_process) THEN 0 ELSE 1 END;
    RETURN NEXT;
    RETURN;
  END IF;
  code := 0;
  has_more := v_turn.ready IS NOT NULL OR p_status = 3;
  IF p_after_change AND NOT was_acked(-1) THEN
    code := 2;
  ELSIF cardinality(p_children) > 0 THEN
    IF EXISTS (SELECT 1 FROM instances c WHERE c.id = ANY (p_children) AND c.status IN (2, 4)
                 AND c.parent_id = (SELECT i.id FROM instances i WHERE i.number = p_number)
                 AND c.parent_execution = p_execution) THEN
      code := 2;
    END IF;
  END IF;
  IF code <> 0 THEN
    RETURN NEXT;
    RETURN;
  END IF;
  PERFORM set_config('duroxide.acked', p_token::text, true);
  IF p_only_asked THEN
    UPDATE turns t SET token = NULL, process = NULL, holder = NULL, taken = '{}', last_token = p_token,
      last_process = p_process,
      resident_process = CASE WHEN p_stays_resident THEN p_process END,
      resident_holder = CASE WHEN p_stays_resident THEN p_holder END
    WHERE t.number = p_number;
    RETURN NEXT;
    RETURN;
  END IF;
  is_first := v_turn.event_count = 0 AND p_event_count > 0;
  v_updated := greatest(v_turn.updated_at, v_now);
  IF p_status IN (2, 4) THEN
    INSERT INTO kept (number, place, kind, of_execution, of_event, made_here, item)
    SELECT m.number, m.place, m.kind, m.of_execution, m.of_event, m.made_here, m.item FROM inbox m
    WHERE m.number = p_number
      AND (m.place <> ALL (v_turn.taken) OR m.place IN (
             SELECT CASE WHEN u.place < 0 THEN v_turn.taken[(-u.place)::int] ELSE u.place END
             FROM unnest(p_untaken) AS u (place)))
      AND (m.keeps = 1 OR (m.keeps = 2 AND m.of_execution = p_execution));
  END IF;
  IF v_ends THEN
    DELETE FROM inbox m WHERE m.number = p_number;
  ELSE
    DELETE FROM inbox m WHERE m.number = p_number AND m.place = ANY (v_turn.taken);
  END IF;
  IF p_event_count > 0 THEN
    INSERT INTO history (number, execution, first_event, events)
    VALUES (p_number, p_execution, p_first_event, p_events);
  END IF;
  SELECT * INTO v_instance FROM instances i WHERE i.number = p_number;
  IF p_status <> 0 THEN
    PERFORM end_execution(p_number, p_status, coalesce(nullif(p_version, ''), v_instance.version),
                          v_turn.event_count + p_event_count, v_updated, p_output, p_failure,
                          p_failure_told);
  END IF;
  -- Its row changes when there is something for lists to show.
  IF is_first OR p_status <> 0 OR v_instance.listed_at < v_updated / 1000 * 1000
     OR v_instance.orchestration <> p_orchestration OR v_instance.version <> p_version THEN
    UPDATE instances i SET
      orchestration = p_orchestration,
      version = CASE WHEN p_status = 3 THEN ''
                     ELSE coalesce(nullif(p_version, ''), i.version) END,
      start_version = CASE WHEN i.execution = 1 AND i.start_version = '' THEN p_version
                           ELSE i.start_version END,
      execution = CASE WHEN p_status = 3 THEN i.execution + 1 ELSE i.execution END,
      execution_started_at = CASE WHEN p_status = 3 THEN v_updated ELSE i.execution_started_at END,
      status = CASE WHEN v_ends THEN p_status ELSE 0 END,
      deadline = CASE WHEN v_ends THEN NULL ELSE i.deadline END,
      listed_at = CASE WHEN v_ends THEN v_updated ELSE v_updated / 1000 * 1000 END
    WHERE i.number = p_number;
  END IF;
  UPDATE turns t SET
    event_count = CASE WHEN p_status = 3 THEN 0 ELSE t.event_count + p_event_count END,
    updated_at = v_updated, attempts = 0, last_token = p_token, last_process = p_process,
    waiting_since = NULL, waited_for = NULL,
    token = NULL, process = NULL, holder = NULL, taken = '{}', code = p_code,
    ready = CASE WHEN v_ends THEN NULL ELSE t.ready END,
    quarantine = CASE WHEN v_ends THEN NULL ELSE t.quarantine END,
    quarantined_at = CASE WHEN v_ends THEN NULL ELSE t.quarantined_at END,
    resident_process = CASE WHEN p_stays_resident AND NOT v_ends THEN p_process END,
    resident_holder = CASE WHEN p_stays_resident AND NOT v_ends THEN p_holder END
  WHERE t.number = p_number;
  IF p_status = 3 THEN
    PERFORM put_message(p_number, 0, 1, 0, 0, 0, false, p_next);
  ELSIF v_ends THEN
    IF v_instance.deadline IS NOT NULL THEN
      DELETE FROM timers m WHERE m.number = p_number AND m.kind = 3;
    END IF;
    IF EXISTS (SELECT 1 FROM paused WHERE kind = 'i') THEN
      DELETE FROM paused p WHERE p.kind = 'i' AND p.name = v_instance.id;
    END IF;
  END IF;
  IF cardinality(p_cancelled_work) > 0 THEN
    SELECT c.tokens, c.holders INTO cancelled_tokens, cancelled_holders
    FROM cancel_work(p_process, p_number, p_execution, p_cancelled_work) c;
  END IF;
  IF cardinality(p_cancelled_timers) > 0 THEN
    DELETE FROM timers m USING unnest(p_cancelled_timers, p_cancelled_due) AS c (event, due)
    WHERE m.due = c.due AND m.number = p_number AND m.execution = p_execution AND m.event = c.event
      AND m.kind = 0;
  END IF;
  RETURN NEXT;
END $$;

-- Notes that an execution has ended. Its activities in quarantine go with it.
CREATE FUNCTION end_execution(p_number bigint, p_status bigint, p_version text, p_event_count bigint,
                              p_ended bigint, p_output bytea, p_failure bytea, p_failure_told bytea)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO executions (number, execution, version, status, started_at, ended_at, event_count, output,
                          failure, failure_told)
  SELECT p_number, i.execution, p_version, p_status, i.execution_started_at, p_ended, p_event_count,
         p_output, p_failure, p_failure_told
  FROM instances i WHERE i.number = p_number;
  DELETE FROM work WHERE number = p_number AND quarantine IS NOT NULL;
END $$;

-- Activities and timers of a turn; only of one that was accepted. `p_holders`: who in the process waits for the
-- activity, and is handed it by this very commit; null for one that is left in the queue. Answers the fencing numbers
-- of those that are handed out, none while the store is paused.
CREATE FUNCTION add_work_of_turn(p_process bigint, p_token bigint, p_number bigint, p_execution bigint,
                                 p_events bigint[], p_names text[], p_tags text[], p_sessions text[],
                                 p_due bigint[], p_failures bytea[], p_items bytea[], p_holders bigint[])
RETURNS TABLE (events bigint[], tokens bigint[]) LANGUAGE plpgsql AS $$
DECLARE
  v_is_paused boolean;
BEGIN
  IF was_acked(p_token) THEN
    v_is_paused := EXISTS (SELECT 1 FROM paused WHERE kind = 's');
    WITH added AS (
      INSERT INTO work (number, execution, event, place, name, tag, session, start_due, item, token, process,
                        holder, attempts)
      SELECT p_number, p_execution, a.event, nextval('places'), a.name, a.tag, a.session, a.due, a.item,
             CASE WHEN NOT v_is_paused AND a.holder IS NOT NULL THEN nextval('fences') END,
             CASE WHEN NOT v_is_paused AND a.holder IS NOT NULL THEN p_process END,
             CASE WHEN NOT v_is_paused THEN a.holder END,
             CASE WHEN NOT v_is_paused AND a.holder IS NOT NULL THEN 1 ELSE 0 END
      FROM unnest(p_events, p_names, p_tags, p_sessions, p_due, p_items, p_holders)
        AS a (event, name, tag, session, due, item, holder)
      RETURNING work.event, work.token)
    SELECT array_agg(a.event), array_agg(a.token) INTO events, tokens FROM added a
    WHERE a.token IS NOT NULL;
    IF cardinality(array_remove(p_due, NULL)) > 0 THEN
      INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
      SELECT a.due, p_number, p_execution, a.event, 4, 4, a.event, 0, a.failure
      FROM unnest(p_events, p_due, p_failures) AS a (event, due, failure)
      WHERE a.due IS NOT NULL;
    END IF;
  END IF;
  RETURN NEXT;
END $$;

CREATE FUNCTION add_timers_of_turn(p_token bigint, p_number bigint, p_execution bigint, p_events bigint[],
                                   p_due bigint[], p_items bytea[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  code := 0;
  IF was_acked(p_token) THEN
    INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
    SELECT a.due, p_number, p_execution, a.event, 0, 5, a.event, 2, a.item
    FROM unnest(p_events, p_due, p_items) AS a (event, due, item);
  END IF;
  RETURN NEXT;
END $$;

-- Takes activities out that nobody wants any more. Leases of other processes are noted for these.
CREATE FUNCTION cancel_work(p_process bigint, p_number bigint, p_execution bigint, p_events bigint[])
RETURNS TABLE (tokens bigint[], holders bigint[]) LANGUAGE plpgsql AS $$
DECLARE
  v_gone record;
BEGIN
  FOR v_gone IN
    DELETE FROM work w WHERE w.number = p_number AND w.execution = p_execution
      AND w.event = ANY (p_events) RETURNING w.event, w.token, w.process, w.holder, w.start_due
  LOOP
    IF v_gone.process = p_process THEN
      tokens := tokens || v_gone.token;
      holders := holders || v_gone.holder;
    ELSIF v_gone.process IS NOT NULL THEN
      INSERT INTO cancelled_leases (token, process, holder)
      VALUES (v_gone.token, v_gone.process, v_gone.holder);
    END IF;
    IF v_gone.start_due IS NOT NULL THEN
      DELETE FROM timers t WHERE t.number = p_number AND t.execution = p_execution AND t.kind = 4
        AND t.event = v_gone.event;
    END IF;
  END LOOP;
  RETURN NEXT;
END $$;

-- Gives a turn back. Codes: 0 done, 1 the lease is over.
CREATE FUNCTION abandon_turn(p_now bigint, p_process bigint, p_number bigint, p_token bigint,
                             p_delay bigint, p_uncounted boolean, p_waiting_for text, p_quarantine text)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := moment(p_now);
BEGIN
  UPDATE turns t SET
    token = NULL, process = NULL, holder = NULL, taken = '{}',
    attempts = CASE WHEN p_uncounted AND cardinality(t.taken) > 0 THEN greatest(t.attempts - 1, 0)
                    ELSE t.attempts END,
    waiting_for = p_waiting_for,
    waiting_since = CASE WHEN p_waiting_for IS NULL THEN NULL
                         WHEN t.waited_for = p_waiting_for THEN t.waiting_since ELSE v_now END,
    waited_for = p_waiting_for,
    quarantine = coalesce(p_quarantine, t.quarantine),
    quarantined_at = CASE WHEN p_quarantine IS NULL THEN t.quarantined_at
                          ELSE coalesce(t.quarantined_at, v_now) END,
    resident_process = CASE WHEN p_quarantine IS NULL THEN t.resident_process END,
    resident_holder = CASE WHEN p_quarantine IS NULL THEN t.resident_holder END,
    visible_at = CASE WHEN p_delay > 0 AND p_quarantine IS NULL THEN later(v_now, p_delay) END,
    held_by = CASE WHEN p_delay > 0 AND p_quarantine IS NULL THEN p_process END,
    -- One in quarantine waits for a cancellation.
    ready = CASE WHEN coalesce(p_quarantine, t.quarantine) IS NULL
                   OR EXISTS (SELECT 1 FROM inbox i WHERE i.number = t.number AND i.kind = 9)
                 THEN nextval('places') END
  WHERE t.number = p_number AND t.token = p_token AND t.process = p_process;
  code := CASE WHEN FOUND THEN 0 ELSE 1 END;
  RETURN NEXT;
END $$;

-- Its holder does not keep an instance any more.
CREATE FUNCTION release_resident(p_process bigint, p_holder bigint, p_id text)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE turns t SET resident_process = NULL, resident_holder = NULL FROM instances i
  WHERE i.id = p_id AND t.number = i.number AND t.resident_process = p_process
    AND t.resident_holder = p_holder;
  code := 0;
  RETURN NEXT;
END $$;

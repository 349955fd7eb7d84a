-- Hands out turns.

-- Whether an instance is paused, by itself, by its orchestration or with the whole store.
CREATE FUNCTION is_paused(p_number bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM paused p, instances i WHERE i.number = p_number
                 AND (p.kind = 's' OR (p.kind = 'o' AND p.name = i.orchestration)
                      OR (p.kind = 'i' AND p.name = i.id)))
$$;

-- Leases up to `p_max` instances to a holder. `p_unknown`: code that the holder does not have. A turn takes no
-- more than 1,024 messages and about 32 MiB of them; an answer holds about 16 MiB. `history` is null for a
-- resident of the holder.
CREATE FUNCTION fetch_turns(p_now bigint, p_process bigint, p_holder bigint, p_max bigint,
                            p_unknown text[])
RETURNS TABLE (number bigint, id text, orchestration text, version text, execution bigint,
               event_count bigint, incarnation bigint, token bigint, attempts bigint,
               is_quarantined boolean, history bytea[], places bigint[], kinds bigint[],
               of_executions bigint[], of_events bigint[], made_here boolean[], items bytea[],
               question_ids text[], question_names text[], question_inputs bytea[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now bigint := moment(p_now);
  v_pauses boolean := EXISTS (SELECT 1 FROM paused);
  v_questions boolean := EXISTS (SELECT 1 FROM questions);
  v_turn record;
  v_found record;
  v_is_resident boolean;
  v_more boolean;
  v_left bigint := p_max;
  v_bytes bigint := 0;
  v_passed boolean := true;
BEGIN
  IF v_pauses AND EXISTS (SELECT 1 FROM paused WHERE kind = 's') THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM fetchers f WHERE f.process = p_process AND f.holder = p_holder) THEN
    PERFORM require_alive(p_process);
    INSERT INTO fetchers (process, holder) VALUES (p_process, p_holder);
  END IF;
  -- Again while some of those that were found turn out to have nothing for a turn.
  WHILE v_left > 0 AND v_passed AND v_bytes < 16777216 LOOP
    v_passed := false;
    FOR v_turn IN
      SELECT t.number, t.event_count, t.attempts, t.quarantine, t.resident_process, t.resident_holder
      FROM turns t
      WHERE t.ready IS NOT NULL AND t.token IS NULL
        AND (t.visible_at IS NULL OR t.visible_at <= v_now)
        AND (t.resident_process IS NULL OR t.resident_process = p_process
             OR NOT EXISTS (SELECT 1 FROM fetchers f WHERE f.process = t.resident_process
                              AND f.holder = t.resident_holder))
        AND (t.code <> ALL (p_unknown) OR t.quarantine IS NOT NULL)
        AND (NOT v_pauses OR NOT is_paused(t.number))
      ORDER BY t.ready LIMIT v_left FOR NO KEY UPDATE SKIP LOCKED
    LOOP
      EXIT WHEN v_bytes >= 16777216;
      number := v_turn.number;
      SELECT i.id, i.orchestration, i.version, i.execution, i.incarnation, i.status, m.* INTO v_found
      FROM instances i, LATERAL (
        SELECT array_agg(o.place ORDER BY o.place) AS places,
               array_agg(o.kind::bigint ORDER BY o.place) AS kinds,
               array_agg(o.of_execution ORDER BY o.place) AS of_executions,
               array_agg(o.of_event ORDER BY o.place) AS of_events,
               array_agg(o.made_here ORDER BY o.place) AS made_here,
               array_agg(o.item ORDER BY o.place) AS items,
               coalesce(sum(octet_length(o.item)), 0)::bigint AS bytes
        FROM (SELECT b.* FROM (SELECT x.*, sum(octet_length(x.item)) OVER (ORDER BY x.place) AS bytes_so_far
                               FROM inbox x WHERE x.number = v_turn.number ORDER BY x.place LIMIT 1024) b
              WHERE b.bytes_so_far IS NULL
                 OR b.bytes_so_far - coalesce(octet_length(b.item), 0) < 33554432) o) m
      WHERE i.number = v_turn.number;
      places := v_found.places;
      kinds := v_found.kinds;
      of_executions := v_found.of_executions;
      of_events := v_found.of_events;
      made_here := v_found.made_here;
      items := v_found.items;
      question_ids := NULL;
      IF v_turn.quarantine IS NULL THEN
        IF v_questions THEN
          SELECT array_agg(q.id ORDER BY q.process, q.asked), array_agg(q.name ORDER BY q.process, q.asked),
                 array_agg(q.input ORDER BY q.process, q.asked)
          INTO question_ids, question_names, question_inputs
          FROM questions q WHERE q.number = v_turn.number;
        END IF;
      ELSIF places IS NOT NULL AND NOT 9 = ANY (kinds) THEN
        -- The cancellation may stand behind more messages than one turn takes.
        SELECT places || i.place, kinds || 9::bigint, of_executions || i.of_execution,
               of_events || i.of_event, made_here || i.made_here, items || i.item
        INTO places, kinds, of_executions, of_events, made_here, items
        FROM inbox i WHERE i.number = v_turn.number AND i.kind = 9 ORDER BY i.place LIMIT 1;
      END IF;
      IF v_found.status IS DISTINCT FROM 0 OR (places IS NULL AND question_ids IS NULL)
         OR (v_turn.event_count = 0 AND (places IS NULL OR places[1] <> 0)) THEN
        UPDATE turns t SET ready = NULL WHERE t.number = v_turn.number;
        v_passed := true;
        CONTINUE;
      END IF;
      v_more := question_ids IS NOT NULL;
      IF cardinality(places) >= 1024 OR v_found.bytes >= 33554432 THEN
        v_more := v_more OR EXISTS (
          SELECT 1 FROM inbox i WHERE i.number = v_turn.number AND i.place > places[cardinality(places)]);
      END IF;
      v_is_resident := v_turn.resident_process = p_process AND v_turn.resident_holder = p_holder;
      history := NULL;
      IF v_is_resident IS NOT TRUE THEN
        SELECT coalesce(array_agg(h.events ORDER BY h.first_event), '{}') INTO history FROM history h
        WHERE h.number = v_turn.number AND h.execution = v_found.execution;
      END IF;
      id := v_found.id;
      orchestration := v_found.orchestration;
      version := v_found.version;
      execution := v_found.execution;
      event_count := v_turn.event_count;
      incarnation := v_found.incarnation;
      IF v_left = p_max THEN
        PERFORM require_alive(p_process);
      END IF;
      attempts := v_turn.attempts + 1;
      is_quarantined := v_turn.quarantine IS NOT NULL;
      UPDATE turns t SET
        ready = CASE WHEN v_more THEN nextval('places') END,
        visible_at = NULL, held_by = NULL, waiting_for = NULL,
        token = nextval('fences'), process = p_process, holder = p_holder,
        taken = coalesce(fetch_turns.places, '{}'),
        attempts = CASE WHEN fetch_turns.places IS NULL THEN t.attempts ELSE t.attempts + 1 END,
        resident_process = CASE WHEN v_is_resident THEN p_process END,
        resident_holder = CASE WHEN v_is_resident THEN p_holder END
      WHERE t.number = v_turn.number RETURNING t.token INTO token;
      v_left := v_left - 1;
      v_bytes := v_bytes + v_found.bytes;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;

-- Somebody has come who may have the code that turns of this process are held back for.
CREATE FUNCTION bring_turns_forward(p_process bigint) RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE turns t SET visible_at = NULL, held_by = NULL
  WHERE t.visible_at IS NOT NULL AND t.held_by = p_process AND t.waiting_for IS NOT NULL;
  code := 0;
  RETURN NEXT;
END $$;

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
  v_numbers bigint[];
  v_left bigint := p_max;
  v_count bigint;
BEGIN
  IF v_pauses AND EXISTS (SELECT 1 FROM paused WHERE kind = 's') THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM fetchers f WHERE f.process = p_process AND f.holder = p_holder) THEN
    PERFORM require_alive(p_process);
    INSERT INTO fetchers (process, holder) VALUES (p_process, p_holder);
  END IF;
  LOOP
    -- What they have is looked at by the next statement, which sees all that came until they were locked.
    SELECT array_agg(r.number) INTO v_numbers FROM (
      SELECT t.number FROM turns t
      WHERE t.ready IS NOT NULL AND t.token IS NULL
        AND (t.visible_at IS NULL OR t.visible_at <= v_now)
        AND (t.resident_process IS NULL OR t.resident_process = p_process
             OR NOT EXISTS (SELECT 1 FROM fetchers f WHERE f.process = t.resident_process
                              AND f.holder = t.resident_holder))
        AND (t.code <> ALL (p_unknown) OR t.quarantine IS NOT NULL)
        AND (NOT v_pauses OR NOT is_paused(t.number))
      ORDER BY t.ready LIMIT v_left FOR NO KEY UPDATE SKIP LOCKED) r;
    EXIT WHEN v_numbers IS NULL;
    IF v_left = p_max THEN
      PERFORM require_alive(p_process);
    END IF;
    RETURN QUERY SELECT * FROM lease_turns(p_process, p_holder, v_numbers);
    GET DIAGNOSTICS v_count = ROW_COUNT;
    v_left := v_left - v_count;
    -- Again if some of them turned out to have nothing for a turn; but not if the answer is full.
    EXIT WHEN v_left = 0 OR v_count = cardinality(v_numbers)
      OR EXISTS (SELECT 1 FROM turns t WHERE t.number = ANY (v_numbers) AND t.token IS NULL
                   AND t.ready IS NOT NULL);
  END LOOP;
END $$;

-- Leases instances that are locked, as far as they have something for a turn; the others leave the queue.
CREATE FUNCTION lease_turns(p_process bigint, p_holder bigint, p_numbers bigint[])
RETURNS TABLE (number bigint, id text, orchestration text, version text, execution bigint,
               event_count bigint, incarnation bigint, token bigint, attempts bigint,
               is_quarantined boolean, history bytea[], places bigint[], kinds bigint[],
               of_executions bigint[], of_events bigint[], made_here boolean[], items bytea[],
               question_ids text[], question_names text[], question_inputs bytea[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH seen AS (
    SELECT n.place AS turn_place, t.number, i.id, i.orchestration, i.version, i.execution, t.event_count,
           i.incarnation, t.attempts + 1 AS attempts, t.quarantine IS NOT NULL AS is_quarantined,
           t.resident_process = p_process AND t.resident_holder = p_holder AS is_resident,
           m.bytes, q.has_questions,
           CASE WHEN c.place IS NULL THEN m.places ELSE m.places || c.place END AS places,
           coalesce(i.status = 0 AND (m.places IS NOT NULL OR q.has_questions)
                    AND (t.event_count > 0 OR m.places[1] = 0)
                    AND (t.quarantine IS NULL OR m.is_cancelled OR c.place IS NOT NULL), false) AS has_turn
    FROM unnest(p_numbers) WITH ORDINALITY AS n (number, place)
    JOIN turns t ON t.number = n.number
    LEFT JOIN instances i ON i.number = n.number
    -- Sizes alone: what the messages say is read of those that are leased.
    CROSS JOIN LATERAL (
      SELECT array_agg(o.place) AS places, coalesce(bool_or(o.kind = 9), false) AS is_cancelled,
             coalesce(sum(o.bytes), 0) AS bytes
      FROM (
        SELECT b.place, b.kind, b.bytes FROM (
          SELECT x.place, x.kind, coalesce(octet_length(x.item), 0) AS bytes,
                 coalesce(sum(octet_length(x.item)) OVER (ORDER BY x.place), 0) AS bytes_so_far
          FROM inbox x WHERE x.number = n.number ORDER BY x.place LIMIT 1024) b
        WHERE b.bytes_so_far - b.bytes < 33554432
        ORDER BY b.place) o) m
    -- One in quarantine is handed out to be cancelled, which may stand behind more messages than a turn takes.
    LEFT JOIN LATERAL (
      SELECT x.place FROM inbox x WHERE t.quarantine IS NOT NULL AND NOT m.is_cancelled
        AND x.number = n.number AND x.kind = 9 AND x.place > m.places[cardinality(m.places)]
      ORDER BY x.place LIMIT 1) c ON true
    CROSS JOIN LATERAL (
      SELECT t.quarantine IS NULL
             AND EXISTS (SELECT 1 FROM questions a WHERE a.number = n.number) AS has_questions) q),
  found AS (
    SELECT s.*,
           s.has_questions
             OR ((cardinality(s.places) >= 1024 OR s.bytes >= 33554432)
                 AND EXISTS (SELECT 1 FROM inbox x WHERE x.number = s.number
                               AND x.place > s.places[cardinality(s.places)])) AS has_more,
           coalesce(sum(s.bytes) FILTER (WHERE s.has_turn) OVER (ORDER BY s.turn_place
             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
    FROM seen s),
  passed AS (
    UPDATE turns t SET ready = NULL FROM found f WHERE t.number = f.number AND NOT f.has_turn),
  leased AS (
    UPDATE turns t SET
      ready = CASE WHEN f.has_more THEN nextval('places') END,
      visible_at = NULL, held_by = NULL, waiting_for = NULL,
      token = nextval('fences'), process = p_process, holder = p_holder,
      taken = coalesce(f.places, '{}'),
      attempts = CASE WHEN f.places IS NULL THEN t.attempts ELSE t.attempts + 1 END,
      resident_process = CASE WHEN f.is_resident THEN p_process END,
      resident_holder = CASE WHEN f.is_resident THEN p_holder END
    FROM found f WHERE t.number = f.number AND f.has_turn AND f.bytes_before < 16777216
    RETURNING f.*, t.token)
  SELECT l.number, l.id, l.orchestration, l.version, l.execution, l.event_count, l.incarnation, l.token,
         l.attempts::bigint, l.is_quarantined,
         CASE WHEN l.is_resident THEN NULL
              ELSE (SELECT coalesce(array_agg(h.events ORDER BY h.first_event), '{}') FROM history h
                    WHERE h.number = l.number AND h.execution = l.execution) END,
         l.places, m.kinds, m.of_executions, m.of_events, m.made_here, m.items,
         q.question_ids, q.question_names, q.question_inputs
  FROM leased l
  CROSS JOIN LATERAL (
    SELECT array_agg(o.kind::bigint) AS kinds, array_agg(o.of_execution) AS of_executions,
           array_agg(o.of_event) AS of_events, array_agg(o.made_here) AS made_here,
           array_agg(o.item) AS items
    FROM (SELECT x.* FROM inbox x WHERE x.number = l.number AND x.place = ANY (l.places)
          ORDER BY x.place) o) m
  CROSS JOIN LATERAL (
    SELECT array_agg(a.id ORDER BY a.process, a.asked) AS question_ids,
           array_agg(a.name ORDER BY a.process, a.asked) AS question_names,
           array_agg(a.input ORDER BY a.process, a.asked) AS question_inputs
    FROM questions a WHERE a.number = l.number AND l.has_questions) q
  ORDER BY l.turn_place;
END $$;

-- Somebody has come who may have the code that turns of this process are held back for.
CREATE FUNCTION bring_turns_forward(p_process bigint) RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE turns t SET visible_at = NULL, held_by = NULL
  WHERE t.visible_at IS NOT NULL AND t.held_by = p_process AND t.waiting_for IS NOT NULL;
  code := 0;
  RETURN NEXT;
END $$;

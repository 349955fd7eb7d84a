-- The life of processes: what one holds is its own for as long as its row is there.

-- The time that a function goes by: what it is told, or the database's.
CREATE FUNCTION moment(p_now bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(p_now, (extract(epoch FROM now()) * 1000)::bigint)
$$;

-- `p_from` and `p_delay` milliseconds, or the last moment that there is.
CREATE FUNCTION later(p_from bigint, p_delay bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_from > 9223372036854775807 - p_delay THEN 9223372036854775807
              ELSE p_from + p_delay END
$$;

CREATE FUNCTION join_store(p_now bigint, p_name text, p_lease bigint)
RETURNS TABLE (process bigint, now_is bigint, others bigint) LANGUAGE plpgsql AS $$
BEGIN
  SELECT count(*) INTO others FROM processes;
  now_is := moment(p_now);
  process := nextval('process_numbers');
  INSERT INTO processes (id, name, started_at, alive_until)
  VALUES (process, p_name, now_is, now_is + p_lease);
  RETURN NEXT;
END $$;

-- A server that crashes may give out again what it gave to batches that it had not flushed, while processes
-- still go by it. So a session that writes goes on from numbers that no such batch can have had.
CREATE FUNCTION skip_numbers() RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    SET LOCAL synchronous_commit TO local;
  END IF;
  -- One session at a time, so that none sets them back.
  PERFORM pg_advisory_xact_lock(hashtextextended('duroxide numbers ' || current_schema(), 0));
  PERFORM setval('fences', nextval('fences') + 1000000),
          setval('instance_numbers', nextval('instance_numbers') + 1000000);
  code := 0;
  RETURN NEXT;
END $$;

-- Fencing numbers that a process gives to leases, and numbers that it gives to instances, before the database has
-- heard of them.
CREATE FUNCTION reserve_numbers(p_count bigint) RETURNS TABLE (tokens bigint[], instances bigint[])
LANGUAGE sql AS $$
  SELECT array_agg(nextval('fences')), array_agg(nextval('instance_numbers'))
  FROM generate_series(1, p_count)
$$;

-- Opens a batch: no other call of it happens if the process is taken for dead. `p_flushed`: otherwise its
-- commit does not wait for the disk. Answers how many others are alive.
CREATE FUNCTION begin_batch(p_process bigint, p_batch bigint, p_flushed boolean)
RETURNS TABLE (others bigint) LANGUAGE plpgsql AS $$
BEGIN
  IF NOT p_flushed THEN
    SET LOCAL synchronous_commit TO off;
  END IF;
  UPDATE processes SET last_batch = p_batch WHERE id = p_process;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'process % is taken for dead', p_process USING ERRCODE = 'DX001';
  END IF;
  RETURN QUERY SELECT count(*) FROM processes WHERE id <> p_process;
END $$;

-- Locks all instances that a batch changes, in the order in which everybody does, so that two batches do not
-- wait for each other.
CREATE FUNCTION lock_instances(p_ids text[]) RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM turns t WHERE t.number IN (SELECT i.number FROM instances i WHERE i.id = ANY (p_ids))
  ORDER BY t.number FOR NO KEY UPDATE;
  code := 0;
  RETURN NEXT;
END $$;

-- Before anything is leased to a process: its row must be there, and stays so until the end of the transaction.
CREATE FUNCTION require_alive(p_process bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM processes WHERE id = p_process FOR KEY SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'process % is taken for dead', p_process USING ERRCODE = 'DX001';
  END IF;
END $$;

-- A sign of life. Takes back all from processes whose time is over, and answers the time, and what there is to
-- be had: turns, activities, timers, and cancelled leases of this process; and when the time of the next other
-- process is over, unless that gives a sign before.
CREATE FUNCTION life_sign(p_now bigint, p_process bigint, p_lease bigint)
RETURNS TABLE (now_is bigint, has_turns boolean, has_work boolean, has_timers boolean,
               has_cancelled boolean, next_death bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_dead bigint;
BEGIN
  now_is := moment(p_now);
  UPDATE processes SET alive_until = now_is + p_lease WHERE id = p_process;
  FOR v_dead IN
    SELECT id FROM processes WHERE alive_until < now_is AND id <> p_process
    ORDER BY id FOR UPDATE SKIP LOCKED
  LOOP
    PERFORM release_process(v_dead, false);
  END LOOP;
  DELETE FROM answers WHERE at < now_is - 60000;
  has_turns := EXISTS (SELECT 1 FROM turns WHERE ready IS NOT NULL AND token IS NULL
                       AND (visible_at IS NULL OR visible_at <= now_is));
  has_work := EXISTS (SELECT 1 FROM work WHERE token IS NULL AND quarantine IS NULL
                      AND (visible_at IS NULL OR visible_at <= now_is));
  has_timers := EXISTS (SELECT 1 FROM timers WHERE due <= now_is AND token IS NULL);
  has_cancelled := EXISTS (SELECT 1 FROM cancelled_leases WHERE process = p_process);
  SELECT min(alive_until) INTO next_death FROM processes WHERE id <> p_process;
  PERFORM fold_counts();
  RETURN NEXT;
END $$;

-- Gives back leases of turns: all of a process, or of one of its holders. `p_uncounted`: these deliveries do
-- not count.
CREATE FUNCTION release_turns(p_process bigint, p_holder bigint, p_uncounted boolean)
RETURNS void LANGUAGE sql AS $$
  UPDATE turns SET
    attempts = CASE WHEN p_uncounted AND cardinality(taken) > 0 THEN greatest(attempts - 1, 0)
                    ELSE attempts END,
    token = NULL, process = NULL, holder = NULL, taken = '{}',
    resident_process = NULL, resident_holder = NULL,
    ready = coalesce(ready, nextval('places'))
  WHERE process = p_process AND (p_holder IS NULL OR holder = p_holder)
$$;

CREATE FUNCTION release_work(p_process bigint, p_holder bigint, p_uncounted boolean)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH released AS (
    UPDATE work SET
      attempts = CASE WHEN p_uncounted THEN greatest(attempts - 1, 0) ELSE attempts END,
      token = NULL, process = NULL, holder = NULL
    WHERE process = p_process AND (p_holder IS NULL OR holder = p_holder)
    RETURNING number, execution, event, attempts, start_due)
  UPDATE timers t SET due = r.start_due FROM released r
  WHERE r.attempts = 0 AND r.start_due IS NOT NULL AND t.kind = 4 AND t.number = r.number
    AND t.execution = r.execution AND t.event = r.event;
  DELETE FROM sessions WHERE process = p_process AND (p_holder IS NULL OR holder = p_holder);
  DELETE FROM cancelled_leases WHERE process = p_process AND (p_holder IS NULL OR holder = p_holder);
END $$;

CREATE FUNCTION release_holder(p_process bigint, p_holder bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM release_turns(p_process, p_holder, true);
  PERFORM release_work(p_process, p_holder, true);
  UPDATE timers SET token = NULL, process = NULL, holder = NULL
  WHERE process = p_process AND holder = p_holder;
  DELETE FROM fetchers WHERE process = p_process AND holder = p_holder;
  code := 0;
  RETURN NEXT;
END $$;

CREATE FUNCTION release_process(p_process bigint, p_uncounted boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM release_turns(p_process, NULL, p_uncounted);
  PERFORM release_work(p_process, NULL, p_uncounted);
  UPDATE timers SET token = NULL, process = NULL, holder = NULL WHERE process = p_process;
  UPDATE turns SET visible_at = NULL, held_by = NULL
  WHERE visible_at IS NOT NULL AND held_by = p_process;
  UPDATE work SET visible_at = NULL, held_by = NULL
  WHERE visible_at IS NOT NULL AND held_by = p_process;
  DELETE FROM questions WHERE process = p_process;
  DELETE FROM fetchers WHERE process = p_process;
  DELETE FROM processes WHERE id = p_process;
END $$;

-- A process closes the store. What it had is handed out again as if it had never been.
CREATE FUNCTION leave_store(p_process bigint) RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM processes WHERE id = p_process FOR UPDATE;
  PERFORM release_process(p_process, true);
  code := 0;
  RETURN NEXT;
END $$;

-- After an answer of the database was lost: gives back the leases of which the process does not know.
CREATE FUNCTION release_unknown(p_process bigint, p_turns bigint[], p_work bigint[], p_timers bigint[])
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  UPDATE turns SET
    attempts = CASE WHEN cardinality(taken) > 0 THEN greatest(attempts - 1, 0) ELSE attempts END,
    token = NULL, process = NULL, holder = NULL, taken = '{}',
    resident_process = NULL, resident_holder = NULL, ready = coalesce(ready, nextval('places'))
  WHERE process = p_process AND token <> ALL (p_turns);
  UPDATE work SET attempts = greatest(attempts - 1, 0), token = NULL, process = NULL, holder = NULL
  WHERE process = p_process AND token <> ALL (p_work);
  UPDATE timers SET token = NULL, process = NULL, holder = NULL
  WHERE process = p_process AND token <> ALL (p_timers);
  code := 0;
  RETURN NEXT;
END $$;

-- Tells the other processes what there is to do and what has changed. `p_ids`: digests of instances.
CREATE FUNCTION announce(p_now bigint, p_channel text, p_process bigint, p_ids bigint[], p_turns boolean,
                         p_work boolean)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_text text := '';
BEGIN
  IF p_turns AND EXISTS (SELECT 1 FROM turns WHERE ready IS NOT NULL AND token IS NULL
                         AND (visible_at IS NULL OR visible_at <= moment(p_now))) THEN
    v_text := v_text || 't';
  END IF;
  IF p_work AND EXISTS (SELECT 1 FROM work WHERE token IS NULL AND quarantine IS NULL
                        AND (visible_at IS NULL OR visible_at <= moment(p_now))) THEN
    v_text := v_text || 'w';
  END IF;
  IF EXISTS (SELECT 1 FROM cancelled_leases WHERE process <> p_process) THEN
    v_text := v_text || 'c';
  END IF;
  IF cardinality(p_ids) > 300 THEN
    v_text := v_text || 'a';  -- any instance
  ELSIF cardinality(p_ids) > 0 THEN
    v_text := v_text || ' ' || array_to_string(p_ids, ' ');
  END IF;
  IF v_text <> '' THEN
    PERFORM pg_notify(p_channel, p_process || ' ' || v_text);
  END IF;
  code := 0;
  RETURN NEXT;
END $$;

-- Messages to instances.

-- Puts a message into an inbox. The instance runs, and its row in `turns` is locked.
CREATE FUNCTION put_message(p_number bigint, p_place bigint, p_kind bigint, p_of_execution bigint,
                            p_of_event bigint, p_keeps bigint, p_made_here boolean, p_item bytea)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO inbox (number, place, kind, of_execution, of_event, keeps, made_here, item)
  VALUES (p_number, p_place, p_kind, p_of_execution, p_of_event, p_keeps, p_made_here, p_item);
  IF p_kind = 9 AND EXISTS (SELECT 1 FROM paused WHERE kind = 'i') THEN
    -- Or it would wait to be cancelled.
    DELETE FROM paused p USING instances i
    WHERE p.kind = 'i' AND p.name = i.id AND i.number = p_number;
  END IF;
  UPDATE turns t SET ready = nextval('places')
  WHERE t.number = p_number AND t.ready IS NULL AND (t.quarantine IS NULL OR p_kind = 9)
    -- Else its start is delayed.
    AND (t.event_count > 0 OR p_place = 0
         OR EXISTS (SELECT 1 FROM inbox i WHERE i.number = p_number AND i.place = 0));
END $$;

-- An instance that waits for its hour, and is cancelled, need not wait for its end.
CREATE FUNCTION bring_start_forward(p_number bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_item bytea;
BEGIN
  DELETE FROM timers WHERE number = p_number AND kind = 2 RETURNING item INTO v_item;
  IF v_item IS NOT NULL THEN
    UPDATE instances SET start_due = NULL WHERE number = p_number;
    PERFORM put_message(p_number, 0, 0, 0, 0, 0, false, v_item);
  END IF;
END $$;

-- Delivers to a running instance: to whichever execution, or to that one alone. Codes: 0 delivered, 1 no
-- such instance, 2 it has ended, 3 it is for another execution.
CREATE FUNCTION deliver_to(p_number bigint, p_execution bigint, p_kind bigint, p_of_execution bigint,
                           p_of_event bigint, p_keeps bigint, p_made_here boolean, p_item bytea)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_status smallint;
  v_execution bigint;
  v_start_due bigint;
BEGIN
  PERFORM 1 FROM turns WHERE number = p_number FOR NO KEY UPDATE;
  SELECT status, execution, start_due INTO v_status, v_execution, v_start_due
  FROM instances WHERE number = p_number;
  IF NOT FOUND THEN
    RETURN 1;
  END IF;
  IF v_status <> 0 THEN
    RETURN 2;
  END IF;
  IF p_execution <> 0 AND p_execution <> v_execution THEN
    RETURN 3;
  END IF;
  PERFORM put_message(p_number, nextval('places'), p_kind, p_of_execution, p_of_event, p_keeps,
                      p_made_here, p_item);
  IF v_start_due IS NOT NULL AND p_kind = 9 THEN
    PERFORM bring_start_forward(p_number);
  END IF;
  RETURN 0;
END $$;

-- A message that a client sends, now or after a delay, once under its key. Codes beside those of
-- `deliver_to`: 4 the key is that of another message.
CREATE FUNCTION accept_message(p_now bigint, p_id text, p_kind bigint, p_of_execution bigint,
                               p_of_event bigint, p_keeps bigint, p_item bytea, p_delay bigint, p_key text,
                               p_digest bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_status smallint;
  v_digest bigint;
BEGIN
  SELECT i.number INTO v_number FROM instances i WHERE i.id = p_id;
  code := 1;
  IF NOT FOUND THEN
    RETURN NEXT;
    RETURN;
  END IF;
  PERFORM 1 FROM turns t WHERE t.number = v_number FOR NO KEY UPDATE;
  IF p_key IS NOT NULL THEN
    SELECT k.digest INTO v_digest FROM event_keys k WHERE k.number = v_number AND k.key = p_key;
    IF FOUND THEN
      code := CASE WHEN v_digest = p_digest THEN 0 ELSE 4 END;
      RETURN NEXT;
      RETURN;
    END IF;
  END IF;
  SELECT i.status INTO v_status FROM instances i WHERE i.number = v_number;
  IF NOT FOUND OR v_status <> 0 THEN
    code := CASE WHEN FOUND THEN 2 ELSE 1 END;
    RETURN NEXT;
    RETURN;
  END IF;
  IF p_key IS NOT NULL THEN
    PERFORM remember_key(v_number, p_key, p_digest);
  END IF;
  IF coalesce(p_delay, 0) > 0 THEN
    INSERT INTO timers (due, number, execution, event, kind, message, of_event, keeps, item)
    VALUES (later(moment(p_now), p_delay), v_number, 0, nextval('places'), 1, p_kind, p_of_event,
            p_keeps, p_item);
    code := 0;
  ELSE
    code := deliver_to(v_number, 0, p_kind, p_of_execution, p_of_event, p_keeps, false, p_item);
  END IF;
  RETURN NEXT;
END $$;

-- Of an instance the last 1,000 keys are known.
CREATE FUNCTION remember_key(p_number bigint, p_key text, p_digest bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_place bigint;
BEGIN
  SELECT coalesce(max(place), 0) + 1 INTO v_place FROM event_keys WHERE number = p_number;
  DELETE FROM event_keys WHERE number = p_number AND place <= v_place - 1000;
  INSERT INTO event_keys (number, key, place, digest) VALUES (p_number, p_key, v_place, p_digest);
END $$;

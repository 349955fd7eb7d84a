-- Updates, questions, and what is released from quarantine.

-- An update with the id `p_update`. `p_item` is null if whoever waits for it already has sent it. Codes: 0 sent, 1
-- there is no such instance, 2 it has ended.
CREATE FUNCTION ask_update(p_id text, p_update text, p_item bytea)
RETURNS TABLE (code bigint, number bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_status bigint;
BEGIN
  SELECT i.number INTO number FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    code := 1;
  ELSIF p_item IS NOT NULL THEN
    code := deliver_to(ask_update.number, 0, 13, 0, 0, 1, false, p_item);
    IF code = 0 THEN
      -- One that was dropped or refused has left no trace, and is asked anew.
      DELETE FROM answers a WHERE a.number = ask_update.number AND a.id = p_update AND a.refused;
    END IF;
  ELSE
    SELECT i.status INTO v_status FROM instances i WHERE i.id = p_id;
    code := CASE WHEN v_status = 0 THEN 0 ELSE 2 END;
  END IF;
  RETURN NEXT;
END $$;

-- A question to the code of an instance. Codes as for `ask_update`.
CREATE FUNCTION ask_question(p_process bigint, p_asked bigint, p_id text, p_question text, p_name text,
                             p_input bytea)
RETURNS TABLE (code bigint, number bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_status bigint;
BEGIN
  SELECT i.number INTO number FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    code := 1;
    RETURN NEXT;
    RETURN;
  END IF;
  PERFORM 1 FROM turns t WHERE t.number = ask_question.number FOR NO KEY UPDATE;
  SELECT i.status INTO v_status FROM instances i WHERE i.number = ask_question.number;
  IF v_status <> 0 THEN
    code := 2;
    RETURN NEXT;
    RETURN;
  END IF;
  INSERT INTO questions (number, process, asked, id, name, input)
  VALUES (ask_question.number, p_process, p_asked, p_question, p_name, p_input);
  UPDATE turns t SET ready = nextval('places') WHERE t.number = ask_question.number AND t.ready IS NULL
    AND t.quarantine IS NULL;
  code := 0;
  RETURN NEXT;
END $$;

-- Nobody waits for the answer any more.
CREATE FUNCTION withdraw_question(p_process bigint, p_asked bigint)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM questions WHERE process = p_process AND asked = p_asked;
  code := 0;
  RETURN NEXT;
END $$;

-- Releases an instance and its activities from quarantine, and brings forward what waits for something that
-- is missing. Codes: 0 done, 1 there is no such instance. `released`: how many.
CREATE FUNCTION release_from_quarantine(p_id text)
RETURNS TABLE (code bigint, released bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_count bigint;
BEGIN
  released := 0;
  SELECT i.number INTO v_number FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    code := 1;
    RETURN NEXT;
    RETURN;
  END IF;
  code := 0;
  UPDATE turns t SET quarantine = NULL, quarantined_at = NULL, attempts = 0,
    ready = CASE WHEN t.token IS NULL THEN coalesce(t.ready, nextval('places')) ELSE t.ready END
  WHERE t.number = v_number AND t.quarantine IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  released := released + v_count;
  UPDATE work w SET quarantine = NULL, quarantined_at = NULL, attempts = 0, place = nextval('places')
  WHERE w.number = v_number AND w.quarantine IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  released := released + v_count;
  UPDATE turns t SET visible_at = NULL, held_by = NULL, waiting_for = NULL
  WHERE t.number = v_number AND t.visible_at IS NOT NULL AND t.waiting_for IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  released := released + v_count;
  UPDATE work w SET visible_at = NULL, held_by = NULL, waiting_for = NULL
  WHERE w.number = v_number AND w.visible_at IS NOT NULL AND w.waiting_for IS NOT NULL;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  released := released + v_count;
  RETURN NEXT;
END $$;

-- Pauses and goes on. `p_kind` as in `paused`. Codes: 0 done, 1 there is no such instance, 2 it has ended.
CREATE FUNCTION pause(p_now bigint, p_kind text, p_name text, p_pause boolean)
RETURNS TABLE (code bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_status bigint;
BEGIN
  code := 0;
  IF p_kind = 'i' THEN
    SELECT i.number INTO v_number FROM instances i WHERE i.id = p_name;
    PERFORM 1 FROM turns t WHERE t.number = v_number FOR NO KEY UPDATE;
    SELECT i.status INTO v_status FROM instances i WHERE i.number = v_number;
    code := CASE WHEN v_status IS NULL THEN 1 WHEN v_status <> 0 AND p_pause THEN 2 ELSE 0 END;
  END IF;
  IF code = 0 AND p_pause THEN
    INSERT INTO paused (kind, name, since) VALUES (p_kind::"char", p_name, moment(p_now))
    ON CONFLICT DO NOTHING;
  ELSIF code = 0 THEN
    DELETE FROM paused p WHERE p.kind = p_kind::"char" AND p.name = p_name;
  END IF;
  RETURN NEXT;
END $$;

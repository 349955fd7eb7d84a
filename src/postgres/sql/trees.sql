-- An instance with everything below it.

-- Depth first, the root first, children in order of creation; not more than `p_limit` of them, but the root in
-- any case. None if there is no such instance. It costs what it answers.
CREATE FUNCTION tree_of(p_root bigint, p_limit bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  -- The way from the root to where it is, with when each on it was created.
  v_path bigint[] := ARRAY[p_root];
  v_created bigint[] := ARRAY[NULL::bigint];
  v_last bigint;        -- the child from whose tree it has come back; null: it looks for the first
  v_last_created bigint;
  v_found record;
  v_left bigint := coalesce(p_limit, 9223372036854775807) - 1;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM instances WHERE number = p_root) THEN
    RETURN;
  END IF;
  RETURN NEXT p_root;
  WHILE cardinality(v_path) > 0 AND v_left > 0 LOOP
    SELECT i.number, i.created_at INTO v_found FROM instances i
    WHERE i.parent_number = v_path[cardinality(v_path)]
      AND (v_last IS NULL OR (i.created_at, i.number) > (v_last_created, v_last))
      AND i.number <> p_root  -- imported instances can name each other as parents
    ORDER BY i.created_at, i.number LIMIT 1;
    IF FOUND THEN
      RETURN NEXT v_found.number;
      v_left := v_left - 1;
      v_path := v_path || v_found.number;
      v_created := v_created || v_found.created_at;
      v_last := NULL;
    ELSE
      v_last := v_path[cardinality(v_path)];
      v_last_created := v_created[cardinality(v_created)];
      v_path := v_path[1:cardinality(v_path) - 1];
      v_created := v_created[1:cardinality(v_created) - 1];
    END IF;
  END LOOP;
END $$;

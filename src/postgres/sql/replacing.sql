-- A start that takes the place of the instance that has its id.

-- Takes that instance out, with its descendants. `p_gone`: what those are told that wait for its end. Codes: 0
-- nobody has the id, 1 removed, 9 it is a child, and its parent is told of its end, 10 it has more descendants
-- than are deleted at once. `removed`: the ids of all that are gone.
CREATE FUNCTION remove_for_replacement(p_id text, p_gone bytea)
RETURNS TABLE (code bigint, removed text[]) LANGUAGE plpgsql AS $$
DECLARE
  v_number bigint;
  v_tree bigint[];
  v_each bigint;
BEGIN
  code := 0;
  SELECT i.number INTO v_number FROM instances i WHERE i.id = p_id;
  IF NOT FOUND THEN
    RETURN NEXT;
    RETURN;
  END IF;
  WITH RECURSIVE tree (number) AS (
    SELECT v_number
    UNION SELECT i.number FROM instances i JOIN tree t ON i.parent_number = t.number)
  SELECT array_agg(l.number ORDER BY l.number), array_agg(i.id)
  INTO v_tree, removed
  FROM (SELECT tree.number FROM tree LIMIT 1001) l JOIN instances i ON i.number = l.number;
  PERFORM 1 FROM turns t WHERE t.number = ANY (v_tree) ORDER BY t.number FOR UPDATE;
  IF EXISTS (SELECT 1 FROM instances c JOIN instances p ON p.number = c.parent_number
             WHERE c.number = v_number AND c.parent_execution <> 0 AND p.id = c.parent_id
               AND p.status = 0) THEN
    code := 9;
  ELSIF cardinality(v_tree) > 1000 THEN
    code := 10;
  ELSE
    PERFORM set_config('duroxide.acked', '-1', true);
    FOREACH v_each IN ARRAY v_tree LOOP
      PERFORM delete_of_change(v_each, p_gone);
    END LOOP;
    code := 1;
  END IF;
  RETURN NEXT;
END $$;

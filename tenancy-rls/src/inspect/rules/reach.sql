-- R070
SELECT DISTINCT 'R070', c.oid::regclass::text,
       format('the role %s may read the table, and nobody declared it: if its rows are tenants'', nothing keeps them apart', s.name),
       format('-- declare it as tenant_global, if its rows are everybody''s, or as what it is; or REVOKE ALL ON TABLE %s FROM PUBLIC, %s', c.oid::regclass, s.name)
  FROM acting AS s, pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
   -- With the tenants' column it is found by R040, which says the same of the tables of tenants of their own; and what strangers read, by R067.
   AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname IN (SELECT tenant FROM walled))
   AND s.oid NOT IN (SELECT oid FROM strangers)
   AND NOT (c.relrowsecurity AND c.relforcerowsecurity
            AND (NOT EXISTS (SELECT FROM pg_policy AS p, unnest(p.polroles) AS role
                              WHERE p.polrelid = c.oid AND p.polpermissive AND CASE role WHEN 0 THEN true ELSE pg_has_role(s.oid, role, 'USAGE') END)
                 OR (c.oid, s.oid) IN (SELECT relation, role FROM bound_elsewhere)))
   AND c.oid NOT IN (SELECT relation FROM known WHERE relation IS NOT NULL UNION ALL SELECT relation FROM children UNION ALL SELECT relation FROM parents)
   AND c.relowner <> s.oid AND has_schema_privilege(s.oid, n.oid, 'USAGE')
   AND (has_table_privilege(s.oid, c.oid, 'SELECT') OR has_any_column_privilege(s.oid, c.oid, 'SELECT'))
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL -- R071
SELECT 'R071', c.oid::regclass::text,
       format('the role %s may set the sequence (UPDATE, for setval): SQL of one tenant can have it give numbers that are taken, and no other tenant can insert', s.name),
       format('REVOKE UPDATE ON SEQUENCE %s FROM PUBLIC, %s', c.oid::regclass, s.name)
       || CASE WHEN has_sequence_privilege(s.oid, c.oid, 'USAGE') THEN '' ELSE format('; GRANT USAGE ON SEQUENCE %s TO %s', c.oid::regclass, s.name) END
  FROM acting AS s, pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 -- By a CASE: of a relation that is no sequence it fails.
 WHERE CASE c.relkind WHEN 'S' THEN has_sequence_privilege(s.oid, c.oid, 'UPDATE') ELSE false END
   AND n.nspname NOT LIKE 'pg\_%' AND c.relowner <> s.oid AND has_schema_privilege(s.oid, n.oid, 'USAGE')
   AND s.oid NOT IN (SELECT oid FROM strangers)
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL -- R072
SELECT 'R072', 'extension ' || quote_ident(e.extname),
       format('the role %s may open connections by it, as whoever it has a password of: there no transaction has a tenant, and this inspection has not looked', s.name),
       format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, %s', string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid), s.name)
  FROM acting AS s, pg_extension AS e
  JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
  JOIN pg_proc AS p ON p.oid = d.objid
 WHERE e.extname = 'dblink' AND has_function_privilege(s.oid, p.oid, 'EXECUTE') AND has_schema_privilege(s.oid, p.pronamespace, 'USAGE')
 GROUP BY e.extname, s.name
UNION ALL
SELECT 'R072', 'foreign-data wrapper ' || quote_ident(w.fdwname),
       format('the role %s may make servers of it, and map itself to whoever it has a password of: there no transaction has a tenant', s.name),
       format('REVOKE USAGE ON FOREIGN DATA WRAPPER %I FROM PUBLIC, %s', w.fdwname, s.name)
  FROM acting AS s, pg_foreign_data_wrapper AS w
 WHERE w.fdwowner <> s.oid AND has_foreign_data_wrapper_privilege(s.oid, w.oid, 'USAGE')
UNION ALL
-- Whoever is mapped already is found by R059.
SELECT 'R072', 'server ' || quote_ident(v.srvname),
       format('the role %s may use the server, and map itself to whoever it has a password of there: no transaction has a tenant then', s.name),
       format('REVOKE USAGE ON FOREIGN SERVER %I FROM PUBLIC, %s', v.srvname, s.name)
  FROM acting AS s, pg_foreign_server AS v
 WHERE v.srvowner <> s.oid AND has_server_privilege(s.oid, v.oid, 'USAGE')
   AND NOT EXISTS (SELECT FROM pg_user_mappings AS m WHERE m.srvid = v.oid AND m.umuser IN (0, s.oid))
UNION ALL -- R073
SELECT 'R073', h.relation::regclass || CASE WHEN k.oid IS NULL THEN ' trigger ' ELSE ' constraint ' END || quote_ident(coalesce(k.conname, t.tgname)),
       CASE WHEN k.oid IS NULL THEN 'the trigger is disabled: what it sees to is not seen to'
            ELSE 'the triggers of the constraint are disabled: it keeps nothing' END,
       string_agg(format('ALTER TABLE %s ENABLE TRIGGER %I', h.relation::regclass, t.tgname), '; ' ORDER BY t.tgname)
  FROM (SELECT DISTINCT relation FROM holding) AS h
  JOIN pg_trigger AS t ON t.tgrelid = h.relation
  -- A constraint trigger is somebody's own.
  LEFT JOIN pg_constraint AS k ON k.oid = t.tgconstraint AND k.contype <> 't'
 -- One that is for replicas only may be meant, but never of a constraint's.
 WHERE t.tgenabled = 'D' OR t.tgenabled = 'R' AND k.oid IS NOT NULL
 GROUP BY h.relation, k.oid, coalesce(k.conname, t.tgname)
UNION ALL -- R074
SELECT 'R074', w.object,
       format('the role %s may MAINTAIN the table: SQL of one tenant can lock it for all of them, by VACUUM FULL, CLUSTER or REINDEX, and take away or make up what the planner knows of it', s.name),
       format('REVOKE MAINTAIN ON TABLE %s FROM PUBLIC, %s', w.object, s.name)
  FROM acting AS s, walled AS w
 WHERE w.relowner <> s.oid
   -- Before PostgreSQL 17 there is no such privilege, and asking for one fails.
   AND CASE WHEN current_setting('server_version_num')::integer >= 170000 THEN has_table_privilege(s.oid, w.relation, 'MAINTAIN') ELSE false END

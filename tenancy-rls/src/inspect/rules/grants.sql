-- R050
SELECT 'R050', w.object, format('the role %s may %s: policies are not asked then', s.name,
                                concat_ws(', ', CASE WHEN p.truncates THEN 'TRUNCATE' END, CASE WHEN p.refers THEN 'REFERENCES' END,
                                          CASE WHEN p.triggers THEN 'TRIGGER' END)),
       format('REVOKE TRUNCATE, REFERENCES, TRIGGER ON TABLE %s FROM PUBLIC, %s', w.object, s.name)
  FROM acting AS s, walled AS w,
       LATERAL (SELECT has_table_privilege(s.oid, w.relation, 'TRUNCATE') AS truncates,
                       has_table_privilege(s.oid, w.relation, 'REFERENCES')
                       OR has_any_column_privilege(s.oid, w.relation, 'REFERENCES') AS refers,
                       has_table_privilege(s.oid, w.relation, 'TRIGGER') AS triggers) AS p
 WHERE w.relowner <> s.oid AND (p.truncates OR p.refers OR p.triggers)
UNION ALL -- R051
SELECT 'R051', g.database, format('the role %s may make temporary tables, which stand before the real ones in the search path', s.name),
       format('REVOKE TEMPORARY ON DATABASE %s FROM PUBLIC, %s', g.database, s.name)
  FROM acting AS s, given AS g WHERE has_database_privilege(s.oid, g.database_oid, 'TEMPORARY')
UNION ALL -- R052
SELECT 'R052', n.oid::regnamespace::text,
       format('the role %s may create functions, operators and tables in the schema', s.name),
       format('REVOKE CREATE ON SCHEMA %s FROM PUBLIC, %s', n.oid::regnamespace, s.name)
  FROM acting AS s, pg_namespace AS n
 WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND has_schema_privilege(s.oid, n.oid, 'CREATE')
UNION ALL -- R053
SELECT 'R053', g.database, format('the role %s may create schemas', s.name),
       format('REVOKE CREATE ON DATABASE %s FROM PUBLIC, %s', g.database, s.name)
  FROM acting AS s, given AS g WHERE has_database_privilege(s.oid, g.database_oid, 'CREATE')
UNION ALL -- R054
SELECT DISTINCT 'R054', n.oid::regnamespace::text,
       format('the schema has the name of the role %s and so stands before the others in its search path ("$user"): its %s is found instead of %s; give it another name',
              s.name, quote_ident(c.relname), k.object),
       format('REVOKE USAGE ON SCHEMA %s FROM PUBLIC, %s', n.oid::regnamespace, s.name)
  FROM acting AS s
  JOIN pg_namespace AS n ON quote_ident(n.nspname) = s.name AND has_schema_privilege(s.oid, n.oid, 'USAGE')
  JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  JOIN (known AS k JOIN pg_class AS declared_class ON declared_class.oid = k.relation)
    ON declared_class.relname = c.relname AND declared_class.relnamespace <> n.oid
UNION ALL -- R056
SELECT 'R056', q.oid::regclass::text,
       format('the default of %s.%I is its next value, which the role %s may not take: what it inserts without one is refused', w.object, a.attname, r.name),
       format('GRANT USAGE ON SEQUENCE %s TO %s', q.oid::regclass, r.name)
  FROM given AS g,
       LATERAL (VALUES (g.application_oid, g.application), (g.across_oid, quote_ident(g.across_name))) AS r (oid, name),
       walled AS w
  JOIN pg_attrdef AS f ON f.adrelid = w.relation
  JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
  JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class AS q ON q.oid = d.refobjid AND q.relkind = 'S'
 WHERE (has_table_privilege(r.oid, w.relation, 'INSERT') OR has_any_column_privilege(r.oid, w.relation, 'INSERT'))
   AND NOT has_sequence_privilege(r.oid, q.oid, 'USAGE, UPDATE')
UNION ALL -- R058
SELECT DISTINCT 'R058', 'parameter ' || p.parname,
       format('%s may %s it, which PostgreSQL leaves to superusers: it may switch off what is checked, or have something run',
              CASE a.grantee WHEN 0 THEN 'everybody' ELSE format('the role %I', pg_get_userbyid(a.grantee)) END, a.privilege_type),
       format('REVOKE %s ON PARAMETER %s FROM %s', a.privilege_type,
              (SELECT string_agg(quote_ident(part), '.') FROM unnest(string_to_array(p.parname, '.')) AS part),
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
  FROM pg_parameter_acl AS p, aclexplode(p.paracl) AS a
 WHERE (a.grantee = 0 OR a.grantee IN (SELECT oid FROM acting))
   AND (a.privilege_type <> 'SET' OR p.parname NOT IN (SELECT lower(s.name) FROM pg_settings AS s WHERE s.context = 'user'))
UNION ALL -- R059
SELECT DISTINCT 'R059', c.oid::regclass::text,
       format('the foreign table leads to another server, as whoever is mapped there and past the policies here: the role %s may use it', s.name),
       format('REVOKE ALL ON TABLE %s FROM PUBLIC, %s', c.oid::regclass, s.name)
  FROM acting AS s, pg_class AS c
 WHERE c.relkind = 'f'
   AND (has_table_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE') OR has_any_column_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE'))
UNION ALL
SELECT DISTINCT 'R059', 'server ' || quote_ident(m.srvname),
       format('the role %s may use the server, and is mapped to somebody there: it runs any SQL as them', s.name),
       format('REVOKE USAGE ON FOREIGN SERVER %I FROM PUBLIC, %s', m.srvname, s.name)
  FROM acting AS s, pg_user_mappings AS m
 WHERE m.umuser IN (0, s.oid) AND has_server_privilege(s.oid, m.srvid, 'USAGE')

-- R067
SELECT 'R067', m.object, format('the role for reads before admission, %s, may %s: it is to read declared columns only', m.name, m.more), m.mend
  FROM (SELECT c.oid::regclass::text AS object, s.name,
               concat_ws(', ', 'read ' || p.columns,
                         CASE WHEN p.writes THEN 'write it' END, CASE WHEN p.takes THEN 'take its values' END) AS more,
               format('REVOKE ALL ON %s %s FROM PUBLIC, %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, s.name)
               || coalesce((SELECT format('; GRANT SELECT (%s) ON TABLE %s TO %s', string_agg(quote_ident(o.member), ', '), c.oid::regclass, o.quoted)
                              FROM opened AS o WHERE o.relation = c.oid AND o.member IS NOT NULL GROUP BY o.quoted), '')
               || coalesce((SELECT format('; GRANT SELECT ON TABLE %s TO %s', c.oid::regclass, o.quoted)
                              FROM opened AS o WHERE o.relation = c.oid AND o.member IS NULL), '') AS mend
          FROM strangers AS s
          JOIN pg_namespace AS n ON n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND has_schema_privilege(s.oid, n.oid, 'USAGE')
          JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S'),
               LATERAL (SELECT (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
                                 WHERE c.relkind <> 'S' AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                                   AND has_column_privilege(s.oid, c.oid, a.attnum, 'SELECT')
                                   -- In a tenant's own schema, behind a wall of its own, what is declared of the table of that name.
                                   AND NOT EXISTS (SELECT FROM opened AS o
                                                    WHERE (o.relation = c.oid OR o.relname = c.relname AND o.member IS NOT NULL
                                                                                 AND c.oid IN (SELECT relation FROM walled_elsewhere))
                                                      AND coalesce(o.member, a.attname) = a.attname)) AS columns,
                               c.relkind <> 'S' AND (has_table_privilege(s.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                                                     OR has_any_column_privilege(s.oid, c.oid, 'INSERT, UPDATE')) AS writes,
                               CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(s.oid, c.oid, 'USAGE, SELECT, UPDATE') ELSE false END AS takes) AS p
         WHERE c.relowner <> s.oid
           AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) AS m
 WHERE m.more <> ''
UNION ALL -- R068
SELECT 'R068', o.object || coalesce(' column ' || quote_ident(o.member), ''),
       format('the role for reads before admission, %s, may not read it: what is read by it fails', o.quoted),
       format('GRANT SELECT%s ON TABLE %s TO %s', ' (' || quote_ident(o.member) || ')', o.object, o.quoted)
  FROM opened AS o
 WHERE o.oid IS NOT NULL
   AND CASE WHEN o.member IS NULL THEN NOT has_table_privilege(o.oid, o.relation, 'SELECT')
            ELSE EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = o.relation AND a.attname = o.member AND NOT a.attisdropped
                                                         AND NOT has_column_privilege(o.oid, o.relation, a.attnum, 'SELECT')) END
UNION ALL -- R069
SELECT 'R069', quote_ident(current_user),
       format('the connection''s role is not the one for reads before admission, %s, nor a member of it', r.quoted),
       format('GRANT %s TO %I', r.quoted, current_user)
  FROM readers AS r
 WHERE $36 AND NOT r.is_lent AND r.oid IS NOT NULL AND NOT pg_has_role(r.oid, 'USAGE')
UNION ALL
SELECT 'R069', s.name || ' in ' || g.application,
       'the connection''s role can become the application''s, and then is no stranger: it needs a login of its own',
       (SELECT string_agg(m.revoke, '; ') FROM memberships AS m WHERE m.roleid = g.application_oid AND pg_has_role(s.oid, m.member, 'MEMBER'))
  FROM given AS g, ordinary AS s
 WHERE $36 AND s.oid IN (SELECT oid FROM pg_roles WHERE rolname IN (session_user, current_user))
   AND s.oid <> g.application_oid AND pg_has_role(s.oid, g.application_oid, 'MEMBER')

-- R063
SELECT 'R063', r.quoted || ' in ' || quote_ident(o.rolname),
       format('the role for %s can become %I, and then does what that one may', r.purpose, o.rolname),
       (SELECT string_agg(m.revoke, '; ') FROM memberships AS m WHERE m.roleid = o.oid AND pg_has_role(r.oid, m.member, 'MEMBER'))
  FROM readers AS r, pg_roles AS o
 WHERE o.oid <> r.oid AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r.oid) AND pg_has_role(r.oid, o.oid, 'MEMBER')
   -- What else it could become is found of every role.
   AND (o.rolname = $5 OR o.oid IN (SELECT oid FROM readers))
UNION ALL -- R064
SELECT 'R064', r.quoted, format('the role for %s does not exist, and what is read in it fails', r.purpose),
       CASE WHEN r.is_lent THEN format('CREATE ROLE %s NOLOGIN; GRANT %1$s TO %s', r.quoted, g.application)
            ELSE format('CREATE ROLE %s LOGIN', r.quoted) END
  FROM readers AS r, given AS g WHERE r.oid IS NULL
UNION ALL
SELECT 'R064', r.quoted, format('the role %I cannot take it on, and what is read for %s fails', s.rolname, r.purpose),
       format('GRANT %s TO %I', r.quoted, s.rolname)
  FROM readers AS r, given AS g, pg_roles AS s
 WHERE s.rolname = CASE WHEN $8 THEN session_user ELSE $5 END
   AND r.is_lent AND NOT s.rolsuper AND r.oid IS NOT NULL
   AND NOT pg_has_role(s.oid, r.oid, CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END)
UNION ALL -- R065
SELECT 'R065', w.object, format('the role for %s, %s, may %s', r.purpose, r.quoted,
                                concat_ws(', ', CASE WHEN p.inserts THEN 'INSERT' END, CASE WHEN p.updates THEN 'UPDATE' END, CASE WHEN p.deletes THEN 'DELETE' END)),
       format('REVOKE INSERT, UPDATE, DELETE ON TABLE %s FROM PUBLIC, %s', w.object, r.quoted)
  FROM readers AS r, walled AS w,
       LATERAL (SELECT has_table_privilege(r.oid, w.relation, 'INSERT') OR has_any_column_privilege(r.oid, w.relation, 'INSERT') AS inserts,
                       has_table_privilege(r.oid, w.relation, 'UPDATE') OR has_any_column_privilege(r.oid, w.relation, 'UPDATE') AS updates,
                       has_table_privilege(r.oid, w.relation, 'DELETE') AS deletes) AS p
 WHERE w.relkind IN ('r', 'p') AND (p.inserts OR p.updates OR p.deletes)
   AND NOT (SELECT rolsuper FROM pg_roles WHERE oid = r.oid) AND w.relowner <> r.oid
   -- What it has of others goes with the membership.
   AND NOT EXISTS (SELECT FROM pg_roles AS o WHERE o.oid <> r.oid AND pg_has_role(r.oid, o.oid, 'USAGE'))
UNION ALL -- R066
SELECT 'R066', s.object, format('no policy gives the role for %s, %s, its rows: it reads none', s.purpose, s.quoted), s.wall
  FROM reading AS s
 WHERE s.oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM policies_read AS p
                    WHERE p.relation = s.relation AND p.polpermissive AND p.polcmd = 'r' AND p.polroles = ARRAY[s.oid] AND p.is_own)
UNION ALL
SELECT 'R066', s.object, format('the role for %s, %s, may not read the table', s.purpose, s.quoted),
       format('GRANT SELECT ON TABLE %s TO %s', s.object, s.quoted)
  FROM reading AS s
 WHERE s.oid IN (SELECT oid FROM readers WHERE is_lent) AND NOT has_table_privilege(s.oid, s.relation, 'SELECT')

-- R001
SELECT 'R001' AS code, s.name AS object, 'the role is a superuser, and no policy holds for it' AS reason,
       format('ALTER ROLE %s NOSUPERUSER', s.name) AS mend
  FROM subjects AS s WHERE s.rolsuper
UNION ALL -- R002
SELECT 'R002', s.name, 'the role has BYPASSRLS, and no policy holds for it', format('ALTER ROLE %s NOBYPASSRLS', s.name)
  FROM subjects AS s WHERE s.rolbypassrls
UNION ALL -- R003
SELECT 'R003', s.name || ' in ' || quote_ident(r.rolname),
       format('the role can become %I, which %s', r.rolname,
              CASE WHEN r.rolsuper THEN 'is a superuser' WHEN r.rolbypassrls THEN 'has BYPASSRLS'
                   WHEN r.oid = g.across_oid THEN 'spans the tenants'
                   WHEN r.oid IN (SELECT oid FROM readers) THEN 'reads what is every tenant''s before admission'
                   WHEN r.rolname LIKE 'pg\_%' THEN 'reads or does what is the whole server''s' ELSE 'owns a part of the wall' END),
       (SELECT string_agg(m.revoke, '; ') FROM memberships AS m
         WHERE m.roleid = r.oid AND pg_has_role(s.oid, m.member, 'MEMBER') AND pg_get_userbyid(m.member) NOT LIKE 'pg\_%')
  FROM ordinary AS s, given AS g, pg_roles AS r
 WHERE r.oid <> s.oid AND r.oid <> coalesce(g.application_oid, 0) AND pg_has_role(s.oid, r.oid, 'MEMBER')
   AND r.oid NOT IN (SELECT oid FROM readers WHERE oid IS NOT NULL AND is_lent)
   AND (r.rolsuper OR r.rolbypassrls OR r.oid = g.across_oid
        -- But for the connection that is for that.
        OR r.oid IN (SELECT oid FROM readers) AND NOT ($36 AND s.name IN (quote_ident(session_user), quote_ident(current_user)))
        OR r.oid IN (SELECT oid FROM owners)
        -- PostgreSQL's own, each for something that is the whole server's, and those to come: but not by way of one another.
        OR r.rolname LIKE 'pg\_%' AND r.rolname NOT IN ('pg_database_owner', 'pg_checkpoint', 'pg_use_reserved_connections')
           AND EXISTS (SELECT FROM memberships AS m WHERE m.roleid = r.oid AND pg_has_role(s.oid, m.member, 'MEMBER')
                                                      AND pg_get_userbyid(m.member) NOT LIKE 'pg\_%'))
UNION ALL -- R004
SELECT 'R004', s.name, 'the role has ' || concat_ws(' and ', CASE WHEN s.rolcreaterole THEN 'CREATEROLE' END,
                                                    CASE WHEN s.rolreplication THEN 'REPLICATION' END)
                       || ': it can make itself a member of others, or read the write-ahead log',
       CASE WHEN s.oid IN (SELECT oid FROM subjects) THEN format('ALTER ROLE %s NOCREATEROLE NOREPLICATION', s.name)
            ELSE (SELECT string_agg(m.revoke, '; ') FROM memberships AS m WHERE m.roleid = s.oid AND m.member IN (SELECT oid FROM acting)) END
  FROM acting AS s WHERE s.rolcreaterole OR s.rolreplication
UNION ALL -- R005
SELECT 'R005', w.object, format('the role %s owns the table, and can drop its policies', s.name),
       format('ALTER TABLE %s OWNER TO %s; GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %1$s TO %3$s', w.object, g.owner, g.application)
       -- They go with the table.
       || coalesce((SELECT string_agg(format('; GRANT USAGE ON SEQUENCE %s TO %s', q.oid::regclass, g.application), '')
                      FROM pg_depend AS d JOIN pg_class AS q ON q.oid = d.objid AND q.relkind = 'S'
                     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = w.relation
                       AND d.deptype IN ('a', 'i')), '')
  FROM walled AS w JOIN ordinary AS s ON s.oid = w.relowner, given AS g
UNION ALL -- R006
SELECT 'R006', quote_ident(current_user),
       format('the connection''s role is not the application''s, %s, nor a member of it: the policies give it no rows', g.application),
       format('GRANT %s TO %I', g.application, current_user)
  FROM given AS g
 WHERE $8 AND g.application_oid IS NOT NULL AND NOT pg_has_role(g.application_oid, 'USAGE')
UNION ALL
SELECT 'R006', g.application, 'the application''s role does not exist', format('CREATE ROLE %s NOLOGIN', g.application)
  FROM given AS g WHERE g.application_oid IS NULL
UNION ALL -- R007
SELECT 'R007', concat_ws(' in ', CASE WHEN d.setrole = 0 THEN NULL ELSE quote_ident(pg_get_userbyid(d.setrole)) END,
                         CASE WHEN d.setdatabase = 0 THEN NULL ELSE g.database END) || ' setting ' || split_part(setting, '=', 1),
       format('every session begins with %s', setting),
       format('ALTER %s RESET %s',
              CASE WHEN d.setrole = 0 THEN 'DATABASE ' || g.database
                   ELSE format('ROLE %I', pg_get_userbyid(d.setrole)) || CASE WHEN d.setdatabase = 0 THEN '' ELSE ' IN DATABASE ' || g.database END END,
              (SELECT string_agg(quote_ident(part), '.') FROM unnest(string_to_array(split_part(setting, '=', 1), '.')) AS part))
  FROM given AS g, pg_db_role_setting AS d, unnest(d.setconfig) AS setting
 WHERE d.setdatabase IN (0, g.database_oid) AND (d.setrole = 0 OR d.setrole IN (SELECT oid FROM subjects))
   AND lower(split_part(setting, '=', 1)) IN ('tenancy.tenant', 'role', 'session_authorization', 'row_security', 'search_path',
                                              'session_replication_role')
   -- An owner's choice of the schemas is a choice; the application's role can make its own.
   AND (lower(split_part(setting, '=', 1)) <> 'search_path' OR d.setrole <> 0)

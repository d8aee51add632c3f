-- R040
SELECT DISTINCT 'R040', c.oid::regclass::text,
       format('the table has the column %I of the tenants, and is not declared: nothing keeps its rows apart', a.attname),
       format('REVOKE ALL ON TABLE %s FROM PUBLIC, %s', c.oid::regclass, g.application)
       || CASE WHEN s.oid = g.application_oid THEN '' ELSE ', ' || s.name END
  FROM given AS g, acting AS s, pg_class AS c,
       -- OFFSET: only of the tables that are left. By the columns' name it would be every tenant's.
       LATERAL (SELECT a.attname FROM pg_attribute AS a
                 WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname IN (SELECT tenant FROM walled) OFFSET 0) AS a
 WHERE c.relkind IN ('r', 'p', 'f')
   -- In other schemas the tables of tenants of their own, which have a wall of their own, and those that nobody is let into: by
   -- themselves, because there may be thousands of them, and this asks little of each.
   AND (NOT (c.relrowsecurity AND c.relforcerowsecurity) OR c.relnamespace IN (SELECT relnamespace FROM walled)
        OR EXISTS (SELECT FROM pg_policy AS p, unnest(p.polroles) AS role
                    WHERE p.polrelid = c.oid AND p.polpermissive AND CASE role WHEN 0 THEN true ELSE pg_has_role(s.oid, role, 'USAGE') END)
           AND (c.oid, s.oid, a.attname) NOT IN (SELECT relation, role, member FROM walled_for))
   AND (c.relnamespace IN (SELECT relnamespace FROM walled)
        OR c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
           AND has_schema_privilege(s.oid, c.relnamespace, 'USAGE'))
   AND c.oid NOT IN (SELECT relation FROM known WHERE relation IS NOT NULL UNION ALL SELECT relation FROM children UNION ALL SELECT relation FROM parents)
   AND (has_table_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        OR has_any_column_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
UNION ALL -- R041
SELECT DISTINCT 'R041', c.oid::regclass::text,
       format('the view reads %s with its owner''s rights', v.reads), format('ALTER VIEW %s SET (security_invoker = true)', c.oid::regclass)
  FROM views AS v JOIN pg_class AS c ON c.oid = v.relation
 WHERE c.relkind = 'v' AND NOT coalesce((SELECT option_value::boolean FROM pg_options_to_table(c.reloptions)
                                          WHERE option_name = 'security_invoker'), false)
UNION ALL
SELECT DISTINCT 'R041', k.relation::regclass::text, format('the view reads %s with its owner''s rights, which the role %s may not read itself', k.reads::regclass, k.name),
       format('ALTER VIEW %s SET (security_invoker = true)', k.relation::regclass)
  FROM shown AS k WHERE k.relkind = 'v'
UNION ALL
SELECT DISTINCT 'R042', k.relation::regclass::text, format('the materialized view is a copy of %s, which the role %s may not read itself', k.reads::regclass, k.name),
       format('REVOKE ALL ON TABLE %s FROM PUBLIC, %s', k.relation::regclass, k.name)
  FROM shown AS k WHERE k.relkind = 'm'
UNION ALL -- R042
SELECT DISTINCT 'R042', c.oid::regclass::text,
       format('the materialized view is a copy of %s, and has no policies', v.reads),
       format('REVOKE ALL ON TABLE %s FROM PUBLIC, %s', c.oid::regclass, s.name)
  FROM acting AS s, views AS v JOIN pg_class AS c ON c.oid = v.relation
 WHERE c.relkind = 'm' AND (has_table_privilege(s.oid, c.oid, 'SELECT') OR has_any_column_privilege(s.oid, c.oid, 'SELECT'))
UNION ALL -- R043
SELECT DISTINCT 'R043', c.oid::regprocedure::text,
       format('the function runs with the rights of %I (SECURITY DEFINER), and the application can call it or cause it to be called',
              pg_get_userbyid(c.proowner)),
       format('ALTER ROUTINE %s SECURITY INVOKER', c.oid::regprocedure)
  FROM called AS c WHERE c.prosecdef
UNION ALL -- R048
SELECT DISTINCT 'R048', c.oid::regprocedure::text,
       'the function is in a language that is not trusted: what it does is done as the server, and the application can call it or cause it to be called',
       CASE WHEN c.executes THEN format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC, %s', c.oid::regprocedure, c.name)
            ELSE format('-- drop what calls %s, or write it in another language', c.oid::regprocedure) END
  FROM called AS c WHERE c.untrusted
UNION ALL -- R044
SELECT DISTINCT 'R044', c.oid::regclass::text,
       format('it is a part of %s, and row-level security does not hold for those who name it itself', ch.parent),
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', c.oid::regclass)
  FROM acting AS s, children AS ch JOIN pg_class AS c ON c.oid = ch.relation
 WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
   AND c.oid NOT IN (SELECT relation FROM walled)
   -- Through the parent, the parent's grants and policies are asked: a new part that nobody was granted is reached by no other way.
   AND (has_table_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        OR has_any_column_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
UNION ALL
SELECT DISTINCT 'R044', c.oid::regclass::text,
       format('%s is a part of it, and who names it reads those rows by its own policies', p.child),
       format('REVOKE ALL ON TABLE %s FROM PUBLIC, %s', c.oid::regclass, s.name)
  FROM acting AS s, parents AS p JOIN pg_class AS c ON c.oid = p.relation
 WHERE c.oid NOT IN (SELECT relation FROM walled)
   AND (has_table_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        OR has_any_column_privilege(s.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
UNION ALL -- R045
SELECT 'R045', w.object || ' rule ' || quote_ident(r.rulename), 'the rule rewrites statements, and runs with the owner''s rights',
       format('DROP RULE %I ON %s', r.rulename, w.object)
  FROM walled AS w JOIN pg_rewrite AS r ON r.ev_class = w.relation
 WHERE w.relkind IN ('r', 'p')
UNION ALL
SELECT DISTINCT 'R045', c.oid::regclass || ' rule ' || quote_ident(r.rulename),
       format('the rule reads or writes %s, and runs with the owner''s rights', w.object), format('DROP RULE %I ON %s', r.rulename, c.oid::regclass)
  FROM holding AS w
  JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = w.relation AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite AS r ON r.oid = d.objid AND r.ev_class NOT IN (SELECT relation FROM walled) AND r.rulename <> '_RETURN'
  JOIN pg_class AS c ON c.oid = r.ev_class
UNION ALL -- R047
SELECT DISTINCT 'R047', p.oid::regprocedure::text,
       'the function is LEAKPROOF, so that it is computed before the policies are: whatever it does, it does with every tenant''s rows',
       format('ALTER FUNCTION %s NOT LEAKPROOF', p.oid::regprocedure)
  FROM acting AS s, pg_proc AS p
 WHERE p.proleakproof
   -- PostgreSQL's own are as they came, which is what the first transaction of all wrote.
   AND NOT (p.oid < 16384 AND p.xmin = '1'::xid)
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
   AND has_function_privilege(s.oid, p.oid, 'EXECUTE')
UNION ALL -- R046
SELECT DISTINCT 'R046',
       CASE WHEN p.puballtables THEN '' WHEN r.prrelid IS NOT NULL THEN w.object || ' ' ELSE 'SCHEMA ' || w.relnamespace::regnamespace || ' ' END
       || 'publication ' || quote_ident(p.pubname),
       'the publication sends every tenant''s changes to its subscribers, whatever the policies say',
       CASE WHEN p.puballtables THEN format('DROP PUBLICATION %I', p.pubname)
            WHEN r.prrelid IS NOT NULL THEN format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, w.object)
            ELSE format('ALTER PUBLICATION %I DROP TABLES IN SCHEMA %s', p.pubname, w.relnamespace::regnamespace) END
  FROM walled AS w
  JOIN pg_publication AS p ON w.relation IN (SELECT relid FROM pg_get_publication_tables(p.pubname))
  LEFT JOIN pg_publication_rel AS r ON r.prpubid = p.oid AND r.prrelid = w.relation
UNION ALL -- R049
SELECT DISTINCT 'R049', 'default privileges of ' || quote_ident(pg_get_userbyid(d.defaclrole)) || coalesce(' in ' || d.defaclnamespace::regnamespace, ''),
       format('tables that %I will create are %s''s to use before they have a wall', pg_get_userbyid(d.defaclrole),
              CASE a.grantee WHEN 0 THEN 'everybody' ELSE quote_ident(pg_get_userbyid(a.grantee)) END),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE ALL ON TABLES FROM %s', pg_get_userbyid(d.defaclrole),
              ' IN SCHEMA ' || d.defaclnamespace::regnamespace, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
  FROM (SELECT d.defaclrole, nullif(d.defaclnamespace, 0) AS defaclnamespace, d.defaclacl FROM pg_default_acl AS d WHERE d.defaclobjtype = 'r') AS d,
       aclexplode(d.defaclacl) AS a
 WHERE (a.grantee = 0 OR a.grantee IN (SELECT oid FROM acting)) AND a.grantee <> d.defaclrole
UNION ALL -- R057
SELECT DISTINCT 'R057', o.type || ' ' || o.identity,
       format('the role %s owns it: SQL of one tenant can give it a rule, a check or an attribute that runs in the transactions of the others', s.name),
       CASE WHEN o.type IN ('extension', 'language', 'publication', 'subscription', 'event trigger', 'server', 'foreign-data wrapper')
            THEN format('-- give the %s %s to another owner', o.type, o.identity)
            ELSE format('ALTER %s %s OWNER TO %s', upper(o.type), o.identity, g.owner)
                 || CASE WHEN o.type IN ('table', 'foreign table')
                         THEN format('; GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO %s', o.identity, s.name) ELSE '' END END
  FROM given AS g, acting AS s
  JOIN pg_shdepend AS d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = s.oid AND d.deptype = 'o',
       LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS o
 WHERE d.dbid = g.database_oid
   -- Schemas are found by R052, and what is in `tenancy` by R023.
   AND o.type NOT IN ('schema', 'large object', 'default acl', 'user mapping') AND coalesce(o.schema, '') NOT IN ('tenancy', 'pg_temp')
   -- R005 finds those, and a sequence goes with its table.
   AND NOT (d.classid = 'pg_class'::regclass
            AND (d.objid IN (SELECT relation FROM walled)
                 OR EXISTS (SELECT FROM pg_depend AS p
                             WHERE p.classid = 'pg_class'::regclass AND p.objid = d.objid AND p.refclassid = 'pg_class'::regclass
                               AND p.deptype IN ('a', 'i'))))

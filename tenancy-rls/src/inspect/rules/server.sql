-- R055
SELECT 'R055', o.object,
       format('%s %s on it, which PostgreSQL or the extension that it is of gives to nobody: no policy is asked what it shows or does',
              CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE format('the role %I', pg_get_userbyid(a.grantee)) END,
              'has ' || string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)),
       string_agg(format('REVOKE %s%s ON %s FROM %s CASCADE', a.privilege_type, ' (' || quote_ident(o.attribute) || ')', o.named,
                         CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END),
                  '; ' ORDER BY a.privilege_type)
  FROM (WITH system AS (SELECT n.* FROM pg_namespace AS n WHERE n.nspname IN ('pg_catalog', 'pg_toast'))
        SELECT 'pg_namespace'::regclass AS class, s.oid, 0 AS part, 'SCHEMA ' || s.nspname AS object, NULL::name AS attribute,
               'SCHEMA ' || s.nspname AS named, s.nspacl AS acl
          FROM system AS s
        UNION ALL
        -- Nobody names the relations of pg_toast without the schema, and there may be thousands.
        SELECT 'pg_class'::regclass, c.oid, 0, c.oid::regclass::text, NULL, 'TABLE ' || c.oid::regclass, c.relacl
          FROM system AS s JOIN pg_class AS c ON c.relnamespace = s.oid
         WHERE s.nspname <> 'pg_toast'
        UNION ALL
        SELECT 'pg_class'::regclass, c.oid, t.attnum, c.oid::regclass || ' column ' || quote_ident(t.attname), t.attname,
               'TABLE ' || c.oid::regclass, t.attacl
          FROM system AS s JOIN pg_class AS c ON c.relnamespace = s.oid,
               -- OFFSET: not of every tenant's tables.
               LATERAL (SELECT t.* FROM pg_attribute AS t WHERE t.attrelid = c.oid AND t.attacl IS NOT NULL OFFSET 0) AS t
         WHERE s.nspname <> 'pg_toast'
        UNION ALL
        -- The others are everybody's.
        SELECT 'pg_proc'::regclass, p.oid, 0, p.oid::regprocedure::text, NULL, 'ROUTINE ' || p.oid::regprocedure,
               coalesce(p.proacl, acldefault('f', p.proowner))
          FROM pg_init_privs AS i JOIN pg_proc AS p ON p.oid = i.objoid AND i.classoid = 'pg_proc'::regclass) AS o,
       aclexplode(o.acl) AS a
 WHERE (a.grantee = 0 OR a.grantee IN (SELECT oid FROM acting))
   AND NOT EXISTS (SELECT FROM pg_init_privs AS i, aclexplode(i.initprivs) AS given
                    WHERE i.objoid = o.oid AND i.classoid = o.class AND i.objsubid IN (0, o.part)
                      AND given.grantee = 0 AND given.privilege_type = a.privilege_type)
 GROUP BY o.object, a.grantee

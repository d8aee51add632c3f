-- R010
SELECT 'R010', k.object, 'the table is declared, and is not in the database',
       '-- run the migration that creates ' || k.object
  FROM known AS k WHERE k.relation IS NULL
UNION ALL
SELECT 'R010', w.object, 'it is declared as a tenant''s table, and is not a table in the database: it cannot have policies',
       '-- declare the table that it stands for instead of ' || w.object
  FROM walled AS w WHERE w.relkind NOT IN ('r', 'p')
UNION ALL
SELECT 'R010', w.object,
       format(CASE w.kind WHEN 'column' THEN 'its tenant column %I is not in the database'
                          ELSE 'its column %I, by which rows belong to tenants, is not in the database' END, w.member),
       format('-- run the migration that adds %I to %s', w.member, w.object)
  FROM walled AS w
 WHERE NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = w.relation AND a.attname = w.member AND NOT a.attisdropped)
UNION ALL -- R011
SELECT 'R011', w.object, 'row-level security is off', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', w.object)
  FROM walled AS w WHERE w.relkind IN ('r', 'p') AND NOT w.relrowsecurity
UNION ALL -- R012
SELECT 'R012', w.object, 'row-level security is not forced: it does not hold for the owner, nor for what runs with the owner''s rights',
       format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', w.object)
  FROM walled AS w WHERE w.relkind IN ('r', 'p') AND NOT w.relforcerowsecurity
UNION ALL -- R013
SELECT DISTINCT 'R013', w.object,
       CASE c.command WHEN '*' THEN 'no restrictive policy keeps the application within its tenant'
                      ELSE 'no restrictive policy keeps the application from changing what it only reads' END, w.wall
  FROM walled AS w, given AS g,
       -- Where more is read than written, that is for commands of their own.
       LATERAL unnest(CASE WHEN w.reads = w.writes THEN ARRAY['*'] ELSE ARRAY['*', 'w', 'd'] END::"char"[]) AS c (command)
 WHERE w.relkind IN ('r', 'p') AND g.application_oid IS NOT NULL
   AND NOT EXISTS (SELECT FROM policies_read AS p
                    WHERE p.object = w.object AND p.restricts AND p.polcmd = c.command AND p.using_ IS NOT NULL AND p.is_own
                      AND (0 = ANY (p.polroles) OR g.application_oid = ANY (p.polroles)))
UNION ALL -- R014
SELECT 'R014', p.object || ' policy ' || quote_ident(p.polname),
       'another permissive policy widens what the tenant policy gives: ' || p.condition, p.dropped
  FROM policies_read AS p, given AS g
 WHERE p.permits AND NOT p.is_own AND NOT p.is_of_roles AND p.polroles <> ARRAY[g.across_oid] AND p.condition !~* '\mIS NULL\M|\mCOALESCE\M'
UNION ALL -- R015
SELECT 'R015', p.object || ' policy ' || quote_ident(p.polname),
       'the policy lets through what has no tenant: ' || p.condition, p.dropped || '; ' || p.wall
  FROM policies_read AS p, given AS g
 WHERE NOT p.is_own AND NOT p.is_of_roles AND p.polroles <> ARRAY[g.across_oid] AND p.condition ~* '\mIS NULL\M|\mCOALESCE\M'
UNION ALL -- R016
SELECT 'R016', w.object, 'no restrictive policy keeps out roles other than the application''s and the one across tenants', w.wall
  FROM walled AS w
 WHERE w.relkind IN ('r', 'p')
   AND NOT EXISTS (SELECT FROM policies_read AS p WHERE p.object = w.object AND p.restricts AND p.is_of_roles)
UNION ALL -- R020
SELECT 'R020', 'tenancy.tenant()', 'the function that the policies read the tenant by does not exist',
       format('CREATE SCHEMA IF NOT EXISTS tenancy; %s; GRANT USAGE ON SCHEMA tenancy TO %s; GRANT EXECUTE ON FUNCTION tenancy.tenant() TO %2$s', $12, g.application)
  FROM given AS g WHERE NOT EXISTS (SELECT FROM tenant_function)
UNION ALL -- R021
SELECT 'R021', 'tenancy.tenant()',
       CASE f.provolatile WHEN 'i' THEN 'the function is IMMUTABLE: a cached plan keeps the tenant that it was made for'
                          ELSE 'the function is VOLATILE: it is computed for every row, and no index serves' END,
       'ALTER FUNCTION tenancy.tenant() STABLE'
  FROM tenant_function AS f WHERE f.provolatile <> 's'
UNION ALL -- R022
SELECT 'R022', 'tenancy.tenant()',
       format('the function is not the one of a wall that is %s, or was changed',
              CASE WHEN $9 = $15 THEN 'both plain and sealed' WHEN $11 THEN 'sealed' ELSE 'plain' END), $12
  FROM tenant_function AS f
 WHERE f.oid NOT IN (SELECT oid FROM accepts_both)
   AND (f.prosrc <> $9 OR f.lanname <> $10 OR f.prosecdef <> $11
        OR f.proconfig IS NOT NULL
        OR f.proparallel <> CASE WHEN $11 THEN 'r' ELSE 's' END::"char")
UNION ALL -- R023
SELECT 'R023', o.object, format('the role %s owns it, and can change it', s.name),
       format('ALTER %s OWNER TO %s', o.object, g.owner)
       -- What the owner could do is gone with it.
       || CASE WHEN o.object LIKE 'FUNCTION %' THEN format('; GRANT EXECUTE ON %s TO %s', o.object, g.application) ELSE '' END
  FROM given AS g, ordinary AS s
  JOIN (SELECT 'FUNCTION tenancy.tenant()' AS object, proowner AS owner FROM tenant_function
         UNION ALL SELECT 'SCHEMA tenancy', nspowner FROM pg_namespace WHERE nspname = 'tenancy'
         UNION ALL SELECT 'TABLE tenancy.' || c.relname, c.relowner FROM pg_class AS c
                     JOIN pg_namespace AS n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'tenancy' AND c.relname IN ('sealing_keys', 'before_wall')) AS o ON o.owner = s.oid
UNION ALL
SELECT 'R023', 'TABLE tenancy.before_wall', format('the role %s may write what the way down will run', s.name),
       format('REVOKE ALL ON TABLE tenancy.before_wall FROM PUBLIC, %s', s.name)
  FROM ordinary AS s, pg_class AS c
 WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'tenancy') AND c.relname = 'before_wall' AND c.relowner <> s.oid
   AND (has_table_privilege(s.oid, c.oid, 'INSERT, UPDATE, DELETE, TRIGGER') OR has_any_column_privilege(s.oid, c.oid, 'INSERT, UPDATE'))

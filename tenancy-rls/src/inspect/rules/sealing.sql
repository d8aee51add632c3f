-- R090
SELECT 'R090', 'tenancy.sealing_keys', format('the role %s may read or write the keys, and seal any tenant', s.name),
       format('REVOKE ALL ON TABLE tenancy.sealing_keys FROM PUBLIC, %s', s.name)
  FROM acting AS s, key_table AS k
 WHERE $11 AND (has_table_privilege(s.oid, k.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                OR has_any_column_privilege(s.oid, k.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
UNION ALL -- R091
SELECT 'R091', 'tenancy.sealing_keys', 'the table of the keys does not exist, and every sealed statement fails',
       $13 || coalesce((SELECT format('; ALTER TABLE tenancy.sealing_keys OWNER TO %I', pg_get_userbyid(f.proowner))
                          FROM tenant_function AS f), '')
 WHERE $11 AND NOT EXISTS (SELECT FROM key_table)
UNION ALL -- R092
SELECT 'R092', 'tenancy.sealing_keys', format('tenancy.tenant() runs as %I, which may not read the keys: every sealed statement fails', pg_get_userbyid(f.proowner)),
       format('GRANT SELECT ON TABLE tenancy.sealing_keys TO %I; GRANT USAGE ON SCHEMA tenancy TO %1$I', pg_get_userbyid(f.proowner))
  FROM tenant_function AS f, key_table AS k
 WHERE $11 AND f.prosecdef AND NOT has_table_privilege(f.proowner, k.oid, 'SELECT')
   -- That one gets another owner first.
   AND f.proowner NOT IN (SELECT oid FROM subjects)
UNION ALL -- R093
SELECT 'R093', 'pg_stat_get_activity(integer)',
       format('the role %s reads its other sessions'' statements, and with them their seals, which behind a pooler are of no backend', s.name),
       'REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer), pg_catalog.pg_stat_get_backend_activity(integer) FROM PUBLIC, ' || s.name
  FROM acting AS s
 WHERE $11 AND $14 AND (has_function_privilege(s.oid, 'pg_catalog.pg_stat_get_activity(integer)', 'EXECUTE')
                        OR has_function_privilege(s.oid, 'pg_catalog.pg_stat_get_backend_activity(integer)', 'EXECUTE'))
UNION ALL -- R094
SELECT 'R094', 'tenancy.sealing_keys', 'no key is installed, and every sealed transaction fails',
       '-- as the owner of the schema tenancy, run what SealingKey::install gives'
  FROM key_table AS k
 -- The application may not read the table, but may ask how long it is.
 WHERE $11 AND pg_relation_size(k.oid) = 0
UNION ALL -- R024
SELECT 'R024', 'tenancy.tenant()',
       'the database accepts sealed tenants beside plain ones: it is as safe as a plain wall, and may become a sealed one',
       '-- when every server seals, run the mode_migration() of the RowSecurity with sealed()'
  FROM accepts_both WHERE NOT $11 OR $9 = $15
UNION ALL -- R096
SELECT 'R096', 'tenancy.tenant()',
       'the wall is to be sealed, and the database still accepts plain tenants, which whoever may run SQL can set',
       '-- when every server seals, run the mode_migration() of the RowSecurity with sealed(); until then it can be accepted: '
       || 'Waivers::new().waive("R096", "tenancy.tenant()", reason)'
  FROM accepts_both WHERE $11 AND $9 <> $15

-- R030
SELECT 'R030', f.conrelid::regclass || ' constraint ' || quote_ident(f.conname),
       'the foreign key does not pair the tenants: a row can refer to another tenant''s, learn of it, and be changed with it',
       CASE WHEN f.mixed THEN format('ALTER TABLE %s DROP CONSTRAINT %I', f.conrelid::regclass, f.conname)
            ELSE CASE WHEN EXISTS (SELECT FROM pg_index AS i JOIN tenants AS t ON t.relation = i.indrelid
                                    WHERE i.indrelid = f.confrelid AND i.indisunique AND i.indpred IS NULL
                                      AND (i.indkey::smallint[])[0:i.indnkeyatts - 1] @> (t.attnum || f.confkey)
                                      AND (t.attnum || f.confkey) @> (i.indkey::smallint[])[0:i.indnkeyatts - 1]) THEN ''
                      ELSE format('ALTER TABLE %s ADD UNIQUE (%I, %s%s); ', f.parent, f.parent_tenant, f.referenced,
                                  CASE WHEN f.over_time THEN ' WITHOUT OVERLAPS' ELSE '' END) END
                 || format('ALTER TABLE %s DROP CONSTRAINT %I; ', f.conrelid::regclass, f.conname) || f.addition END
  FROM composite AS f
UNION ALL -- R031
SELECT 'R031', r.relation::regclass || ' key ' || quote_ident(r.name),
       'the unique key has no tenant in it: its violation tells of another tenant''s rows',
       coalesce((SELECT '-- ' || o.reason || ': ' || o.fix FROM obstacles AS o
                  WHERE o.object LIKE '%' || quote_ident(r.name) AND o.relation = r.relation LIMIT 1),
                (SELECT c.statement || '; ' FROM repairs AS c WHERE c.relation = r.relation AND c.kind = 'column') || r.statement, r.statement)
  FROM repairs AS r WHERE r.kind = 'unique'
UNION ALL -- What is declared so is accepted by its declaration.
SELECT 'R031 accepted', k.indrelid::regclass || ' key ' || quote_ident(k.name),
       'the unique key has no tenant in it: its violation tells of another tenant''s rows', d.reason
  FROM keys AS k JOIN kept AS d ON d.relation = k.root AND d.key = k.name WHERE NOT k.has_tenant
UNION ALL -- R032
SELECT 'R032', r.relation::regclass::text, 'no index begins with the tenant: every statement reads every tenant''s rows',
       coalesce(r.statement, format('-- no index answers a comparison of the column with the setting: give it the type %s (R017)', t.sql_type))
  FROM repairs AS r JOIN tenants AS t USING (relation) WHERE r.kind = 'index'
UNION ALL -- R033
SELECT 'R033', k.indrelid::regclass || ' key ' || quote_ident(k.name),
       format('the unique key has no tenant in it, and stays as it is because of: %s; its violation tells of another tenant''s rows', h.holders),
       '-- give these the tenant too, or drop them; then run the migration again'
  FROM held AS h JOIN keys AS k ON k.indexrelid = h.root WHERE NOT k.has_tenant
UNION ALL -- R034
SELECT 'R034', r.relation::regclass || ' key ' || quote_ident(r.name),
       'it is declared to be unique over all tenants, and has the tenant in it: two tenants can hold one value',
       coalesce(r.statement, '-- drop it, and create it without the tenant')
  FROM repairs AS r WHERE r.kind = 'restored'
UNION ALL
SELECT 'R034', k.relation::regclass || ' key ' || quote_ident(k.key),
       'it is declared to be unique over all tenants, and is not in the database: two tenants can hold one value',
       '-- create the key, or correct its name in unique_over_all_tenants'
  FROM kept AS k JOIN tenants AS t USING (relation) WHERE NOT EXISTS (SELECT FROM keys AS o WHERE o.root = k.relation AND o.name = k.key)
UNION ALL -- R017
SELECT 'R017', t.relation::regclass || ' column ' || quote_ident(t.tenant),
       CASE WHEN NOT c.collisdeterministic
            THEN format('the collation %s is not deterministic: texts that differ are one tenant to the database', c.oid::regcollation)
            ELSE format('the type %s may change an id, or find two equal that the application tells apart', format_type(t.base, t.typmod)) END,
       CASE WHEN c.collisdeterministic IS FALSE AND t.column_class = 'text'::regtype
            THEN format('-- ALTER TABLE %s ALTER %I TYPE %s COLLATE "C", with the policies, views and keys that depend on it', t.relation::regclass, t.tenant, format_type(t.atttypid, t.atttypmod))
            ELSE format('-- ALTER TABLE %s ALTER %I TYPE %s, with the policies, views and keys that depend on it', t.relation::regclass, t.tenant, t.sql_type) END
  FROM tenants AS t LEFT JOIN pg_collation AS c ON c.oid = t.attcollation
 WHERE t.relation = t.root
   AND (NOT coalesce(c.collisdeterministic, true)
    OR NOT (t.column_class IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'oid'::regtype, 'uuid'::regtype, 'text'::regtype,
                               'bytea'::regtype, 'date'::regtype, 'anyenum'::regtype)
            -- Without a scale it keeps what it is given.
            OR t.column_class = 'numeric'::regtype AND t.typmod = -1))
UNION ALL -- R018
SELECT 'R018', t.relation::regclass || ' column ' || quote_ident(t.tenant),
       format('the tenant column is generated, by %s: what that is computed of decides whose a row is, and no insert may name the tenant',
              pg_get_expr(d.adbin, d.adrelid)),
       CASE a.attgenerated WHEN 's' THEN format('ALTER TABLE %s ALTER %I DROP EXPRESSION', t.relation::regclass, t.tenant)
                           ELSE format('-- make %I of %s a column of its own', t.tenant, t.relation::regclass) END
  FROM tenants AS t
  JOIN pg_attribute AS a ON a.attrelid = t.relation AND a.attnum = t.attnum AND a.attgenerated <> ''
  JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE t.relation = t.root
UNION ALL -- R019
SELECT 'R019', t.relation::regclass || ' trigger ' || quote_ident(g.tgname),
       format('the trigger''s function %s assigns the tenant column: it decides whose a row is', p.oid::regprocedure),
       '-- leave the tenant to the statement, which always says it'
  FROM tenants AS t
  JOIN pg_trigger AS g ON g.tgrelid = t.relation AND NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgenabled <> 'D'
   -- Before, of each row, of inserts or updates.
   AND g.tgtype & 3 = 3 AND g.tgtype & 20 <> 0
  JOIN pg_proc AS p ON p.oid = g.tgfoid
  JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql',
       -- Without comments and texts.
       LATERAL (SELECT regexp_replace(p.prosrc, '--[^\n]*|/\*([^*]|\*+[^*/])*\*+/|''[^'']*''', ' ', 'g') AS code) AS c
 -- A name of other letters is not looked for.
 WHERE t.tenant ~ '^[a-zA-Z_0-9]+\Z'
   AND (c.code ~* format('\mnew\s*\.\s*"?%s"?\s*:=', t.tenant)
        -- By a single sign it is assigned where a statement begins, and compared elsewhere.
        OR c.code ~* format('(;|\mbegin|\mloop)\s*new\s*\.\s*"?%s"?\s*=', t.tenant)
        OR c.code ~* format('\minto\s+(strict\s+)?new\s*\.\s*"?%s\M', t.tenant))
UNION ALL -- R035
SELECT 'R035', i.indexrelid::regclass::text,
       format('the application''s searches by %s do not use it: %s, so they are computed only after the policy has let a row through',
              pg_get_indexdef(i.indexrelid, u.position::integer, true),
              coalesce(e.leaky || ' is not leakproof', format('the operators %s are not leakproof', s.operators))),
       '-- make what is searched by a column with a leakproof comparison (an integer, a uuid, a text by =), let a superuser mark the function LEAKPROOF if it tells nothing, or drop the index'
  FROM tenants AS t
  JOIN pg_index AS i ON i.indrelid = t.relation AND NOT i.indisprimary
  JOIN pg_class AS x ON x.oid = i.indexrelid AND NOT x.relispartition,
       -- The first column after the tenant is what it was made for.
       LATERAL (SELECT n.position, n.attnum, n.opclass
                  FROM unnest((i.indkey::smallint[])[0:i.indnkeyatts - 1], i.indclass::oid[]) WITH ORDINALITY AS n (attnum, opclass, position)
                 WHERE n.attnum <> t.attnum
                 ORDER BY n.position LIMIT 1) AS u
  JOIN searched AS s ON s.opclass = u.opclass,
       LATERAL (SELECT min(p.oid::regprocedure::text) AS leaky
                  FROM regexp_matches(CASE u.attnum WHEN 0 THEN i.indexprs::text END, ':(?:op)?funcid (\d+)', 'g') AS f (found)
                  JOIN pg_proc AS p ON p.oid = f.found[1]::oid AND NOT p.proleakproof) AS e
 WHERE e.leaky IS NOT NULL OR NOT s.sound

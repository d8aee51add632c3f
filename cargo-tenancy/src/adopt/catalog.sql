-- The tables, their columns and keys, and what refers to what, as one document.
WITH relations AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispartition
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tenancy')
       AND c.relname <> '__diesel_schema_migrations'
       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), columns AS (
    SELECT a.attrelid, json_agg(json_build_object(
               'name', a.attname,
               -- Since PostgreSQL 18 a column can be NOT NULL for new rows only.
               'not_null', a.attnotnull AND NOT EXISTS (SELECT FROM pg_constraint AS l
                                                         WHERE l.conrelid = a.attrelid AND l.contype = 'n' AND l.conkey = ARRAY[a.attnum] AND NOT l.convalidated),
               'type', format_type(a.atttypid, a.atttypmod),
               'base', format_type(a.atttypid, NULL), 'kind', t.typtype::text) ORDER BY a.attnum) AS list
      FROM pg_attribute AS a JOIN relations AS r ON r.oid = a.attrelid JOIN pg_type AS t ON t.oid = a.atttypid
     WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
), keys AS (
    SELECT i.indrelid, json_agg(json_build_object(
               'name', x.relname, 'unique', i.indisunique, 'primary', i.indisprimary,
               'partial', i.indpred IS NOT NULL, 'expression', i.indexprs IS NOT NULL,
               'columns', ARRAY(SELECT a.attname::text FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, at)
                                  JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
                                 WHERE k.at <= i.indnkeyatts ORDER BY k.at)) ORDER BY x.relname) AS list
      FROM pg_index AS i JOIN relations AS r ON r.oid = i.indrelid JOIN pg_class AS x ON x.oid = i.indexrelid
     WHERE i.indisvalid GROUP BY i.indrelid
), triggers AS (
    SELECT t.tgrelid, json_agg(t.tgname ORDER BY t.tgname) AS list
      FROM pg_trigger AS t JOIN relations AS r ON r.oid = t.tgrelid
     WHERE NOT t.tgisinternal AND t.tgtype & 20 <> 0 GROUP BY t.tgrelid
), foreign_keys AS (
    SELECT json_agg(json_build_object(
               'name', f.conname,
               'child', json_build_object('schema', c.nspname, 'name', c.relname),
               'parent', json_build_object('schema', p.nspname, 'name', p.relname),
               'columns', ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY AS k (number, at)
                                  JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.number ORDER BY k.at),
               'keys', ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY AS k (number, at)
                               JOIN pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.number ORDER BY k.at),
               'on_delete', f.confdeltype::text, 'on_update', f.confupdtype::text, 'deferrable', f.condeferrable,
               'deferred', f.condeferred) ORDER BY c.nspname, c.relname, f.conname) AS list
      FROM pg_constraint AS f JOIN relations AS c ON c.oid = f.conrelid JOIN relations AS p ON p.oid = f.confrelid
     WHERE f.contype = 'f' AND f.conparentid = 0
       -- One that is NOT ENFORCED, since PostgreSQL 18, says nothing of the rows, and is none to be checked.
       AND coalesce((to_jsonb(f) ->> 'conenforced')::boolean, true)
)
SELECT json_build_object(
    'tables', coalesce((SELECT json_agg(json_build_object(
        'name', json_build_object('schema', r.nspname, 'name', r.relname), 'kind', r.relkind::text, 'is_part', r.relispartition,
        'columns', coalesce(c.list, '[]'), 'keys', coalesce(k.list, '[]'), 'triggers', coalesce(t.list, '[]')) ORDER BY r.nspname, r.relname)
       FROM relations AS r LEFT JOIN columns AS c ON c.attrelid = r.oid LEFT JOIN keys AS k ON k.indrelid = r.oid
       LEFT JOIN triggers AS t ON t.tgrelid = r.oid), '[]'),
    'foreign_keys', coalesce((SELECT list FROM foreign_keys), '[]'))::text AS text

-- R030
SELECT 'R030', f.conrelid::regclass || ' constraint ' || quote_ident(f.conname),
       'the foreign key does not pair the tenants: a row can refer to another tenant''s, learn of it, and be changed with it',
       CASE WHEN f.mixed THEN format('ALTER TABLE %s DROP CONSTRAINT %I', f.conrelid::regclass, f.conname)
            ELSE CASE WHEN EXISTS (SELECT FROM pg_index AS i JOIN tenants AS t ON t.relation = i.indrelid
                                    WHERE i.indrelid = f.confrelid AND i.indisunique AND i.indpred IS NULL
                                      AND (i.indkey::smallint[])[0:i.indnkeyatts - 1] @> (t.attnum || f.confkey)
                                      AND (t.attnum || f.confkey) @> (i.indkey::smallint[])[0:i.indnkeyatts - 1]) THEN ''
                      ELSE format('ALTER TABLE %s ADD UNIQUE (%I, %s); ', f.parent, f.parent_tenant, f.referenced) END
                 || format('ALTER TABLE %s DROP CONSTRAINT %I; ', f.conrelid::regclass, f.conname) || f.addition END
  FROM composite AS f
UNION ALL -- R031
SELECT 'R031', r.relation::regclass || ' key ' || quote_ident(r.name),
       'the unique key has no tenant in it: its violation tells of another tenant''s rows', r.statement
  FROM repairs AS r WHERE r.kind = 'unique'
UNION ALL -- R032
SELECT 'R032', r.relation::regclass::text, 'no index begins with the tenant: every statement reads every tenant''s rows', r.statement
  FROM repairs AS r WHERE r.kind = 'index'

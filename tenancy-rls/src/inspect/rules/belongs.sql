-- R030
SELECT 'R030', c.conrelid::regclass || ' constraint ' || quote_ident(c.conname),
       format('the foreign key cannot pair the tenants, because %s: a row can refer to another tenant''s, learn of it, and be changed with it',
              CASE WHEN parent.shared <> '' THEN parent.object || ' has rows that all tenants share'
                   ELSE CASE child.kind WHEN 'column' THEN parent.object ELSE child.object END || ' has no tenant column' END),
       '-- let both name the row that they belong to in the key, as (board_id, note_id) REFERENCES notes (board_id, id); or waive it, if what exists is no secret'
  FROM pg_constraint AS c JOIN walled AS child ON child.relation = c.conrelid JOIN walled AS parent ON parent.relation = c.confrelid
 WHERE c.contype = 'f' AND c.conparentid = 0
   -- Those pairs are looked at above, and what is seen by links tenants do not write.
   AND NOT (child.kind = 'column' AND parent.kind = 'column' AND parent.shared = '') AND child.kind <> 'link'
   AND NOT EXISTS (SELECT FROM unnest(c.conkey, c.confkey) AS u (child_column, parent_column)
                     JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = u.child_column
                     JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = u.parent_column
                    WHERE -- The tenants; or the row that both belong to.
                          a.attname = child.member AND b.attname = parent.member AND child.kind = parent.kind
                          AND (child.kind = 'column'
                               OR EXISTS (SELECT FROM referring AS r JOIN referring AS s ON s.other = r.other AND s.key = r.key
                                           WHERE r.relation = c.conrelid AND s.relation = c.confrelid))
                          -- The one by which it does, and the link.
                       OR EXISTS (SELECT FROM referring AS r
                                   WHERE (r.kind, r.relation, r.other, r.member, r.key) = ('parent', c.conrelid, c.confrelid, a.attname, b.attname)
                                      OR (r.kind, r.relation, r.other, r.member, r.key) = ('link', c.confrelid, c.conrelid, b.attname, a.attname)))
UNION ALL -- R032
SELECT 'R032', r.relation::regclass::text, format('no index begins with %I: a statement that looks for the rows of one reads every tenant''s', r.member),
       format('CREATE INDEX ON %s (%I)', r.object, r.member)
  FROM referring AS r JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attname = r.member
 WHERE NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = r.relation AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum)
UNION ALL -- R034
SELECT 'R034', k.relation::regclass || ' key ' || quote_ident(k.key),
       'it is declared to be unique over all tenants, and is not in the database: two tenants can hold one value',
       '-- create the key, or correct its name in unique_over_all_tenants'
  FROM kept AS k JOIN referring AS r USING (relation)
 WHERE NOT EXISTS (SELECT FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
                    WHERE i.indrelid = k.relation AND x.relname = k.key AND (i.indisunique OR i.indisexclusion))
UNION ALL -- R036
SELECT 'R036', r.other::regclass || ' column ' || quote_ident(r.key),
       format('the rows of %s belong to tenants through it, and no key of its own keeps two tenants from having one value: such rows are both''s', r.relation::regclass),
       format('ALTER TABLE %s ADD UNIQUE (%I)', r.other::regclass, r.key)
  FROM unkeyed AS r
UNION ALL -- R037
SELECT 'R037', f.child::regclass || ' column ' || quote_ident(f.column_),
       format(CASE r.kind WHEN 'parent' THEN 'no foreign key keeps it to rows of %s that are there: a row whose parent is gone is whose the next parent of that key is'
                          ELSE 'no foreign key keeps it to rows of %s that are there: a link to none shows the next row of that key' END, f.parent::regclass),
       format('ALTER TABLE %1$s NO FORCE ROW LEVEL SECURITY; ALTER TABLE %2$s NO FORCE ROW LEVEL SECURITY; ALTER TABLE %1$s ADD FOREIGN KEY (%3$I) REFERENCES %2$s (%4$I); '
              || 'ALTER TABLE %1$s FORCE ROW LEVEL SECURITY; ALTER TABLE %2$s FORCE ROW LEVEL SECURITY', f.child::regclass, f.parent::regclass, f.column_, f.key)
  FROM referring AS r,
       LATERAL (VALUES ('parent', r.relation, r.member, r.other, r.key), ('link', r.other, r.key, r.relation, r.member)) AS f (kind, child, column_, parent, key)
 WHERE f.kind = r.kind
   AND NOT EXISTS (SELECT FROM attached AS h WHERE (h.child, h.child_column, h.parent, h.parent_column) = (f.child, f.column_, f.parent, f.key))
   -- Or a third table, that of the persons whose devices they are: both refer to its rows, and none of these is there without its row.
   AND NOT (f.kind = 'link' AND EXISTS (SELECT FROM attached AS l JOIN attached AS s USING (parent, parent_column)
                                         WHERE (l.child, l.child_column, s.child, s.child_column) = (f.child, f.column_, f.parent, f.key)))
UNION ALL -- R038
SELECT 'R038' || CASE WHEN d.key IS NULL THEN '' ELSE ' accepted' END, r.relation::regclass || ' key ' || quote_ident(x.relname),
       format('the unique key has not %I in it, by which rows belong to tenants: its violation tells that a value exists', r.member),
       coalesce(d.reason, format('-- put %I into it where that will do; where values cannot be guessed it tells nothing, and unique_over_all_tenants says so', r.member))
  FROM referring AS r
  JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attname = r.member
  JOIN pg_index AS i ON i.indrelid = r.relation AND (i.indisunique OR i.indisexclusion)
  JOIN pg_class AS x ON x.oid = i.indexrelid
  LEFT JOIN kept AS d ON d.relation = r.relation AND d.key = x.relname
 WHERE r.kind = 'parent' AND NOT a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
UNION ALL -- R039
SELECT 'R039', k.indrelid::regclass || ' key ' || quote_ident(k.name),
       'among the rows that all tenants share it keeps nothing apart: their tenant is NULL, and no NULL is another''s equal',
       '-- create it again with NULLS NOT DISTINCT, if none of its other columns may be NULL; or a second one WHERE the tenant IS NULL'
  FROM keys AS k JOIN pg_index AS i USING (indexrelid)
 WHERE k.shared = 'null' AND k.has_tenant AND k.contype IS DISTINCT FROM 'x' AND NOT i.indnullsnotdistinct
   -- What is unique without the tenant is so among them as well.
   AND NOT EXISTS (SELECT FROM keys AS o WHERE o.indrelid = k.indrelid AND NOT o.has_tenant AND o.indpred IS NULL AND k.attnums @> o.attnums)
UNION ALL -- R060
SELECT DISTINCT 'R060', k.object,
       format('the role %s may write the global table, which has the tenants'' column %I: SQL of one tenant can write there what holds for another', s.name, a.attname),
       format('REVOKE INSERT, UPDATE, DELETE ON TABLE %s FROM PUBLIC, %s', k.object, s.name)
  FROM acting AS s, known AS k JOIN pg_attribute AS a ON a.attrelid = k.relation AND NOT a.attisdropped
 WHERE k.kind = ''
   AND (has_table_privilege(s.oid, k.relation, 'INSERT, UPDATE, DELETE') OR has_any_column_privilege(s.oid, k.relation, 'INSERT, UPDATE'))
   AND EXISTS (SELECT FROM walled AS w JOIN pg_attribute AS t ON t.attrelid = w.relation AND t.attname = w.tenant
                -- By the name; but not by that of the owners' own key, which is any table's. Or because it refers to the owners' own.
                WHERE w.tenant = a.attname AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = w.relation AND i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = t.attnum)
                   OR EXISTS (SELECT FROM pg_constraint AS c
                               WHERE c.contype = 'f' AND c.conrelid = k.relation AND c.confrelid = w.relation
                                 AND a.attnum = ANY (c.conkey) AND t.attnum = ANY (c.confkey)))
UNION ALL -- R061
SELECT DISTINCT 'R061' || CASE l.reason WHEN '' THEN '' ELSE ' accepted' END, l.object,
       format('the role %s may make links: SQL of one tenant can name any row in %I, and read it', s.name, l.member),
       CASE l.reason WHEN '' THEN format('REVOKE INSERT, UPDATE ON TABLE %s FROM PUBLIC, %s', l.object, s.name)
                                  || coalesce(format('; GRANT UPDATE (%s) ON TABLE %s TO %s',
                                                     (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute AS a
                                                       WHERE a.attrelid = l.relation AND a.attnum > 0 AND NOT a.attisdropped
                                                         AND a.attname NOT IN (SELECT o.member FROM links AS o WHERE o.relation = l.relation)),
                                                     l.object, s.name), '')
                     ELSE l.reason END
  FROM acting AS s, links AS l
  JOIN walled AS w USING (relation)
 WHERE w.kind <> 'link' AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = l.relation AND a.attname = l.member AND NOT a.attisdropped)
   AND (has_column_privilege(s.oid, l.relation, l.member, 'INSERT') OR has_column_privilege(s.oid, l.relation, l.member, 'UPDATE'))
UNION ALL -- R062
SELECT 'R062', r.relation::regclass || ' column ' || quote_ident(r.member),
       'rows belong to tenants by it, and it may be NULL: such a row is nobody''s, and only the role across tenants sees it',
       format('ALTER TABLE %s ALTER %I SET NOT NULL', r.object, r.member)
  FROM referring AS r JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attname = r.member
 WHERE NOT a.attnotnull OR (a.attrelid, a.attnum) IN (SELECT relation, attnum FROM loosely_not_null)

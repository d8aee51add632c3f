spare AS (
    -- Unique indexes that are just what a key becomes, such as adopting makes, with foreign keys that refer to them. The key takes such a one in the
    -- place of its own, and no second one is built. That of a unique constraint it takes with the constraint's name; but PostgreSQL makes no primary key of it,
    -- so that the constraint is dropped, and what refers to it comes to refer to the key.
    SELECT DISTINCT ON (m.root) m.root, m.statement, m.undo
      FROM (SELECT DISTINCT ON (s.indexrelid) r.indexrelid AS root,
                   s.contype IS NOT NULL AS is_constraint,
                   CASE WHEN s.contype IS NULL
                        THEN format('%s; ALTER TABLE %s ADD CONSTRAINT %I %s USING INDEX %I', gone.text, r.qualified, r.name,
                                    CASE r.contype WHEN 'p' THEN 'PRIMARY KEY' ELSE 'UNIQUE' END, s.name)
                        WHEN r.contype = 'u' THEN format('%s; ALTER TABLE %s RENAME CONSTRAINT %I TO %I', gone.text, r.qualified, s.name, r.name)
                        ELSE concat(pointing.off, format('%s; ALTER TABLE %s DROP CONSTRAINT %I; %s', gone.text, r.qualified, s.name, t.wanted), pointing.again)
                   END AS statement,
                   -- What refers to the index is dropped with it, and added again to the one that is made anew.
                   CASE WHEN s.contype = 'u' AND r.contype = 'u'
                        THEN format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I; %s', r.qualified, r.name, s.name, t.present)
                        ELSE format('DO $back$ DECLARE off text; again text; BEGIN
                               SELECT string_agg(format(''ALTER TABLE %%s DROP CONSTRAINT %%I; '', f.conrelid::regclass, f.conname), ''''),
                                      string_agg(format(''; ALTER TABLE %%s ADD CONSTRAINT %%I %%s'', f.conrelid::regclass, f.conname, pg_get_constraintdef(f.oid)), '''')
                                 INTO off, again
                                 FROM pg_constraint AS k JOIN pg_constraint AS f ON f.conindid = k.conindid AND f.confrelid = k.conrelid
                                WHERE k.conrelid = %L::regclass AND k.conname = %L AND f.contype = ''f'' AND f.conparentid = 0;
                               EXECUTE concat(off, %L, again);
                           END $back$',
                          r.qualified, r.name,
                          format('%s; %s; %s', gone.text, t.present,
                                 CASE WHEN s.contype IS NULL THEN pg_get_indexdef(s.indexrelid)
                                      ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', r.qualified, s.name, pg_get_constraintdef(s.constraint_oid)) END)) END AS undo
              FROM replaced AS r
              JOIN key_texts AS t ON t.root = r.indexrelid AND NOT t.has_more
              JOIN pg_index AS o ON o.indexrelid = r.indexrelid
              JOIN pg_class AS c ON c.oid = r.indexrelid AND c.relkind = 'i' AND c.reloptions IS NULL
              JOIN keys AS s ON s.indrelid = r.indrelid AND (s.contype IS NULL OR s.contype = 'u') AND NOT s.declared_over_all AND s.relam = r.relam
               AND s.attnums = r.attnum || r.attnums
              JOIN pg_index AS i ON i.indexrelid = s.indexrelid
              JOIN pg_class AS x ON x.oid = s.indexrelid AND x.relkind = 'i' AND x.reltablespace = 0,
                   LATERAL (SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', r.qualified, r.name) AS text) AS gone,
                   LATERAL (SELECT string_agg(format('ALTER TABLE %s DROP CONSTRAINT %I; ', f.conrelid::regclass, f.conname), '' ORDER BY f.oid) AS off,
                                   string_agg(format('; ALTER TABLE %s ADD CONSTRAINT %I %s', f.conrelid::regclass, f.conname, pg_get_constraintdef(f.oid)), '' ORDER BY f.oid) AS again,
                                   -- Those of others, and those that change themselves or would lose something.
                                   bool_or(f.conparentid <> 0 OR child.relowner <> parent.relowner OR f.oid IN (SELECT k.oid FROM foreign_keys AS k)
                                           OR obj_description(f.oid, 'pg_constraint') IS NOT NULL
                                           OR EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgconstraint = f.oid AND g.tgenabled <> 'O')) AS stay
                              FROM pg_constraint AS f JOIN pg_class AS child ON child.oid = f.conrelid JOIN pg_class AS parent ON parent.oid = f.confrelid
                             WHERE s.contype = 'u' AND f.contype = 'f' AND f.conindid = s.indexrelid) AS pointing
             WHERE NOT r.has_tenant AND r.contype IN ('p', 'u')
               AND r.indimmediate AND r.indnatts = cardinality(r.attnums) AND s.indimmediate AND s.indnatts = cardinality(s.attnums)
               AND s.indpred IS NULL AND s.indexprs IS NULL AND i.indisvalid AND i.indnullsnotdistinct = o.indnullsnotdistinct
               -- Nothing of its own that it would lose.
               AND NOT i.indisclustered AND NOT i.indisreplident AND obj_description(s.indexrelid, 'pg_class') IS NULL
               AND (s.contype IS NULL
                    OR obj_description(s.constraint_oid, 'pg_constraint') IS NULL AND (r.contype = 'u' OR x.reloptions IS NULL AND pointing.stay IS NOT TRUE))
               -- What PostgreSQL asks of an index that is to be a constraint's.
               AND NOT EXISTS (SELECT FROM unnest(i.indkey::smallint[], i.indclass::oid[], i.indcollation::oid[], i.indoption::smallint[]) AS u (attnum, class, collation_, option_)
                                 JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
                                 JOIN pg_opclass AS p ON p.oid = u.class
                                WHERE u.option_ <> 0 OR NOT p.opcdefault OR u.collation_ <> a.attcollation)
             ORDER BY s.indexrelid, r.contype <> 'p', r.indexrelid) AS m
     ORDER BY m.root, m.is_constraint
)

replaced AS (
    -- Those that change: they get the tenant, or lose it again because they are declared to be unique over all tenants.
    SELECT k.*, CASE WHEN k.contype = 'x' THEN ' WITH =' ELSE '' END AS operator, h.root IS NOT NULL AS is_held, m.amname,
           EXISTS (SELECT FROM pg_opclass AS o WHERE o.opcmethod = k.relam AND o.opcdefault AND o.opcintype = k.column_class) AS has_opclass,
           (k.contype = 'x' OR k.over_time) AND m.amname = 'gist' AND NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'btree_gist')
           AND k.column_class::regtype::text IN ('smallint', 'integer', 'bigint', 'oid', 'text', 'bytea', 'uuid', 'numeric', 'date', 'anyenum') AS wants_gist
      FROM keys AS k JOIN pg_am AS m ON m.oid = k.relam LEFT JOIN held AS h ON h.root = k.indexrelid
     WHERE k.has_tenant = k.declared_over_all AND (k.has_tenant OR h.root IS NULL)
), parts AS (
    -- The text that makes a key's index on one table, and where its columns begin in it.
    SELECT m.root, m.level, i.indrelid, n.nspname, r.qualified, x.relname, c.conname, i.indisclustered, i.indisreplident, i.indexrelid,
           p.nspname AS parent_schema, p.relname AS parent_name, coalesce(s.spcname, '') AS tablespace, c.oid AS constraint_oid,
           '(' || quote_ident(k.tenant) || k.operator || ', ' AS opener, k.has_tenant,
           CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid) ELSE made.prefix || made.body || made.options || made.timing END AS present,
           CASE WHEN c.oid IS NULL THEN length(format('CREATE UNIQUE INDEX %I ON %s%s USING %I (', x.relname, CASE x.relkind WHEN 'I' THEN 'ONLY ' ELSE '' END, r.qualified, k.amname))
                ELSE length(made.prefix) + strpos(made.body, '(') END AS opening
      FROM members AS m
      JOIN replaced AS k ON k.indexrelid = m.root
      JOIN pg_index AS i ON i.indexrelid = m.member
      JOIN pg_class AS x ON x.oid = m.member
      JOIN pg_namespace AS n ON n.oid = x.relnamespace
      JOIN tenants AS r ON r.relation = i.indrelid
      LEFT JOIN (pg_class AS p0 JOIN pg_namespace AS pn ON pn.oid = p0.relnamespace) ON p0.oid = m.parent
      LEFT JOIN pg_tablespace AS s ON s.oid = x.reltablespace
      LEFT JOIN pg_constraint AS c ON c.conindid = m.member AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x'),
           -- Not every server attaches an exclusion to its parent's (17.10 and 18.4 refuse): the parts get theirs with it, under names that it gives.
           LATERAL (SELECT c.contype IS NOT DISTINCT FROM 'x' AS together) AS t,
           LATERAL (SELECT pn.nspname, p0.relname) AS p,
           LATERAL (SELECT CASE WHEN c.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED' WHEN c.condeferrable THEN ' DEFERRABLE' ELSE '' END AS timing,
                           pg_get_constraintdef(c.oid) AS definition) AS d,
           LATERAL (SELECT format('ALTER TABLE %s%s ADD CONSTRAINT %I ', CASE WHEN t.together THEN '' ELSE 'ONLY ' END, r.qualified, c.conname) AS prefix,
                           left(d.definition, length(d.definition) - length(d.timing)) AS body, d.timing,
                           -- Which the definition of an exclusion constraint has, and of the others not.
                           CASE WHEN c.contype = 'x' THEN ''
                                ELSE coalesce((SELECT format(' WITH (%s)', string_agg(format('%I=%L', o.option_name, o.option_value), ', '))
                                                 FROM pg_options_to_table(x.reloptions) AS o HAVING count(*) > 0), '') END AS options) AS made
     WHERE NOT (t.together AND m.level > 0)
), texts AS (
    SELECT p.*, space.setting,
           CASE WHEN p.has_tenant THEN overlay(p.present placing '(' FROM p.opening FOR length(p.opener))
                ELSE overlay(p.present placing p.opener FROM p.opening FOR 1) END AS wanted,
           substr(p.present, p.opening, length(p.opener)) = p.opener AS leads,
           CASE WHEN p.level > 0 THEN format('; ALTER INDEX %I.%I ATTACH PARTITION %I.%I', p.parent_schema, p.parent_name, p.nspname, p.relname) ELSE '' END AS attach,
           concat(CASE WHEN p.indisclustered THEN format('; ALTER TABLE %s CLUSTER ON %I', p.qualified, p.relname) END,
                  CASE WHEN p.indisreplident THEN format('; ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', p.qualified, p.relname) END,
                  (SELECT format('; COMMENT ON INDEX %I.%I IS %L', p.nspname, p.relname, t) FROM obj_description(p.indexrelid, 'pg_class') AS t WHERE t <> ''),
                  (SELECT format('; COMMENT ON CONSTRAINT %I ON %s IS %L', p.conname, p.qualified, t) FROM obj_description(p.constraint_oid, 'pg_constraint') AS t WHERE t <> ''),
                  (SELECT string_agg(format('; ALTER INDEX %I.%I DEPENDS ON EXTENSION %I', p.nspname, p.relname, e.extname), '')
                     FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = p.indexrelid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x')) AS marks,
           targets.present AS present_targets, targets.wanted AS wanted_targets
      FROM parts AS p,
           LATERAL (SELECT CASE WHEN p.tablespace <> '' OR current_setting('default_tablespace') <> ''
                                THEN format('SET LOCAL default_tablespace = %L; ', p.tablespace) ELSE '' END AS setting) AS space,
           LATERAL (SELECT coalesce(string_agg(format(line, a.attnum), ''), '') AS present,
                           coalesce(string_agg(format(line, a.attnum + CASE WHEN p.has_tenant THEN -1 ELSE 1 END), ''), '') AS wanted
                      FROM pg_attribute AS a,
                           LATERAL (SELECT format('; ALTER INDEX %I.%I ALTER COLUMN %%s SET STATISTICS %s', replace(p.nspname, '%', '%%'), replace(p.relname, '%', '%%'), a.attstattarget) AS line) AS l
                     WHERE a.attrelid = p.indexrelid AND coalesce(a.attstattarget, -1) >= 0) AS targets
), key_texts AS (
    SELECT root, bool_and(leads) AS leads, bool_or(indisreplident) AS identifies,
           -- Than the key itself: where it is stored, what is said of it.
           bool_or(setting || wanted_targets || marks <> '') AS has_more,
           string_agg(setting || wanted, '; ' ORDER BY level, qualified) || string_agg(attach, '' ORDER BY level DESC, qualified)
           || string_agg(wanted_targets || marks, '' ORDER BY level, qualified) || ending AS wanted,
           string_agg(setting || present, '; ' ORDER BY level, qualified) || string_agg(attach, '' ORDER BY level DESC, qualified)
           || string_agg(present_targets || marks, '' ORDER BY level, qualified) || ending AS present
      FROM (SELECT t.*, CASE WHEN bool_or(setting <> '') OVER (PARTITION BY root) THEN '; SET LOCAL default_tablespace TO DEFAULT' ELSE '' END AS ending
              FROM texts AS t) AS t
     GROUP BY root, ending
)

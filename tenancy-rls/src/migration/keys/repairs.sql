beside AS (
    -- Keys that stay without the tenant, and get one with it beside them.
    SELECT k.*, (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY u.position)
                   FROM unnest(k.attnums) WITH ORDINALITY AS u (attnum, position)
                   JOIN pg_attribute AS a ON a.attrelid = k.indrelid AND a.attnum = u.attnum) AS columns
      FROM keys AS k LEFT JOIN held AS h ON h.root = k.indexrelid
     WHERE NOT k.has_tenant AND k.contype IS DISTINCT FROM 'x' AND k.indpred IS NULL AND k.indexprs IS NULL
       AND (h.root IS NOT NULL OR k.declared_over_all AND EXISTS (SELECT FROM foreign_keys AS f WHERE NOT f.mixed AND f.conindid = k.indexrelid))
       AND NOT EXISTS (SELECT FROM keys AS o
                        WHERE o.indrelid = k.indrelid AND o.indpred IS NULL AND o.indimmediate AND o.contype IS DISTINCT FROM 'x' AND o.over_time = k.over_time
                          AND o.attnums @> (k.attnum || k.attnums) AND (k.attnum || k.attnums) @> o.attnums)
), unled AS (
    SELECT t.relation, t.tenant, t.nspname, t.relname, t.qualified, t.comparable
      FROM tenants AS t
     WHERE NOT t.relispartition
       AND NOT EXISTS (SELECT FROM pg_index AS i
                         JOIN equalities AS e ON e.opclass = i.indclass[0] AND e.column_class = t.column_class AND e.setting_class = t.setting_class
                        WHERE i.indrelid = t.relation AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = t.attnum
                          AND i.indcollation[0] = t.attcollation)
), named AS (
    -- A name of 63 bytes that nothing has yet, nor anything else that gets one here.
    SELECT w.relation, w.base, w.suffix,
           (SELECT v.name
              FROM (SELECT 0 AS try, w.base || w.suffix AS name
                    UNION ALL
                    SELECT n, format('%s_%s%s', (SELECT left(w.base, l) FROM generate_series(length(w.base), 0, -1) AS l
                                                  WHERE octet_length(left(w.base, l)) + 9 + length(w.suffix) <= 63 LIMIT 1),
                                     left(md5(w.base || n), 8), w.suffix)
                      FROM generate_series(1, 9) AS n) AS v
             WHERE octet_length(v.name) <= 63
               AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relname = v.name::name AND c.relnamespace = w.nspname::regnamespace)
               AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conrelid = w.relation AND c.conname = v.name::name)
             ORDER BY v.try LIMIT 1) AS name
      FROM (SELECT u.relation, quote_ident(u.nspname) AS nspname, u.relname::text AS base, '_tenancy' AS suffix FROM unled AS u
            UNION SELECT b.indrelid, quote_ident(b.nspname), b.name::text, '_tenancy_key' FROM beside AS b
            UNION SELECT r.indrelid, quote_ident(r.nspname), r.name::text, '_tenancy_key' FROM replaced AS r WHERE r.is_held
            UNION SELECT f.conrelid, 'pg_catalog', f.conname::text, '_tenancy_full' FROM foreign_keys AS f
                   WHERE f.confmatchtype = 'f' AND cardinality(f.conkey) > 1) AS w
), foreign_parts AS (
    -- The foreign keys that the parts have from their parent's.
    SELECT f.oid AS root, f.confrelid, c.oid, c.conrelid, c.conname, 1 AS level
      FROM foreign_keys AS f JOIN pg_constraint AS c ON c.conparentid = f.oid AND c.conrelid <> f.conrelid AND c.confrelid = f.confrelid
    UNION ALL
    SELECT p.root, p.confrelid, c.oid, c.conrelid, c.conname, p.level + 1
      FROM foreign_parts AS p JOIN pg_constraint AS c ON c.conparentid = p.oid AND c.conrelid <> p.conrelid AND c.confrelid = p.confrelid
), composite AS (
    SELECT f.*,
           coalesce(others.new, '') || format('ALTER TABLE %s ADD CONSTRAINT %I %s', f.child, f.conname, made.body)
           || CASE WHEN n.name IS NULL THEN ''
                   ELSE format('; ALTER TABLE %s ADD CONSTRAINT %I CHECK (pg_catalog.num_nulls(%s) IN (0, %s))%s%s', f.child, n.name, f.columns,
                               cardinality(f.conkey), CASE f.relkind WHEN 'p' THEN '' ELSE ' NO INHERIT' END, made.validity) END
           || CASE WHEN f.confupdtype NOT IN ('n', 'd') THEN ''
                   ELSE format('; %s; CREATE TRIGGER %I AFTER UPDATE ON %s FOR EACH ROW WHEN ((%s) IS DISTINCT FROM (%s)) EXECUTE FUNCTION tenancy.follow_key(%L)',
                               follow.made, follow.trigger, f.parent, f.old_key, f.new_key,
                               format('UPDATE %s AS c SET %s WHERE c.%I = (%s).%I AND %s', f.child,
                                      CASE f.confupdtype WHEN 'n' THEN f.nulls ELSE f.defaults END, f.child_tenant, '$' || '1', f.parent_tenant, f.conditions)) END
           || marks.comments AS addition,
           format('ALTER TABLE %s DROP CONSTRAINT %I', f.child, f.conname)
           || CASE WHEN n.name IS NULL THEN '' ELSE format('; ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', f.child, n.name) END
           || CASE WHEN f.confupdtype NOT IN ('n', 'd') THEN ''
                   ELSE format('; DROP TRIGGER IF EXISTS %I ON %s; %s', follow.trigger, f.parent, follow.unmade) END AS subtraction,
           coalesce(others.old, '') || format('ALTER TABLE %s ADD CONSTRAINT %I %s', f.child, f.conname, f.definition) || marks.comments AS original
      FROM foreign_keys AS f
      LEFT JOIN named AS n ON n.relation = f.conrelid AND n.base = f.conname::text AND n.suffix = '_tenancy_full' AND f.confmatchtype = 'f',
           -- One that is not enforced, since PostgreSQL 18, is not valid either.
           LATERAL (SELECT CASE WHEN f.convalidated THEN '' WHEN right(f.definition, 13) = ' NOT ENFORCED' THEN ' NOT ENFORCED' ELSE ' NOT VALID' END AS validity) AS v,
           LATERAL (SELECT v.validity,
                           format('FOREIGN KEY (%I, %s) REFERENCES %s (%I, %s)%s%s%s%s', f.child_tenant, f.named, f.parent, f.parent_tenant, f.named_there,
                                  -- The tenant is never emptied, nor set to something else: what empties the rest on an update is a trigger.
                                  CASE f.confupdtype WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT' ELSE '' END,
                                  CASE f.confdeltype WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT'
                                       WHEN 'n' THEN ' ON DELETE SET NULL (' || f.emptied || ')'
                                       WHEN 'd' THEN ' ON DELETE SET DEFAULT (' || f.emptied || ')' ELSE '' END,
                                  CASE WHEN f.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
                                       WHEN f.condeferrable THEN ' DEFERRABLE' ELSE '' END,
                                  v.validity) AS body) AS made,
           -- Its name is before those of the server's own triggers of the key: they run in the order of their names.
           LATERAL (SELECT 'FK_tenancy_' || left(md5(f.child || f.conname), 12) AS trigger,
                           'CREATE OR REPLACE FUNCTION tenancy.follow_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp '
                           || 'AS $follow$ BEGIN EXECUTE TG_ARGV[0] USING OLD; RETURN NULL; END $follow$; REVOKE ALL ON FUNCTION tenancy.follow_key() FROM PUBLIC' AS made,
                           'DO $follow$ BEGIN DROP FUNCTION IF EXISTS tenancy.follow_key(); EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $follow$' AS unmade) AS follow,
           LATERAL (SELECT string_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s; ', t.qualified, p.conname, made.body), '' ORDER BY p.level DESC, t.qualified) AS new,
                           string_agg(format('ALTER TABLE %s ADD CONSTRAINT %I %s; ', t.qualified, p.conname, pg_get_constraintdef(p.oid)), '' ORDER BY p.level DESC, t.qualified) AS old
                      FROM foreign_parts AS p JOIN tenants AS t ON t.relation = p.conrelid WHERE p.root = f.oid AND p.conname <> f.conname) AS others,
           LATERAL (SELECT coalesce(string_agg(format('; COMMENT ON CONSTRAINT %I ON %s IS %L', c.name, c.qualified, c.comment), '' ORDER BY c.qualified), '') AS comments
                      FROM (SELECT f.conname AS name, f.child AS qualified, obj_description(f.oid, 'pg_constraint') AS comment
                            UNION ALL
                            SELECT p.conname, t.qualified, obj_description(p.oid, 'pg_constraint')
                              FROM foreign_parts AS p JOIN tenants AS t ON t.relation = p.conrelid WHERE p.root = f.oid) AS c
                     WHERE c.comment <> '') AS marks
), repairs AS (
    SELECT 1 AS phase, conrelid AS relation, conname::text AS name, 'foreign' AS kind,
           format('ALTER TABLE %s DROP CONSTRAINT %I', child, conname) AS statement, original AS undo
      FROM composite WHERE NOT mixed
    UNION ALL
    -- Nothing that may be NULL is in a primary key or identifies a row to a subscriber.
    SELECT DISTINCT 1, r.indrelid, r.tenant::text, 'column', format('ALTER TABLE %s ALTER %I SET NOT NULL', r.qualified, r.tenant),
           CASE WHEN r.loosely IS NULL THEN format('ALTER TABLE %s ALTER %I DROP NOT NULL', r.qualified, r.tenant)
                ELSE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I NOT NULL %I NOT VALID', r.qualified, r.loosely, r.tenant) END
      FROM replaced AS r JOIN key_texts AS t ON t.root = r.indexrelid
     WHERE NOT r.has_tenant AND NOT r.attnotnull AND (r.indisprimary OR t.identifies)
    UNION ALL
    SELECT 2, r.indrelid, r.name::text, CASE WHEN r.has_tenant THEN 'restored' ELSE 'unique' END,
           CASE WHEN s.root IS NOT NULL THEN s.statement
                WHEN t.leads OR NOT r.has_tenant
                THEN CASE WHEN r.wants_gist THEN format('CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA %I; ', r.nspname) ELSE '' END
                     || gone.text || '; ' || t.wanted END,
           coalesce(s.undo,
                    back.text || '; ' || CASE WHEN r.is_held THEN renamed.back ELSE t.present END
                    || CASE WHEN r.wants_gist THEN '; DO $gist$ BEGIN DROP EXTENSION IF EXISTS btree_gist; EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $gist$'
                            ELSE '' END)
      FROM replaced AS r
      JOIN key_texts AS t ON t.root = r.indexrelid
      LEFT JOIN spare AS s ON s.root = r.indexrelid
      LEFT JOIN named AS n ON n.relation = r.indrelid AND n.base = r.name::text AND n.suffix = '_tenancy_key' AND r.is_held,
           LATERAL (SELECT CASE WHEN r.contype IS NULL THEN format('DROP INDEX %I.%I', r.nspname, r.name)
                                ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', r.qualified, r.name) END AS text) AS back,
           -- What has the tenant and is referred to stays, under another name.
           LATERAL (SELECT format('ALTER INDEX %I.%I RENAME TO %I', r.nspname, r.name, n.name) AS away,
                           format('ALTER INDEX %I.%I RENAME TO %I', r.nspname, n.name, r.name) AS back) AS renamed,
           LATERAL (SELECT CASE WHEN r.is_held THEN renamed.away ELSE back.text END AS text) AS gone
    UNION ALL
    SELECT 2, b.indrelid, n.name, 'beside', format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (%I, %s%s)', b.qualified, n.name, b.tenant, b.columns,
                                                        CASE WHEN b.over_time THEN ' WITHOUT OVERLAPS' ELSE '' END),
           format('ALTER TABLE %s DROP CONSTRAINT %I', b.qualified, n.name)
      FROM beside AS b JOIN named AS n ON n.relation = b.indrelid AND n.base = b.name::text AND n.suffix = '_tenancy_key'
    UNION ALL
    SELECT 3, conrelid, conname::text, 'foreign', addition, subtraction
      FROM composite WHERE NOT mixed
    UNION ALL
    -- Where no index can answer, because the column's type is not the setting's, there is nothing to build.
    SELECT 4, u.relation, n.name, 'index', CASE WHEN u.comparable THEN format('CREATE INDEX %I ON %s (%I)', n.name, u.qualified, u.tenant) END,
           format('DROP INDEX %I.%I', u.nspname, n.name)
      FROM unled AS u JOIN named AS n ON n.relation = u.relation AND n.base = u.relname::text AND n.suffix = '_tenancy'
     -- A key that gets the tenant leads with it; but what excludes is no btree.
     WHERE NOT u.comparable
        OR NOT EXISTS (SELECT FROM replaced AS r
                        WHERE r.indrelid = u.relation AND NOT r.has_tenant AND r.indpred IS NULL AND r.operator = '' AND NOT r.over_time)
       AND NOT EXISTS (SELECT FROM beside AS b WHERE b.indrelid = u.relation AND NOT b.over_time)
), obstacles AS (
    -- What the migration cannot do by itself.
    SELECT t.relation, t.qualified || ' key ' || quote_ident(k.key) AS object,
           'it is declared to be unique over all tenants, and the table has no unique key of that name' AS reason,
           'create the key, or correct its name in unique_over_all_tenants' AS fix
      FROM kept AS k JOIN tenants AS t ON t.relation = k.relation
     WHERE NOT EXISTS (SELECT FROM keys AS o WHERE o.root = k.relation AND o.name = k.key)
    UNION ALL
    SELECT r.indrelid, r.qualified || ' key ' || quote_ident(r.name),
           'it is declared to be unique over all tenants, and has the tenant in it',
           'drop it, and create it without the tenant'
      FROM replaced AS r JOIN key_texts AS t ON t.root = r.indexrelid WHERE r.has_tenant AND NOT t.leads
    UNION ALL
    SELECT r.indrelid, r.qualified || ' constraint ' || quote_ident(r.name),
           CASE WHEN r.wants_gist THEN 'to exclude within a tenant it needs the extension btree_gist, which cannot be created here'
                ELSE format('an exclusion by %s cannot have the tenant in it', r.amname) END,
           CASE WHEN r.wants_gist THEN 'have a superuser install and create btree_gist' ELSE 'create it again USING gist' END
           || ', or declare it by unique_over_all_tenants if it means all tenants'' rows'
      FROM replaced AS r
     WHERE (r.contype = 'x' OR r.over_time) AND NOT r.has_tenant
       AND (NOT pg_indexam_has_property(r.relam, 'can_multi_col')
            OR NOT r.has_opclass
               AND NOT (r.wants_gist AND EXISTS (SELECT FROM pg_available_extension_versions AS v
                                                  WHERE v.name = 'btree_gist'
                                                    AND (v.trusted AND has_database_privilege(current_database(), 'CREATE')
                                                         OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)))))
    UNION ALL
    SELECT t.relation, t.qualified || ' column ' || quote_ident(t.tenant), 'the tenant column is computed when it is read (VIRTUAL), and no index can have it',
           'make it a column of its own'
      FROM tenants AS t JOIN pg_attribute AS a ON a.attrelid = t.relation AND a.attnum = t.attnum WHERE t.relation = t.root AND a.attgenerated = 'v'
    UNION ALL
    SELECT r.indrelid, r.qualified || ' key ' || quote_ident(r.name), 'it has as many columns as an index can have, and cannot get the tenant',
           'leave a column out of it, or declare it by unique_over_all_tenants if it means all tenants'' rows'
      FROM keys AS r WHERE NOT r.has_tenant AND NOT r.declared_over_all AND r.indnatts >= current_setting('max_index_keys')::integer
    UNION ALL
    SELECT t.relation, t.qualified || ' publication ' || quote_ident(p.pubname),
           format('it sends some of the columns and not %I, which the rows will be identified by (%I): changes of rows would then be refused', r.tenant, r.name),
           format('add %I to its columns, there and at its subscribers', r.tenant)
      FROM replaced AS r
      JOIN members AS m ON m.root = r.indexrelid
      JOIN pg_index AS i ON i.indexrelid = m.member AND (i.indisreplident OR i.indisprimary)
      JOIN tenants AS t ON t.relation = i.indrelid AND (i.indisreplident OR t.relreplident = 'd')
      JOIN pg_publication_rel AS l ON l.prrelid IN (t.relation, t.root) AND l.prattrs IS NOT NULL
      JOIN pg_publication AS p ON p.oid = l.prpubid AND (p.pubupdate OR p.pubdelete)
     WHERE NOT r.has_tenant
       AND NOT (SELECT a.attnum FROM pg_attribute AS a WHERE a.attrelid = l.prrelid AND a.attname = r.tenant) = ANY (l.prattrs::smallint[])
)

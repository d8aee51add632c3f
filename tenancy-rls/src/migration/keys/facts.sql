family AS (
    -- The declared tables, and what inherits from them: a part's rows are tenants' as well.
    SELECT relation, tenant, sql_type, shared, relation AS root FROM declared
    UNION
    SELECT i.inhrelid, f.tenant, f.sql_type, f.shared, f.root FROM family AS f JOIN pg_inherits AS i ON i.inhparent = f.relation
), tenant_columns AS (
    -- What is a part of two, or a part and declared, is looked at once.
    SELECT DISTINCT ON (f.relation) f.relation, f.tenant, f.root, f.sql_type, f.shared, a.attnum, a.attnotnull AND l.conname IS NULL AS attnotnull,
           l.conname AS loosely, a.atttypid, a.atttypmod, a.attcollation
      FROM family AS f JOIN pg_attribute AS a ON a.attrelid = f.relation AND a.attname = f.tenant
      -- Since PostgreSQL 18 a column can be NOT NULL and NOT VALID, and such a one is in no primary key.
      LEFT JOIN pg_constraint AS l ON l.conrelid = a.attrelid AND l.contype = 'n' AND NOT l.convalidated AND l.conkey = ARRAY[a.attnum]
     WHERE NOT a.attisdropped
     ORDER BY f.relation, f.root = f.relation DESC, f.root
), base_types AS (
    -- What the domains are over, and with which length or scale.
    SELECT t.oid AS type, t.oid AS base, -1 AS typmod, t.typtype
      FROM pg_type AS t
     WHERE t.oid IN (SELECT atttypid FROM tenant_columns UNION SELECT to_regtype(sql_type) FROM tenant_columns)
    UNION
    SELECT b.type, t.oid, d.typtypmod, t.typtype
      FROM base_types AS b JOIN pg_type AS d ON d.oid = b.base AND b.typtype = 'd' JOIN pg_type AS t ON t.oid = d.typbasetype
), compared AS (
    -- The types as operator classes know them.
    SELECT b.type, b.base, b.typmod, b.typtype,
           CASE WHEN b.base = 'varchar'::regtype THEN 'text'::regtype::oid WHEN b.typtype = 'e' THEN 'anyenum'::regtype::oid ELSE b.base END AS class
      FROM base_types AS b WHERE b.typtype <> 'd'
), equalities AS (
    -- By which operator classes, and whether by the default one of a btree, an index answers `column = setting`.
    SELECT DISTINCT c.class AS column_class, s.class AS setting_class, o.oid AS opclass, o.opcdefault AND m.amname = 'btree' AS usual
      FROM tenant_columns AS t
      JOIN compared AS c ON c.type = t.atttypid
      JOIN compared AS s ON s.type = to_regtype(t.sql_type)
      JOIN pg_opclass AS o ON o.opcintype = c.class
      JOIN pg_am AS m ON m.oid = o.opcmethod AND m.amname <> 'brin'
      JOIN pg_amop AS p ON p.amopfamily = o.opcfamily AND p.amoplefttype = c.class
       AND p.amoprighttype = s.class
      JOIN pg_operator AS e ON e.oid = p.amopopr AND e.oprname = '='
), tenants AS (
    SELECT t.*, n.nspname, r.relname, r.relkind, r.relispartition, r.relreplident, format('%I.%I', n.nspname, r.relname) AS qualified,
           c.base, coalesce(nullif(t.atttypmod, -1), c.typmod) AS typmod, c.typtype, c.class AS column_class, s.class AS setting_class,
           EXISTS (SELECT FROM equalities AS e WHERE e.column_class = c.class AND e.setting_class = s.class AND e.usual) AS comparable
      FROM tenant_columns AS t
      JOIN pg_class AS r ON r.oid = t.relation
      JOIN pg_namespace AS n ON n.oid = r.relnamespace
      LEFT JOIN compared AS c ON c.type = t.atttypid
      LEFT JOIN compared AS s ON s.type = to_regtype(t.sql_type)
), foreign_keys AS (
    SELECT c.oid, c.conname, c.conrelid, c.confrelid, c.conindid, child.tenant AS child_tenant, parent.tenant AS parent_tenant, child.relkind,
           child.qualified AS child, parent.qualified AS parent, parent.attnum AS parent_attnum,
           c.confupdtype, c.confdeltype, c.condeferrable, c.condeferred, c.convalidated, c.confmatchtype, c.confkey, c.conkey,
           pg_get_constraintdef(c.oid) AS definition,
           child.attnum = ANY (c.conkey) OR parent.attnum = ANY (c.confkey) AS mixed, over.time AS over_time,
           pairs.columns, pairs.named, pairs.named_there, pairs.referenced, pairs.conditions, pairs.old_key, pairs.new_key, pairs.nulls, pairs.defaults, pairs.names,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(coalesce(c.confdelsetcols, c.conkey)) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS emptied
      FROM pg_constraint AS c
      JOIN tenants AS child ON child.relation = c.conrelid
      JOIN tenants AS parent ON parent.relation = c.confrelid,
           -- To a key WITHOUT OVERLAPS, since PostgreSQL 18: the last column is a PERIOD.
           LATERAL (SELECT EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = c.conindid AND i.indisexclusion) AS time) AS over,
           LATERAL (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position) AS columns,
                           string_agg(quote_ident(b.attname), ', ' ORDER BY k.position) AS referenced,
                           string_agg(k.prefix || quote_ident(a.attname), ', ' ORDER BY k.position) AS named,
                           string_agg(k.prefix || quote_ident(b.attname), ', ' ORDER BY k.position) AS named_there,
                           -- Not written as one: an inspection has parameters of its own.
                           string_agg(format('(%s).%I OPERATOR(%I.%s) c.%I', '$' || '1', b.attname, n.nspname, o.oprname, a.attname), ' AND ' ORDER BY k.position) AS conditions,
                           string_agg(format('OLD.%I', b.attname), ', ' ORDER BY k.position) AS old_key,
                           string_agg(format('NEW.%I', b.attname), ', ' ORDER BY k.position) AS new_key,
                           string_agg(format('%I = NULL', a.attname), ', ' ORDER BY k.position) AS nulls,
                           string_agg(format('%I = DEFAULT', a.attname), ', ' ORDER BY k.position) AS defaults,
                           string_agg(b.attname, ', ' ORDER BY k.position) AS names
                      FROM (SELECT u.*, CASE WHEN over.time AND u.position = cardinality(c.conkey) THEN 'PERIOD ' ELSE '' END AS prefix
                              FROM unnest(c.conkey, c.confkey, c.conpfeqop) WITH ORDINALITY AS u (child, parent, operator, position)) AS k
                      JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.child
                      JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = k.parent
                      JOIN pg_operator AS o ON o.oid = k.operator
                      JOIN pg_namespace AS n ON n.oid = o.oprnamespace) AS pairs
     WHERE c.contype = 'f' AND c.conparentid = 0
       -- With the tenant in it none could refer to what all tenants share.
       AND parent.shared = ''
       AND NOT EXISTS (SELECT FROM unnest(c.conkey, c.confkey) AS pair (child_column, parent_column)
                        WHERE pair.child_column = child.attnum AND pair.parent_column = parent.attnum)
), keys AS (
    -- The unique and exclusion keys of the tenants' tables, but not those that a part has from its parent.
    SELECT i.indrelid, i.indexrelid, i.indpred, i.indexprs, i.indkey, i.indnatts, i.indimmediate, i.indisprimary, i.indisreplident,
           (i.indkey::smallint[])[0:i.indnkeyatts - 1] AS attnums, c.oid AS constraint_oid, c.contype, coalesce(c.conname, x.relname) AS name,
           x.relam, t.tenant, t.attnum, t.attnotnull, t.loosely, t.qualified, t.nspname, t.root, t.relreplident, t.column_class, t.shared,
           t.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1]) AS has_tenant, k.relation IS NOT NULL AS declared_over_all,
           -- WITHOUT OVERLAPS, since PostgreSQL 18: an index by which one excludes, and a unique one.
           i.indisunique AND i.indisexclusion AS over_time
      FROM pg_index AS i
      JOIN tenants AS t ON t.relation = i.indrelid
      JOIN pg_class AS x ON x.oid = i.indexrelid AND NOT x.relispartition
      LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
      LEFT JOIN kept AS k ON k.relation = t.root AND k.key = coalesce(c.conname, x.relname)
     WHERE i.indisunique OR i.indisexclusion
), members AS (
    -- A key's index, and those that it has on the parts.
    SELECT k.indexrelid AS root, k.indexrelid AS member, NULL::oid AS parent, 0 AS level FROM keys AS k WHERE k.has_tenant = k.declared_over_all
    UNION ALL
    SELECT m.root, i.inhrelid, i.inhparent, m.level + 1 FROM members AS m JOIN pg_inherits AS i ON i.inhparent = m.member
), holders AS (
    -- What needs a key as it is, but for the foreign keys that get the tenant themselves.
    SELECT m.root, pg_describe_object(d.classid, d.objid, 0) AS holder
      FROM members AS m
      LEFT JOIN pg_constraint AS c ON c.conindid = m.member AND c.contype IN ('p', 'u', 'x'),
           LATERAL (SELECT d.classid, d.objid FROM pg_depend AS d
                     WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = m.member AND d.deptype = 'n'
                     UNION
                    SELECT d.classid, d.objid FROM pg_depend AS d
                     WHERE d.refclassid = 'pg_constraint'::regclass AND d.refobjid = c.oid AND d.deptype = 'n') AS d
     WHERE NOT EXISTS (SELECT FROM pg_constraint AS f
                        WHERE d.classid = 'pg_constraint'::regclass AND f.oid = d.objid
                          AND (f.conparentid <> 0 OR f.oid IN (SELECT g.oid FROM foreign_keys AS g WHERE NOT g.mixed)))
    UNION
    -- By which rows of other tables belong to tenants: with the tenant in it two tenants' rows could have one value, and the others' be both's.
    SELECT k.indexrelid, format('the rows of %s, which belong to tenants through it', r.relation::regclass)
      FROM keys AS k
      JOIN referring AS r ON r.other = k.root AND r.kind = 'parent'
      JOIN pg_attribute AS a ON a.attrelid = k.indrelid AND a.attname = r.key
     WHERE k.attnums = ARRAY[a.attnum] AND NOT k.has_tenant
    UNION
    SELECT k.indexrelid, 'the rows that all tenants share, whose tenant is NULL'
      FROM keys AS k WHERE k.shared = 'null' AND NOT k.has_tenant AND (k.indisprimary OR k.indisreplident)
), held AS (
    SELECT root, string_agg(DISTINCT holder, ', ') AS holders FROM holders GROUP BY root
)

//! Keys that hold the tenant: unique ones, foreign ones, and an index that the tenant leads.

use super::Step;
use super::grants::declared;
use crate::quote::{identifier, literal};
use crate::row_security::{RowSecurity, Server};

/// What has to be done to the keys of the tables `declared (relation oid, tenant name)`, as rows
/// `(phase, relation, name, kind, statement, undo)`, in the order in which it can be done.
///
/// - Foreign keys between tenant tables that do not pair the tenants are dropped first (phase 1) and added again with the
///   tenant last (phase 3): what they refer to has to change between.
/// - Unique keys without the tenant get it as their first column (phase 2). The definition that the server prints keeps
///   everything else as it was: INCLUDE, NULLS NOT DISTINCT, DEFERRABLE, a partial index' WHERE.
/// - Where there is no index that the tenant leads by then, one is built (phase 4).
///
/// What cannot be done by itself has no statement: a foreign key that pairs one of the two tenants with something else.
pub(crate) const REPAIRS: &str = r#"tenants AS (
    SELECT d.relation, d.tenant, a.attnum
      FROM declared AS d JOIN pg_attribute AS a ON a.attrelid = d.relation AND a.attname = d.tenant
     WHERE NOT a.attisdropped
), foreign_keys AS (
    SELECT c.conname, c.conrelid, c.confrelid, child.tenant AS child_tenant, parent.tenant AS parent_tenant,
           c.confupdtype, c.confdeltype, c.condeferrable, c.condeferred, c.confrelid::regclass AS parent,
           pg_get_constraintdef(c.oid) AS definition, c.confkey,
           child.attnum = ANY (c.conkey) OR parent.attnum = ANY (c.confkey) AS mixed,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.confrelid AND a.attnum = k.attnum) AS referenced,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
              FROM unnest(coalesce(c.confdelsetcols, c.conkey)) WITH ORDINALITY AS k (attnum, position)
              JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS emptied
      FROM pg_constraint AS c
      JOIN tenants AS child ON child.relation = c.conrelid
      JOIN tenants AS parent ON parent.relation = c.confrelid
     WHERE c.contype = 'f' AND c.conparentid = 0
       AND NOT EXISTS (SELECT FROM unnest(c.conkey, c.confkey) AS pair (child_column, parent_column)
                        WHERE pair.child_column = child.attnum AND pair.parent_column = parent.attnum)
), composite AS (
    SELECT f.*, format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I, %s) REFERENCES %s (%I, %s)%s%s%s',
                       f.conrelid::regclass, f.conname, f.child_tenant, f.columns, f.parent, f.parent_tenant, f.referenced,
                       -- The tenant is never emptied, nor set to something else.
                       CASE f.confupdtype WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT' ELSE '' END,
                       CASE f.confdeltype WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT'
                            WHEN 'n' THEN ' ON DELETE SET NULL (' || f.emptied || ')'
                            WHEN 'd' THEN ' ON DELETE SET DEFAULT (' || f.emptied || ')' ELSE '' END,
                       CASE WHEN f.condeferred THEN ' DEFERRABLE INITIALLY DEFERRED'
                            WHEN f.condeferrable THEN ' DEFERRABLE' ELSE '' END) AS addition
      FROM foreign_keys AS f
), unique_keys AS (
    SELECT i.indrelid, coalesce(c.conname, x.relname) AS name, c.conname IS NOT NULL AS constrained, i.indexrelid::regclass AS index,
           coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition,
           CASE WHEN c.contype = 'x' THEN ' WITH =' ELSE '' END AS operator, t.tenant
      FROM pg_index AS i
      JOIN tenants AS t ON t.relation = i.indrelid
      JOIN pg_class AS x ON x.oid = i.indexrelid AND NOT x.relispartition
      LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
     WHERE (i.indisunique OR i.indisexclusion)
       AND NOT t.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
), led AS (
    SELECT u.*, overlay(u.definition placing format('(%I%s, ', u.tenant, u.operator)
                        -- An index' definition has the table before its columns, and its name may hold a parenthesis.
                        FROM CASE WHEN u.constrained THEN strpos(u.definition, '(')
                                  ELSE strpos(u.definition, ' USING ') - 1 + strpos(substr(u.definition, strpos(u.definition, ' USING ')), '(')
                             END FOR 1) AS addition
      FROM unique_keys AS u
), unled AS (
    SELECT t.relation, t.tenant, n.nspname, left(c.relname, 55) || '_tenancy' AS name
      FROM tenants AS t
      JOIN pg_class AS c ON c.oid = t.relation
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE NOT EXISTS (SELECT FROM pg_index AS i
                        WHERE i.indrelid = t.relation AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = t.attnum)
), repairs AS (
    SELECT 1 AS phase, conrelid AS relation, conname AS name, 'foreign' AS kind,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS statement,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, definition) AS undo
      FROM composite WHERE NOT mixed
    UNION ALL
    SELECT 2, indrelid, name, 'unique',
           CASE WHEN constrained
                THEN format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s', indrelid::regclass, name, addition)
                ELSE format('DROP INDEX %s; %s', index, addition) END,
           CASE WHEN constrained
                THEN format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s', indrelid::regclass, name, definition)
                ELSE format('DROP INDEX %s; %s', index, definition) END
      FROM led
    UNION ALL
    SELECT 3, conrelid, conname, 'foreign', addition,
           format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
      FROM composite WHERE NOT mixed
    UNION ALL
    SELECT 4, relation, name, 'index', format('CREATE INDEX %I ON %s (%I)', name, relation::regclass, tenant),
           format('DROP INDEX %I.%I', nspname, name)
      FROM unled
     -- A key that gets the tenant leads with it.
     WHERE NOT EXISTS (SELECT FROM led WHERE led.indrelid = unled.relation AND led.constrained AND led.operator = '')
)"#;

/// The block that does it, and remembers how to take it back. On Citus, whose tables have no other keys, only the index.
pub(super) fn steps(wall: &RowSecurity) -> Vec<Step> {
    match wall.server {
        Server::PostgreSql => vec![repair(wall)],
        Server::Citus => wall
            .tables
            .of_tenants()
            .map(|(table, tenant)| {
                let index: String = table.name().chars().take(50).collect::<String>() + "_tenancy";
                Step::new(
                    format!(
                        "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
                        identifier(&index),
                        wall.tables.sql_name(table),
                        identifier(tenant.name)
                    ),
                    format!(
                        "DROP INDEX IF EXISTS {}.{}",
                        identifier(wall.tables.schema_of(table)),
                        identifier(&index)
                    ),
                )
            })
            .collect(),
    }
}

fn repair(wall: &RowSecurity) -> Step {
    let names: Vec<_> = wall
        .tables
        .of_tenants()
        .map(|(table, _)| {
            let name = literal(&wall.tables.sql_name(table));
            format!("({name}::regclass::oid, {name})")
        })
        .collect();
    // With nothing in the search path but the catalog, the server prints every name with its schema.
    Step::up(format!(
        "DO $tenancy$
DECLARE
    search_path text := current_setting('search_path');
    repair record;
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    FOR repair IN
        WITH declared (relation, tenant) AS (
        VALUES {declared}
        ), objects (relation, object) AS (VALUES {names}), {REPAIRS}
        SELECT r.statement, r.undo, o.object FROM repairs AS r JOIN objects AS o USING (relation)
         ORDER BY r.phase, r.relation, r.name
    LOOP
        EXECUTE repair.statement;
        INSERT INTO tenancy.before_wall (object, undo) VALUES (repair.object, repair.undo);
    END LOOP;
    PERFORM set_config('search_path', search_path, true);
END
$tenancy$",
        declared = declared(wall),
        names = names.join(", "),
    ))
}

//! The parts of partitioned and inherited tables that are reached by their own names.

use super::Step;
use crate::quote::literal;
use crate::row_security::RowSecurity;

/// Row-level security on each part that one of the two roles may use by its own name, where the parent's policies do not hold:
/// it has no policy there, and so no rows. A part that nobody was granted is reached through its parent only, and stays as it is.
pub(super) fn step(wall: &RowSecurity) -> Step {
    let roles =
        [&wall.roles.application, &wall.roles.across_tenants].map(|role| literal(role.as_str())).join(", ");
    let declared: Vec<_> = wall
        .tables
        .of_tenants()
        .map(|(table, _)| literal(&wall.tables.sql_name(table)))
        .map(|name| format!("({name}::regclass::oid, {name})"))
        .collect();
    let declared = declared.join(", ");
    Step::up(format!(
        "DO $tenancy$
DECLARE
    part record;
BEGIN
    FOR part IN
        WITH RECURSIVE declared (relation, object) AS (VALUES {declared}), parts AS (
            SELECT i.inhrelid AS relation, d.object FROM declared AS d JOIN pg_inherits AS i ON i.inhparent = d.relation
            UNION
            SELECT i.inhrelid, p.object FROM parts AS p JOIN pg_inherits AS i ON i.inhparent = p.relation
        )
        SELECT DISTINCT ON (c.oid) format('%I.%I', n.nspname, c.relname) AS name, p.object, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced
          FROM parts AS p JOIN pg_class AS c ON c.oid = p.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
           AND c.oid NOT IN (SELECT relation FROM declared)
           AND EXISTS (SELECT FROM pg_roles AS r
                        WHERE r.rolname IN ({roles})
                          AND (has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                               OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')))
         ORDER BY c.oid, p.object
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part.name);
        INSERT INTO tenancy.before_wall (object, undo)
        VALUES (part.object, format('ALTER TABLE %s %s ROW LEVEL SECURITY, %s ROW LEVEL SECURITY', part.name,
                                    CASE WHEN part.enabled THEN 'ENABLE' ELSE 'DISABLE' END, CASE WHEN part.forced THEN 'FORCE' ELSE 'NO FORCE' END));
    END LOOP;
END
$tenancy$"
    ))
}

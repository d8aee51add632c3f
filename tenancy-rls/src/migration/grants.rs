//! Who may do what with the tables, and what they could before.

use super::Step;
use crate::quote::{identifier, literal};
use crate::row_security::RowSecurity;
use crate::tables::Table;

/// The roles, quoted, as a list.
fn both(wall: &RowSecurity) -> String {
    format!("{}, {}", wall.roles.application.quoted(), wall.roles.across_tenants.quoted())
}

/// The names that grants are remembered for, as literals: the two roles' and PUBLIC's.
fn remembered_roles(wall: &RowSecurity) -> String {
    format!("{}, {}", literal(wall.roles.application.as_str()), literal(wall.roles.across_tenants.as_str()))
}

/// A statement that runs what undoes the wall on `object`, the last thing first.
fn undo(objects: &str) -> String {
    format!(
        "DO $tenancy$\nDECLARE\n    remembered record;\nBEGIN\n    \
         IF to_regclass('tenancy.before_wall') IS NULL THEN\n        RETURN;\n    END IF;\n    \
         FOR remembered IN\n        \
         SELECT position, undo FROM tenancy.before_wall WHERE object IN ({objects}) ORDER BY position DESC\n    \
         LOOP\n        \
         IF remembered.undo IS NOT NULL THEN\n            EXECUTE remembered.undo;\n        END IF;\n        \
         DELETE FROM tenancy.before_wall AS b WHERE b.position = remembered.position;\n    \
         END LOOP;\nEND\n$tenancy$"
    )
}

/// The database: nobody makes temporary tables, which would stand before the real ones in the search path.
pub(super) fn database(wall: &RowSecurity) -> Vec<Step> {
    let (both, roles) = (both(wall), remembered_roles(wall));
    let up = format!(
        "DO $tenancy$\nBEGIN\n    \
         IF NOT EXISTS (SELECT FROM tenancy.before_wall WHERE object = 'database') THEN\n        \
         INSERT INTO tenancy.before_wall (object, undo)\n        \
         SELECT 'database', format('GRANT %s ON DATABASE %I TO %s', a.privilege_type, d.datname,\n                   \
         CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)\n          \
         FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a\n         \
         WHERE d.datname = current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')\n           \
         AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) IN ({roles}))\n         \
         UNION ALL SELECT 'database', NULL;\n    \
         END IF;\n    \
         EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC, {both}', current_database());\n\
         END\n$tenancy$",
        // The names stand within a string of a format.
        both = both.replace('\'', "''").replace('%', "%%"),
    );
    vec![Step::new(up, undo("'database'"))]
}

/// Remembers the grants and the row-level security of each table, once.
pub(super) fn remember(wall: &RowSecurity) -> Vec<Step> {
    let roles = remembered_roles(wall);
    let objects: Vec<_> = wall.tables.iter().map(|table| literal(&wall.tables.sql_name(table))).collect();
    let schemas: Vec<_> = wall.tables.schemas().iter().map(|schema| literal(&identifier(schema))).collect();
    let (object_list, schema_list) = (objects.join(", "), schemas.join(", "));
    let up = format!(
        "INSERT INTO tenancy.before_wall (object, undo)
WITH objects AS (
    SELECT o.object, o.object::regclass AS relation FROM unnest(ARRAY[{object_list}]::text[]) AS o (object)
     WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = o.object)
), relations AS (
    SELECT o.object, c.oid, 'TABLE' AS kind, c.relacl AS acl, acldefault('r', c.relowner) AS owners
      FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation
    UNION ALL
    SELECT o.object, s.oid, 'SEQUENCE', s.relacl, acldefault('s', s.relowner)
      FROM objects AS o
      JOIN pg_depend AS d ON d.refobjid = o.relation AND d.refclassid = 'pg_class'::regclass
                         AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    UNION
    -- Those that no column owns, of which a default takes the next value.
    SELECT o.object, s.oid, 'SEQUENCE', s.relacl, acldefault('s', s.relowner)
      FROM objects AS o
      JOIN pg_attrdef AS f ON f.adrelid = o.relation
      JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
      JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
), granted AS (
    SELECT r.object, format('%s ON %s %s', a.privilege_type, r.kind, r.oid::regclass) AS what, a.grantee, a.is_grantable
      FROM relations AS r, aclexplode(coalesce(r.acl, r.owners)) AS a
    UNION ALL
    SELECT r.object, format('%s (%I) ON TABLE %s', a.privilege_type, c.attname, r.oid::regclass), a.grantee, a.is_grantable
      FROM relations AS r JOIN pg_attribute AS c ON c.attrelid = r.oid AND r.kind = 'TABLE' AND NOT c.attisdropped, aclexplode(c.attacl) AS a
    UNION ALL
    SELECT s.object, format('%s ON SCHEMA %s', a.privilege_type, s.object), a.grantee, a.is_grantable
      FROM unnest(ARRAY[{schema_list}]::text[]) AS s (object)
      JOIN pg_namespace AS n ON quote_ident(n.nspname) = s.object OR '\"' || n.nspname || '\"' = s.object,
           aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a
     WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = s.object)
)
SELECT object, format('GRANT %s TO %s%s', what,
                      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                      CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM granted
 WHERE grantee = 0 OR pg_get_userbyid(grantee) IN ({roles})
UNION ALL
SELECT o.object, format('ALTER TABLE %s %s', o.object, switched.on_)
  FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation,
       LATERAL (VALUES (c.relrowsecurity, 'ENABLE ROW LEVEL SECURITY'),
                       (c.relforcerowsecurity, 'FORCE ROW LEVEL SECURITY')) AS switched (was, on_)
 WHERE switched.was
UNION ALL
SELECT object, NULL FROM objects
UNION ALL
SELECT s.object, NULL FROM unnest(ARRAY[{schema_list}]::text[]) AS s (object)
 WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = s.object)"
    );
    let down = undo(&[objects, schemas].concat().join(", "));
    let mut steps = vec![Step::new(up, down)];
    let both = both(wall);
    for schema in wall.tables.schemas() {
        let schema = identifier(schema);
        steps.push(Step::up(format!("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {both}")));
        steps.push(Step::new(
            format!("GRANT USAGE ON SCHEMA {schema} TO {both}"),
            format!("REVOKE ALL ON SCHEMA {schema} FROM {both}"),
        ));
    }
    steps
}

/// The two roles read and write the rows of a tenant table, and nothing else: TRUNCATE asks no policy.
pub(super) fn of_tenant_table(wall: &RowSecurity, table: &Table) -> Vec<Step> {
    let (name, both) = (wall.tables.sql_name(table), both(wall));
    vec![
        Step::up(format!("REVOKE ALL ON TABLE {name} FROM PUBLIC, {both}")),
        Step::new(
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {name} TO {both}"),
            format!("REVOKE ALL ON TABLE {name} FROM {both}"),
        ),
        sequences(wall, &name),
    ]
}

/// The application reads a global table; what else it may do there is the application's own business.
pub(super) fn of_global_tables(wall: &RowSecurity) -> Vec<Step> {
    let application = wall.roles.application.quoted();
    let across = wall.roles.across_tenants.quoted();
    let mut steps = Vec::new();
    for table in wall.tables.global() {
        let name = wall.tables.sql_name(table);
        steps.extend([
            Step::up(format!(
                "REVOKE TRUNCATE, REFERENCES, TRIGGER ON TABLE {name} FROM PUBLIC, {application}, {across}"
            )),
            Step::new(
                format!("GRANT SELECT ON TABLE {name} TO {application}"),
                format!("REVOKE ALL ON TABLE {name} FROM {application}, {across}"),
            ),
            Step::up(format!("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {name} TO {across}")),
        ]);
    }
    steps
}

/// The sequences of a table's columns: the next value, and not how far the others have come. From those that no column owns, and
/// that others use as well, nothing is taken but what the two roles had.
fn sequences(wall: &RowSecurity, name: &str) -> Step {
    let both = both(wall).replace('\'', "''").replace('%', "%%");
    let each = |verbs: &[String]| {
        let verbs: String = verbs
            .iter()
            .map(|verb| format!("        EXECUTE format('{verb}', used.sequence, used.others);\n"))
            .collect();
        format!(
            "DO $tenancy$\nDECLARE\n    used record;\nBEGIN\n    FOR used IN\n        \
             SELECT s.oid::regclass AS sequence, 'PUBLIC, ' AS others FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid\n         \
             WHERE d.refobjid = {relation}::regclass AND d.refclassid = 'pg_class'::regclass\n           \
             AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND s.relkind = 'S'\n         \
             UNION ALL\n        \
             SELECT DISTINCT s.oid::regclass, '' FROM pg_attrdef AS f\n          \
             JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass\n          \
             JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S' AND pg_has_role(s.relowner, 'USAGE')\n         \
             WHERE f.adrelid = {relation}::regclass\n           \
             AND NOT EXISTS (SELECT FROM pg_depend AS o WHERE o.classid = 'pg_class'::regclass AND o.objid = s.oid AND o.deptype IN ('a', 'i'))\n    \
             LOOP\n{verbs}    END LOOP;\nEND\n$tenancy$",
            relation = literal(name),
        )
    };
    Step::new(
        each(&[
            format!("REVOKE ALL ON SEQUENCE %s FROM %s{both}"),
            format!("GRANT USAGE ON SEQUENCE %s TO {both}"),
        ]),
        each(&[format!("REVOKE ALL ON SEQUENCE %s FROM {both}")]),
    )
}

//! Who may do what with the tables.

use super::policies::names;
use super::{Step, readers};
use tenancy_core::database::RoleName;

use crate::belongs::Belongs;
use crate::quote::{identifier, literal};
use crate::row_security::RowSecurity;
use crate::table::Table;

/// The roles that read and write, quoted, as a list.
fn both(wall: &RowSecurity) -> String {
    format!("{}, {}", wall.roles.application.quoted(), wall.roles.across_tenants.quoted())
}

/// The same with those that only read.
pub(super) fn all(wall: &RowSecurity) -> String {
    wall.roles.all().map(RoleName::quoted).collect::<Vec<_>>().join(", ")
}

/// A statement that is run only where the relation is there: it may have been dropped since.
fn where_it_is(relation: &str, statement: &str) -> String {
    format!(
        "DO $tenancy$\nBEGIN\n    IF to_regclass({}) IS NOT NULL THEN\n        {statement};\n    END IF;\nEND\n$tenancy$",
        literal(relation)
    )
}

/// The database: nobody makes temporary tables, which would stand before the real ones in the search path.
pub(super) fn of_the_database(wall: &RowSecurity) -> Step {
    // The names stand within a string of a format.
    let all = all(wall).replace('\'', "''").replace('%', "%%");
    Step::up(format!(
        "DO $tenancy$\nBEGIN\n    \
         EXECUTE format('REVOKE TEMPORARY, CREATE ON DATABASE %I FROM PUBLIC, {all}', current_database());\n\
         END\n$tenancy$"
    ))
}

/// The schemas of the tables: the roles find what is in them, and make nothing there.
pub(super) fn of_schemas(wall: &RowSecurity) -> Vec<Step> {
    let all = all(wall);
    let of = |schema: &str| {
        let schema = identifier(schema);
        let down = format!(
            "DO $tenancy$\nBEGIN\n    IF to_regnamespace({}) IS NOT NULL THEN\n        \
             REVOKE ALL ON SCHEMA {schema} FROM {all};\n    END IF;\nEND\n$tenancy$",
            literal(&schema)
        );
        [
            Step::up(format!("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {all}")),
            Step::new(format!("GRANT USAGE ON SCHEMA {schema} TO {all}"), down),
        ]
    };
    wall.tables.schemas().into_iter().flat_map(of).collect()
}

/// The roles that the policies of an earlier wall are for, and this one's are not, lose the table and its sequences.
pub(super) fn of_earlier_roles(wall: &RowSecurity, table: &Table) -> Step {
    Step::up(format!(
        "DO $tenancy$
DECLARE
    earlier record;
BEGIN
    FOR earlier IN
        SELECT DISTINCT r.rolname,
               CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass AS object
          FROM pg_policy AS p, unnest(p.polroles) AS role
          JOIN pg_roles AS r ON r.oid = role AND r.rolname NOT IN ({all}),
               pg_class AS c
         WHERE p.polrelid = {relation}::regclass AND p.polname IN ({names})
           AND (c.oid = p.polrelid
                OR c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend AS d
                                                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                                                  AND d.refclassid = 'pg_class'::regclass AND d.refobjid = p.polrelid))
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %I', earlier.object, earlier.rolname);
    END LOOP;
END
$tenancy$",
        relation = literal(&wall.tables.sql_name(table)),
        names = names(wall).into_iter().map(literal).collect::<Vec<_>>().join(", "),
        all = wall.roles.all().map(|role| literal(role.as_str())).collect::<Vec<_>>().join(", "),
    ))
}

/// The two roles read and write the rows of a tenant table, and nothing else: TRUNCATE asks no policy.
///
/// What is seen by links the application reads, and the links it reads, takes away and changes but for what they link, unless it is said
/// that tenants make them.
pub(super) fn of_tenant_table(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> Vec<Step> {
    let (name, both, all) = (wall.tables.sql_name(table), both(wall), all(wall));
    let [application, across] =
        [&wall.roles.application, &wall.roles.across_tenants].map(|role| role.quoted());
    let link = wall.tables.link(table).filter(|link| link.by_tenants.is_none());
    let (some, inserting) = match (belongs, &link) {
        (Belongs::Link(_), _) => ("SELECT", &across),
        (_, Some(_)) => ("SELECT, DELETE", &across),
        (_, None) => ("SELECT, INSERT, UPDATE, DELETE", &both),
    };
    let granted = if inserting == &both {
        format!("GRANT {some} ON TABLE {name} TO {both}")
    } else {
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {name} TO {across}")
    };
    let mut steps = vec![
        Step::up(format!("REVOKE ALL ON TABLE {name} FROM PUBLIC, {all}")),
        Step::new(granted, where_it_is(&name, &format!("REVOKE ALL ON TABLE {name} FROM {all}"))),
    ];
    if inserting != &both {
        steps.push(Step::up(format!("GRANT {some} ON TABLE {name} TO {application}")));
    }
    if let (Some(link), false) = (&link, matches!(belongs, Belongs::Link(_))) {
        steps.push(all_but(&name, &link.columns, &application));
    }
    steps.extend(readers::grants(wall, table, belongs));
    steps.push(sequences(wall, &name, inserting));
    steps
}

/// UPDATE of all columns but those that name what is linked.
fn all_but(name: &str, columns: &[&str], role: &str) -> Step {
    Step::up(format!(
        "DO $tenancy$
DECLARE
    others text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ') INTO others FROM pg_attribute
     WHERE attrelid = {relation}::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ({columns});
    IF others IS NOT NULL THEN
        EXECUTE format('GRANT UPDATE (%s) ON TABLE %s TO %s', others, {relation}, {role});
    END IF;
END
$tenancy$",
        relation = literal(name),
        columns = columns.iter().map(|column| literal(column)).collect::<Vec<_>>().join(", "),
        role = literal(role),
    ))
}

/// The application reads a global table; what else it may do there is the application's own business.
pub(super) fn of_global_tables(wall: &RowSecurity) -> Vec<Step> {
    let application = wall.roles.application.quoted();
    let across = wall.roles.across_tenants.quoted();
    let all = all(wall);
    let mut steps = Vec::new();
    for table in wall.tables.global() {
        let name = wall.tables.sql_name(table);
        steps.extend([
            Step::up(format!("REVOKE TRUNCATE, REFERENCES, TRIGGER ON TABLE {name} FROM PUBLIC, {all}")),
            Step::new(
                format!("GRANT SELECT ON TABLE {name} TO {application}"),
                where_it_is(&name, &format!("REVOKE ALL ON TABLE {name} FROM {all}")),
            ),
            Step::up(format!("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {name} TO {across}")),
        ]);
        steps.extend(readers::grants_of_a_global_table(wall, table));
    }
    steps
}

/// The sequences of a table's columns: the next value, and not how far the others have come. From those that no column owns, and
/// that others use as well, nothing is taken but what the roles had. `inserting` are the roles that insert.
fn sequences(wall: &RowSecurity, name: &str, inserting: &str) -> Step {
    let [all, inserting] = [&all(wall), inserting].map(|roles| roles.replace('\'', "''").replace('%', "%%"));
    let each = |verbs: &[String]| {
        let verbs: String = verbs
            .iter()
            .map(|verb| format!("        EXECUTE format('{verb}', used.sequence, used.others);\n"))
            .collect();
        format!(
            "DO $tenancy$\nDECLARE\n    used record;\nBEGIN\n    FOR used IN\n        \
             SELECT s.oid::regclass AS sequence, 'PUBLIC, ' AS others FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid\n         \
             WHERE d.refobjid = to_regclass({relation}) AND d.refclassid = 'pg_class'::regclass\n           \
             AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND s.relkind = 'S'\n         \
             UNION ALL\n        \
             SELECT DISTINCT s.oid::regclass, '' FROM pg_attrdef AS f\n          \
             JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass\n          \
             JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S' AND pg_has_role(s.relowner, 'USAGE')\n         \
             WHERE f.adrelid = to_regclass({relation})\n           \
             AND NOT EXISTS (SELECT FROM pg_depend AS o WHERE o.classid = 'pg_class'::regclass AND o.objid = s.oid AND o.deptype IN ('a', 'i'))\n    \
             LOOP\n{verbs}    END LOOP;\nEND\n$tenancy$",
            relation = literal(name),
        )
    };
    Step::new(
        each(&[
            format!("REVOKE ALL ON SEQUENCE %s FROM %s{all}"),
            format!("GRANT USAGE ON SEQUENCE %s TO {inserting}"),
        ]),
        each(&[format!("REVOKE ALL ON SEQUENCE %s FROM {all}")]),
    )
}

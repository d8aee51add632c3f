//! The policies of a tenant table.

use super::{Step, readers};
use crate::belongs::{Belongs, Conditions};
use crate::quote::{identifier, literal};
use crate::row_security::{RowSecurity, Server};
use crate::table::{Table, TenantColumn};

/// The condition that a row is the transaction's tenant's, by its tenant column.
///
/// As a sub-select it is computed once a statement, whatever the plan. Citus has none in policies; there the function,
/// which is STABLE, is computed once where an index or the routing uses it.
fn is_the_tenants(server: Server, tenant: &TenantColumn) -> String {
    let cast = if tenant.sql_type == "text" { String::new() } else { format!("::{}", tenant.sql_type) };
    let column = identifier(&tenant.name);
    match server {
        Server::PostgreSql => format!("{column} = (SELECT tenancy.tenant(){cast})"),
        Server::Citus => format!("{column} = tenancy.tenant(){cast}"),
    }
}

/// The condition that the session's role is one of the wall's two, and writes what that role may.
///
/// Citus drops RESTRICTIVE when it sends a policy to the shards, so there each policy gives no more than the row's own tenant
/// and the role across tenants may have. Elsewhere it is a sub-select, for the same reason: a function of no column would be
/// called for each row.
fn is_one_of_ours(wall: &RowSecurity, own: &str) -> String {
    let [application, across] = [&wall.roles.application, &wall.roles.across_tenants]
        .map(|role| format!("pg_has_role({}, 'USAGE')", literal(role.as_str())));
    match wall.server {
        Server::PostgreSql => format!("(SELECT {application} OR {across})"),
        Server::Citus => format!("{across} OR {application} AND {own}"),
    }
}

/// The names of a table's policies, but for the readers'. Not every table has all of them.
const NAMES: [&str; 9] = [
    "tenancy_tenant",
    "tenancy_roles",
    "tenancy_select",
    "tenancy_insert",
    "tenancy_update",
    "tenancy_delete",
    "tenancy_across",
    "tenancy_change",
    "tenancy_remove",
];

/// The names of the policies that the tables of a wall can have.
pub(super) fn names(wall: &RowSecurity) -> Vec<&'static str> {
    NAMES.into_iter().chain(wall.roles.readers().map(|reader| reader.kind.policy())).collect()
}

/// What a tenant reads, and what it writes.
fn conditions(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> (String, String) {
    match belongs {
        Belongs::Column { tenant, shared: None } => {
            let own = is_the_tenants(wall.server, tenant);
            (own.clone(), own)
        }
        _ => {
            let Conditions { read, write } = Conditions::of(&wall.tables, table, belongs);
            (read.sql(), write.sql())
        }
    }
}

/// A policy: its name, and what follows the table in its statement.
///
/// A sub-select in a policy reads its table behind that table's own policies. It says by itself whose the parent has to be, and does not
/// count on them: they show what is shared as well, and dropping them opens nothing here. It is an EXISTS, which the server computes
/// row by row where there are few, by the parent's key, and once for all where there are many.
fn policies(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> Vec<(&'static str, String)> {
    let (read, own) = conditions(wall, table, belongs);
    let links = wall.tables.link(table).is_some_and(|link| link.by_tenants.is_none());
    let (application, across) = (wall.roles.application.quoted(), wall.roles.across_tenants.quoted());
    let one_of_ours = is_one_of_ours(wall, &own);
    let or_reads = readers::or_reads(wall, table, belongs, &one_of_ours);
    let mut policies = vec![
        // Restrictive: whatever other policy is added, these hold as well.
        (
            "tenancy_tenant",
            format!("AS RESTRICTIVE FOR ALL TO {application}\n    USING ({read})\n    WITH CHECK ({own})"),
        ),
        (
            "tenancy_roles",
            format!(
                "AS RESTRICTIVE FOR ALL TO PUBLIC\n    USING ({or_reads})\n    WITH CHECK ({one_of_ours})"
            ),
        ),
        // Permissive: without one of these there are no rows. They say it again, so that dropping one opens nothing.
        ("tenancy_select", format!("FOR SELECT TO {application}\n    USING ({read})")),
        ("tenancy_insert", format!("FOR INSERT TO {application}\n    WITH CHECK ({own})")),
        ("tenancy_update", format!("FOR UPDATE TO {application}\n    USING ({own})\n    WITH CHECK ({own})")),
        ("tenancy_delete", format!("FOR DELETE TO {application}\n    USING ({own})")),
        ("tenancy_across", format!("FOR ALL TO {across}\n    USING (true)\n    WITH CHECK (true)")),
    ];
    if read != own {
        // The one for all commands shows what is read, and these what is written: they hold together.
        policies.extend([
            (
                "tenancy_change",
                format!(
                    "AS RESTRICTIVE FOR UPDATE TO {application}\n    USING ({own})\n    WITH CHECK ({own})"
                ),
            ),
            ("tenancy_remove", format!("AS RESTRICTIVE FOR DELETE TO {application}\n    USING ({own})")),
        ]);
    }
    // Whoever links a row reads it: who may not has no policy for it.
    let without: &[&str] = match belongs {
        Belongs::Link(_) => &["tenancy_insert", "tenancy_update", "tenancy_delete"],
        _ if links => &["tenancy_insert"],
        _ => &[],
    };
    policies.retain(|(name, _)| !without.contains(name));
    policies.extend(readers::policies(wall, table, belongs));
    policies
}

/// A foreign key is checked by its owner's reading the rows: with FORCE it would find none, and let everything be. What follows
/// puts it on again.
pub(super) fn while_keys_are_checked(wall: &RowSecurity) -> Option<Step> {
    let tables: Vec<_> =
        wall.tables.of_tenants().map(|(table, _)| literal(&wall.tables.sql_name(table))).collect();
    (wall.server == Server::PostgreSql).then(|| {
        Step::up(format!(
            "DO $tenancy$
DECLARE
    walled record;
BEGIN
    FOR walled IN
        SELECT t.name FROM unnest(ARRAY[{}]::text[]) AS t (name) JOIN pg_class AS c ON c.oid = t.name::regclass
         WHERE c.relforcerowsecurity
    LOOP
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', walled.name);
    END LOOP;
END
$tenancy$",
            tables.join(", ")
        ))
    })
}

/// The policies, and then row-level security itself, also for the table's owner.
pub(super) fn steps(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> Vec<Step> {
    let name = wall.tables.sql_name(table);
    let policies = policies(wall, table, belongs);
    let mut steps = Vec::new();
    // Also those that this table does not have, and an earlier wall may have given it.
    for policy in names(wall) {
        let drop = format!("DROP POLICY IF EXISTS {policy} ON {name}");
        steps.push(Step::new(drop.clone(), drop));
        let definition = policies.iter().find(|(name, _)| *name == policy);
        steps.extend(
            definition
                .map(|(_, definition)| Step::up(format!("CREATE POLICY {policy} ON {name} {definition}"))),
        );
    }
    steps.push(Step::new(
        format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"),
        format!("ALTER TABLE IF EXISTS {name} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"),
    ));
    steps
}

/// The same as one text: what mends a table whose policies are not these.
pub(crate) fn table_statements(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> String {
    steps(wall, table, belongs).iter().map(|step| format!("{};\n", step.up)).collect()
}

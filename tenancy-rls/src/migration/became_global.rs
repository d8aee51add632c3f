//! A table that was a tenant's in an earlier wall, and is declared global now.

use super::Step;
use super::policies::names;
use crate::quote::literal;
use crate::row_security::{RowSecurity, Server};

/// Takes an earlier wall's policies from the global tables that have them, with what the application could write by them: left there
/// they would show each tenant a part of what is everybody's. The way down remembers them.
///
/// Only those of this wall's application: a table may be global here and of tenants in another wall of the database, which stays. And
/// row-level security stays on where it was before the first wall.
pub(super) fn step(wall: &RowSecurity) -> Option<Step> {
    let global: Vec<_> = wall.tables.global().map(|table| literal(&wall.tables.sql_name(table))).collect();
    // Citus sends no DO block to its nodes, and takes policies away one by one.
    if global.is_empty() || wall.server == Server::Citus {
        return None;
    }
    let names = names(wall).into_iter().map(literal).collect::<Vec<_>>().join(", ");
    Some(Step::up(format!(
        "DO $tenancy$
DECLARE
    earlier record;
BEGIN
    FOR earlier IN
        SELECT t.name, c.oid,
               EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname NOT IN ({names}))
               OR EXISTS (SELECT FROM tenancy.before_wall AS b
                           WHERE b.object = t.name AND b.undo = format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.name)
                             AND b.migration IS NOT DISTINCT FROM (SELECT f.migration FROM tenancy.before_wall AS f
                                                                    WHERE f.object = t.name ORDER BY f.position LIMIT 1)) AS enabled
          FROM unnest(ARRAY[{global}]::text[]) AS t (name) JOIN pg_class AS c ON c.oid = to_regclass(t.name)
         WHERE {is_of_this_wall}
    LOOP
        EXECUTE (SELECT string_agg(format('DROP POLICY %I ON %s', p.polname, earlier.name), '; ') FROM pg_policy AS p
                  WHERE p.polrelid = earlier.oid AND p.polname IN ({names}));
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON TABLE %s FROM %I', earlier.name, {application});
        EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', earlier.name);
        IF NOT earlier.enabled THEN
            EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', earlier.name);
        END IF;
    END LOOP;
END
$tenancy$",
        global = global.join(", "),
        is_of_this_wall = is_of_this_wall(wall, "c.oid"),
        application = literal(wall.roles.application.as_str()),
    )))
}

/// The condition that a table has policies of a wall for this application, which are taken away where it is global.
pub(super) fn is_of_this_wall(wall: &RowSecurity, relation: &str) -> String {
    if wall.server == Server::Citus {
        return "false".to_owned();
    }
    format!(
        "EXISTS (SELECT FROM pg_policy AS own JOIN pg_roles AS r ON r.rolname = {application}
                  WHERE own.polrelid = {relation} AND own.polname = 'tenancy_tenant' AND r.oid = ANY (own.polroles))",
        application = literal(wall.roles.application.as_str())
    )
}

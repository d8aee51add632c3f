//! Real reads in the roles that only read, tried on each tenant table: those that have to find nothing.

use diesel::pg::Pg;
use diesel::result::Error;
use diesel_async::AsyncConnection;

use super::Inspection;
use super::finding::Finding;
use super::telling::Telling;
use super::tried::{Block, nobodies};
use crate::belongs::is_foreign;
use crate::quote::literal;
use crate::reader::Kind;
use crate::row_security::Server;
use crate::wall::text_of_set;

/// The block, which has the reads as `tried (role, name, tenant, setting, condition, why)`: in the role, with the setting, no row of the
/// table meets the condition. It changes nothing, and what cannot be tried says nothing.
const BLOCK: Block = Block {
    declares: "
    seen boolean;
",
    each: r#"
            CONTINUE WHEN NOT coalesce(has_column_privilege(tried.role, to_regclass(tried.name), tried.tenant, 'SELECT'), false);
            BEGIN
                PERFORM set_config('tenancy.tenant', tried.setting, true);
                PERFORM set_config('role', tried.role, true);
                EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s AS tried WHERE %s)', tried.name, tried.condition) INTO seen;
                PERFORM set_config('role', 'none', true);
                IF seen THEN
                    said := said || concat_ws(chr(31), 'R097', tried.name, tried.why);
                END IF;
            EXCEPTION WHEN data_exception OR lock_not_available THEN
                NULL;
            WHEN OTHERS THEN
                said := said || concat_ws(chr(31), 'R099', tried.name, format('a read in the role %I that should find nothing fails: %s', tried.role, SQLERRM));
            END;
"#,
};

/// Tries the tables that `leave_out` does not name, in one statement; two where the tenants are sealed.
pub(super) async fn findings<C>(
    inspection: &Inspection<'_>,
    connection: &mut C,
    leave_out: impl Fn(&str) -> bool,
) -> Result<Vec<Finding>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    let wall = inspection.wall;
    if wall.server == Server::Citus || wall.roles.readers().next().is_none() {
        return Ok(Vec::new());
    }
    let telling = Telling::of(inspection, connection).await?;
    let mut reads = Vec::new();
    for (table, belongs) in wall.tables.of_tenants() {
        let name = wall.tables.sql_name(table);
        if leave_out(&name) {
            continue;
        }
        let [own, _] = nobodies(belongs.tenant_type());
        let foreign = is_foreign(&wall.tables, table, belongs, own, "tried");
        // The others have connections of their own, and are tried there.
        for reader in wall.roles.readers().filter(|reader| reader.kind.is_lent()) {
            let mut read = |setting: String, condition: &str, why: &str| {
                let [role, name, column, condition] =
                    [reader.role.as_str(), &name, belongs.column(), condition].map(literal);
                let why =
                    literal(&format!("a statement in the role {} {why} reads rows", reader.role.quoted()));
                reads.push(format!("({role}, {name}, {column}, {setting}, {condition}, {why})"));
            };
            read("''".to_owned(), "true", "without tenants");
            match reader.kind {
                Kind::Set => {
                    let (one, set) = (telling.setting(own), telling.setting(&text_of_set([own])));
                    let (Some(one), Some(set)) = (one, set) else { continue };
                    read(one, "true", "with a tenant and no set");
                    read(set, &foreign, "with a set of nobody");
                }
                Kind::Admission => {}
            }
        }
    }
    BLOCK.run(connection, "role, name, tenant, setting, condition, why", &reads).await
}

//! What the roles that only read get of each table: a policy, SELECT, and their part of the policy on roles.

use super::Step;
use crate::belongs::Belongs;
use crate::quote::{identifier, literal};
use crate::reader::Reader;
use crate::row_security::RowSecurity;
use crate::table::Table;

/// The readers of a table, with the conditions that they read it by.
fn reading<'a>(
    wall: &'a RowSecurity,
    table: &'a Table,
    belongs: &'a Belongs,
) -> impl Iterator<Item = (Reader<'a>, String)> {
    wall.roles
        .readers()
        .filter_map(move |reader| Some((reader, reader.kind.condition(&wall.tables, table, belongs)?.sql())))
}

/// Their policies. Of the permissive kind: what keeps them within it, whatever is added, is in the policy on roles.
pub(super) fn policies(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> Vec<(&'static str, String)> {
    reading(wall, table, belongs)
        .map(|(reader, condition)| {
            let definition = format!("FOR SELECT TO {}\n    USING ({condition})", reader.role.quoted());
            (reader.kind.policy(), definition)
        })
        .collect()
}

/// `one_of_ours`, the condition that the role is one of the two; or that it is a reader's, and the row one that it reads.
///
/// Not a restrictive policy of the reader's own, which would hold for the application too, where that inherits what it may take on. There
/// is no such alternative for a row that is written: no policy that somebody adds lets a reader write.
pub(super) fn or_reads(wall: &RowSecurity, table: &Table, belongs: &Belongs, one_of_ours: &str) -> String {
    reading(wall, table, belongs).fold(one_of_ours.to_owned(), |condition, (reader, own)| {
        let role = literal(reader.role.as_str());
        format!("{condition}\n           OR (SELECT pg_has_role({role}, 'USAGE')) AND {own}")
    })
}

/// SELECT of a tenant table, for those that read it.
pub(super) fn grants(wall: &RowSecurity, table: &Table, belongs: &Belongs) -> Vec<Step> {
    let name = wall.tables.sql_name(table);
    let grant = |reader: Reader<'_>| {
        let columns = reader.kind.columns(table).map_or_else(String::new, |columns| {
            let columns: Vec<_> = columns.into_iter().map(identifier).collect();
            format!(" ({})", columns.join(", "))
        });
        Step::up(format!("GRANT SELECT{columns} ON TABLE {name} TO {}", reader.role.quoted()))
    };
    reading(wall, table, belongs).map(|(reader, _)| grant(reader)).collect()
}

/// SELECT of a global table, and nothing else.
pub(super) fn grants_of_a_global_table(wall: &RowSecurity, table: &Table) -> Vec<Step> {
    let name = wall.tables.sql_name(table);
    wall.roles
        .readers()
        .flat_map(|reader| {
            let role = reader.role.quoted();
            let select = format!("GRANT SELECT ON TABLE {name} TO {role}");
            [
                Some(format!("REVOKE ALL ON TABLE {name} FROM {role}")),
                reader.kind.reads_global(&wall.tables, table).then_some(select),
            ]
        })
        .flatten()
        .map(Step::up)
        .collect()
}

/// What the policies call, where one does: the policy on roles is asked of every role, and the part for sets asks for the
/// tenant.
pub(super) fn grants_of_the_schema(wall: &RowSecurity) -> Vec<Step> {
    wall.roles
        .readers()
        .filter(|_| wall.roles.sets.is_some())
        .flat_map(|reader| {
            let role = reader.role.quoted();
            [
                Step::up(format!("GRANT EXECUTE ON FUNCTION tenancy.tenant() TO {role}")),
                Step::up(format!("GRANT USAGE ON SCHEMA tenancy TO {role}")),
            ]
        })
        .collect()
}

//! Names that no database has, found before they stand in a statement.

use tenancy_core::__private::invalid_name;

use super::error::RowSecurityError;
use super::tables::Tables;

/// What the blocks of a migration are quoted by begins with it.
const BLOCK: &str = "$tenancy";

/// Why `name` is the name of nothing in a database, if so.
fn not_a_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("it is empty")
    } else if name.contains('\0') {
        Some("it has a zero byte in it")
    } else {
        name.contains(BLOCK)
            .then_some("it has `$tenancy` in it, by which the blocks of a migration are quoted")
    }
}

impl Tables {
    /// A name that no table, schema, column or key of a database has, or that would end a block of the migration.
    pub(crate) fn unspeakable(&self) -> Option<RowSecurityError> {
        let schemas = self.tenant_schema.iter().chain(&self.global_schema).map(String::as_str);
        let schemas = schemas.chain(self.declared.iter().filter_map(|table| table.schema.as_deref()));
        let names = self
            .declared
            .iter()
            .flat_map(|table| {
                let columns = table.columns.iter().map(|column| ("a column", column.as_ref()));
                columns.chain([("a table", table.name.as_ref())])
            })
            .chain(schemas.map(|schema| ("a schema", schema)))
            .chain(self.over_all_tenants.iter().map(|over| ("a key", over.key.as_ref())));
        names
            .filter_map(|(named, name)| {
                let reason = not_a_name(name).filter(|_| named != "a key" || !name.is_empty())?;
                let fix = "name it as the database does";
                Some(RowSecurityError::Name(invalid_name(named, name, reason, fix)))
            })
            .next()
    }
}

#[cfg(test)]
mod tests {
    use super::not_a_name;

    #[test]
    fn a_name_ends_no_block() {
        assert_eq!(not_a_name("ordinary $ 'quoted' \"name\" \\"), None);
        for name in ["", "a\0b", "a$tenancy$; DROP TABLE agents --", "$tenancy_nodes$"] {
            assert!(not_a_name(name).is_some(), "{name}");
        }
    }
}

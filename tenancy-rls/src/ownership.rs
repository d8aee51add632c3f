//! How rows belong to tenants, for tools that copy or remove a tenant's rows.

use crate::belongs::{self, Belongs, Reference};
use crate::table::Table;
use crate::tables::Tables;

/// How the rows of a declared table belong to tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ownership {
    /// They are nobody's.
    Global,
    /// Each names its tenant.
    Column {
        /// The column that holds the tenant.
        column: String,
        /// Where some rows are shared by all tenants, and nobody's own: what follows the column in the condition that a row is.
        shared: Option<String>,
    },
    /// Each is the tenant's of the row that it names in another table.
    Parent(Link),
    /// Each is seen by the tenants of the rows of another table that name it, and may be several tenants'.
    Link(Link),
}

/// The two columns by which rows of two tables belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// The table's own column.
    pub column: String,
    /// The schema of the other table.
    pub schema: String,
    /// The other table.
    pub table: String,
    /// Its column.
    pub key: String,
}

impl Tables {
    /// How the rows of `table` belong to tenants.
    #[must_use]
    pub fn ownership_of(&self, table: &Table) -> Ownership {
        match table.belongs() {
            None => Ownership::Global,
            Some(Belongs::Column { tenant, shared }) => Ownership::Column {
                column: tenant.name.to_string(),
                shared: shared.as_ref().map(belongs::follows_of_shared),
            },
            Some(Belongs::Parent(reference)) => Ownership::Parent(self.link_by(reference)),
            Some(Belongs::Link(reference)) => Ownership::Link(self.link_by(reference)),
        }
    }

    /// What PostgreSQL calls the type of the tenants' ids; `None` where no table is a tenant's.
    #[must_use]
    pub fn tenant_type(&self) -> Option<&str> {
        self.of_tenants().next().map(|(_, belongs)| belongs.tenant_type())
    }

    /// The condition, as SQL, that a row of `table`, which goes by `row` in the statement, is `tenant`'s own: neither another's nor
    /// shared by all. A row that is seen by a link is every tenant's that links it. `None` for a global table.
    ///
    /// The tenant is in it as a literal, cast to the type of its column, so that an index on that one is used.
    #[must_use]
    pub fn own_rows(&self, table: &Table, tenant: &str, row: &str) -> Option<String> {
        table.belongs().map(|belongs| belongs::is_own(self, table, belongs, tenant, row))
    }

    fn link_by(&self, Reference { column, through, .. }: &Reference) -> Link {
        // It is declared, which `RowSecurity::new` sees to.
        let other = self.iter().find(|table| self.sql_name(table) == self.name_of(through));
        let schema = other.map_or("public", |table| self.schema_of(table));
        Link {
            column: column.to_string(),
            schema: schema.to_owned(),
            table: through.table.to_string(),
            key: through.key.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tenancy_diesel::table;

    use super::Ownership;
    use crate::tables;

    table! {
        #![tenant_global(plans)]
        #[tenant_scoped(tenant_id, shared)]
        boards (id) { id -> Integer, tenant_id -> Nullable<Integer>, }
        #[tenant_scoped(through = boards(board_id))]
        notes (id) { id -> Integer, board_id -> Integer, }
        plans (id) { id -> Integer, }
    }

    #[test]
    fn a_row_is_ones_own_by_its_column_or_its_parent_and_never_when_it_is_shared() {
        let tables = tables![boards, notes, plans];
        let own: Vec<_> = tables.iter().map(|table| tables.own_rows(table, "o'7", "r")).collect();
        assert_eq!(own[0].as_deref(), Some(r#"("r"."tenant_id" = 'o''7'::integer)"#));
        assert_eq!(
            own[1].as_deref(),
            Some(
                r#"(EXISTS ( SELECT 1 FROM "public"."boards" owner_1 WHERE ((owner_1."id" = "r"."board_id") AND (owner_1."tenant_id" = 'o''7'::integer))))"#
            )
        );
        assert_eq!(own[2], None);
        let ownership: Vec<_> = tables.iter().map(|table| tables.ownership_of(table)).collect();
        assert_eq!(
            ownership[0],
            Ownership::Column { column: "tenant_id".to_owned(), shared: Some(" IS NULL".to_owned()) }
        );
        assert!(
            matches!(&ownership[1], Ownership::Parent(link) if (&*link.column, &*link.table, &*link.key) == ("board_id", "boards", "id"))
        );
        assert_eq!((&ownership[2], tables.tenant_type()), (&Ownership::Global, Some("integer")));
    }
}

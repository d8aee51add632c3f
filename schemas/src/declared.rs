//! What the declarations say of each table, and its typed statements under one name for all tables.

use diesel::{PgConnection, QueryResult};
use tenancy_diesel::{Belonging as _, DeclaredTable, Owner as _, Scoped, TenantTable};

/// What a declaration says of a tenants' table.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The schema, `public` where none is named.
    pub schema: &'static str,
    /// The name.
    pub name: &'static str,
    /// The column by which rows belong to tenants.
    pub column: &'static str,
    /// Whether that column holds the tenant itself.
    pub by_column: bool,
    /// Whether a row may be several tenants'.
    pub by_link: bool,
    /// Whether there are rows that all tenants share, in it or where its chain of parents ends.
    pub shared: bool,
    /// The kind of owner: what the ids' type is called, or the column where the chain ends.
    pub owner: &'static str,
}

/// Those of table `T`.
pub fn facts<T: TenantTable>() -> Facts {
    let root = T::THROUGH.map(|through| through.root());
    Facts {
        schema: <T as DeclaredTable>::SCHEMA.unwrap_or("public"),
        name: T::NAME,
        column: T::TENANT_COLUMN,
        by_column: T::THROUGH.is_none(),
        by_link: T::Belonging::MANY,
        shared: root.map_or(T::SHARED, |root| root.shared).is_some(),
        owner: T::Owner::id_type().unwrap_or(root.map_or(T::TENANT_COLUMN, |root| root.column)),
    }
}

/// Reads the whole of a table within a scope: the expression, in SQL, of each of its rows.
pub type Read<I> = fn(&Scoped<I>, &str, &mut PgConnection) -> QueryResult<Vec<String>>;

/// Deletes what a scope may delete of a table.
pub type Delete<I> = fn(&Scoped<I>, &mut PgConnection) -> QueryResult<usize>;

/// [`Delete`], if tenants write the table.
pub type Write<I> = Option<Delete<I>>;

/// The typed statements of tables whose ids are of one type: `typed!(i64; written: [threads, posts], linked: [people])`. What is
/// linked is written across tenants only.
#[macro_export]
macro_rules! typed {
    ($id:ty; written: [$($written:ident),* $(,)?], linked: [$($linked:ident),* $(,)?] $(,)?) => {{
        use diesel::{QueryDsl as _, RunQueryDsl as _};

        vec![
            $((
                $crate::facts::<$written::table>(),
                (|scope, row, db| {
                    $written::table.scoped(scope).select(diesel::dsl::sql::<diesel::sql_types::Text>(row)).load(db)
                }) as $crate::Read<$id>,
                Some((|scope, db| tenancy_diesel::delete($written::table.scoped(scope)).execute(db)) as $crate::Delete<$id>),
            ),)*
            $((
                $crate::facts::<$linked::table>(),
                (|scope, row, db| {
                    $linked::table.scoped(scope).select(diesel::dsl::sql::<diesel::sql_types::Text>(row)).load(db)
                }) as $crate::Read<$id>,
                None::<$crate::Delete<$id>>,
            ),)*
        ]
    }};
}

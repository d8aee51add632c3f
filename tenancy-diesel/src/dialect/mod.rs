//! How each backend writes a source that has only one tenant's rows.

mod database;
mod multi;
mod one;

use diesel::backend::Backend;

pub(crate) use self::database::{Database, SameTenantForm, SourceForm};
pub use self::multi::{LastBound, MultiDialect, Returns, Upserts, Variant};

mod sealed {
    use diesel::backend::Backend;
    use diesel::expression::QueryMetadata;
    use diesel::query_builder::{AstPass, QueryFragment};
    use diesel::result::QueryResult;
    use diesel::sql_types::{HasSqlType, SingleValue};

    use super::Database;
    use crate::bound_tenant::EachTenant;

    /// The database that a backend speaks to. Nobody else's business, and so the seal as well.
    pub trait Dialect: Backend {
        /// The database. The backend's value knows it: there are backends of several.
        fn database(&self) -> Database;

        /// What prints a statement for this backend.
        fn query_builder(&self) -> Self::QueryBuilder;

        /// Prints ` = ANY($1)` with the bound values in an array, and whether it did: not where there is no such form.
        fn walk_any<'b, ST, Bind>(each: &'b EachTenant<Bind>, out: AstPass<'_, 'b, Self>) -> QueryResult<bool>
        where
            Self: HasSqlType<ST>,
            ST: SingleValue + 'static,
            Bind: QueryFragment<Self>,
        {
            let _ = (each, out);
            Ok(false)
        }

        /// Prints a bound text, and has `check` look at what is sent. SQLite's bound values Diesel shows to nobody.
        fn walk_text<'b, E: QueryFragment<Self>>(
            bound: &'b E,
            out: AstPass<'_, 'b, Self>,
            check: impl Fn(&[u8]) -> QueryResult<()>,
        ) -> QueryResult<()> {
            let _ = check;
            bound.walk_ast(out)
        }

        /// The types of bound values that the driver looks up by their names alone, wherever the search path leads.
        fn named_types<Q: QueryFragment<Self>>(statement: &Q) -> Vec<String> {
            let _ = statement;
            Vec::new()
        }

        /// The same for rows of SQL type `ST`.
        fn named_types_of_rows<ST>() -> Vec<String>
        where
            Self: QueryMetadata<ST>,
        {
            Vec::new()
        }
    }
}
pub(crate) use sealed::Dialect;

/// A backend whose scoped SQL was proven by tests; no other compiles. Sealed.
///
/// Those of Diesel are, each by its feature, and what [`multi_backend!`](crate::multi_backend) makes of them.
#[diagnostic::on_unimplemented(
    message = "scoped sources are not proven for backend `{Self}`",
    label = "no scoped SQL for this backend",
    note = "enable the feature of tenancy-diesel for your database: `postgres`, `sqlite` or `mysql`. For an enum of \
            connections (`#[derive(MultiConnection)]`), declare its backend beside it: \
            `tenancy_diesel::multi_backend!(MultiBackend {{ Pg(PgConnection), … }})`, with the variants of the enum",
    note = "T0013: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0013"
)]
pub trait TenantBackend: Backend + Dialect {}

#[cfg(feature = "postgres")]
impl TenantBackend for diesel::pg::Pg {}
#[cfg(feature = "sqlite")]
impl TenantBackend for diesel::sqlite::Sqlite {}
#[cfg(feature = "mysql")]
impl TenantBackend for diesel::mysql::Mysql {}

//! How each backend writes a source that has only one tenant's rows.

use diesel::backend::Backend;

/// The two ways to write it. Both were compared with the hand-written statement's plan (`tests`, `plans`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceForm {
    /// `(SELECT * FROM t WHERE t.tenant = ?) AS t`. PostgreSQL and SQLite flatten it, and `FOR UPDATE` locks through it.
    Derived,
    /// `(t INNER JOIN (SELECT 1 AS one) AS … ON t.tenant = ?)`. On MariaDB, `FOR UPDATE` on a derived table locks no
    /// row of `t`; on this join it does.
    Joined,
}

/// The two ways to write that two joined sources are the same tenant's, when each is one tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameTenantForm {
    /// `left.tenant = right.tenant`.
    Columns,
    /// `NULLIF(left.tenant = $3, FALSE) IS NOT NULL`, with the right one's tenant: true where they are equal.
    ///
    /// From an equality of the columns PostgreSQL derives that the two bound tenants are equal, `$1 = $2`, a condition
    /// without a table. A join with such a condition is never memoized; so the generic plan looks expensive, and the
    /// statement is planned each time that it runs. From this form PostgreSQL derives nothing. It also expects 0.995 of the
    /// rows to fulfil it (`DEFAULT_NOT_UNK_SEL`), where it would expect half of them for `COALESCE(.., FALSE)`.
    Opaque,
}

/// Takes note of types that are looked up by their name. The statement is not sent with what it says.
#[cfg(feature = "postgres")]
#[derive(Debug, Default)]
struct NamedTypes {
    names: Vec<String>,
}

#[cfg(feature = "postgres")]
impl diesel::pg::PgMetadataLookup for NamedTypes {
    fn lookup_type(&mut self, name: &str, schema: Option<&str>) -> diesel::pg::PgTypeMetadata {
        if schema.is_none() {
            self.names.push(name.to_owned());
        }
        diesel::pg::PgTypeMetadata::new(0, 0)
    }

    fn as_any<'a>(&mut self) -> &mut (dyn std::any::Any + 'a)
    where
        Self: 'a,
    {
        self
    }
}

mod sealed {
    use diesel::backend::Backend;
    use diesel::expression::QueryMetadata;
    use diesel::query_builder::{AstPass, QueryFragment};
    use diesel::result::QueryResult;
    use diesel::sql_types::{HasSqlType, SingleValue};

    #[cfg(feature = "postgres")]
    use super::NamedTypes;
    use super::{SameTenantForm, SourceForm};
    use crate::bound_tenant::EachTenant;

    /// The forms of a backend's SQL. Nobody else's business, and so the seal as well.
    pub trait Dialect: Backend {
        /// How a source is written.
        const SOURCE: SourceForm;

        /// How it is written that two joined sources are the same tenant's.
        const SAME_TENANT: SameTenantForm = SameTenantForm::Columns;

        /// The names, in any case, that a table's integer key goes by as well.
        const KEY_NAMES: &'static [&'static str] = &[];

        /// An expression that fails when it is computed: what takes the place of a parent that is not the tenant's. `None` where a
        /// NULL does, because the server takes it for no key that it makes up.
        const NO_PARENT: Option<&'static str> = None;

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

        /// What a bound text is sent as. `None` on SQLite, whose bound values Diesel shows to nobody.
        fn bound_text<E: QueryFragment<Self>>(bound: &E) -> QueryResult<Option<Vec<u8>>> {
            let _ = bound;
            Ok(None)
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

    #[cfg(feature = "postgres")]
    impl Dialect for diesel::pg::Pg {
        const SOURCE: SourceForm = SourceForm::Derived;
        const SAME_TENANT: SameTenantForm = SameTenantForm::Opaque;

        fn walk_any<'b, ST, Bind>(
            each: &'b EachTenant<Bind>,
            mut out: AstPass<'_, 'b, Self>,
        ) -> QueryResult<bool>
        where
            Self: HasSqlType<ST>,
            ST: SingleValue + 'static,
            Bind: QueryFragment<Self>,
        {
            out.push_sql(" = ANY(");
            out.push_bind_param::<diesel::sql_types::Array<ST>, _>(each)?;
            out.push_sql(")");
            Ok(true)
        }

        fn bound_text<E: QueryFragment<Self>>(bound: &E) -> QueryResult<Option<Vec<u8>>> {
            let mut collected = diesel::query_builder::bind_collector::RawBytesBindCollector::new();
            bound.collect_binds(&mut collected, &mut NamedTypes::default(), &Self)?;
            Ok(collected.binds.pop().flatten())
        }

        fn named_types<Q: QueryFragment<Self>>(statement: &Q) -> Vec<String> {
            let mut named = NamedTypes::default();
            let mut collected = diesel::query_builder::bind_collector::RawBytesBindCollector::new();
            // What cannot be collected is not sent.
            let _sent = statement.collect_binds(&mut collected, &mut named, &Self);
            named.names
        }

        fn named_types_of_rows<ST>() -> Vec<String>
        where
            Self: QueryMetadata<ST>,
        {
            let mut named = NamedTypes::default();
            <Self as QueryMetadata<ST>>::row_metadata(&mut named, &mut Vec::new());
            named.names
        }
    }

    #[cfg(feature = "sqlite")]
    impl Dialect for diesel::sqlite::Sqlite {
        const SOURCE: SourceForm = SourceForm::Derived;
        const KEY_NAMES: &'static [&'static str] = &["rowid", "oid", "_rowid_"];
        // "integer overflow": there is no other way to fail in a value.
        const NO_PARENT: Option<&'static str> = Some("abs(-9223372036854775808)");
    }

    #[cfg(feature = "mysql")]
    impl Dialect for diesel::mysql::Mysql {
        const SOURCE: SourceForm = SourceForm::Joined;
        const KEY_NAMES: &'static [&'static str] = &["_rowid"];
        // "Subquery returns more than 1 row"
        const NO_PARENT: Option<&'static str> = Some("(SELECT 1 UNION ALL SELECT 2)");

        fn bound_text<E: QueryFragment<Self>>(bound: &E) -> QueryResult<Option<Vec<u8>>> {
            let mut collected = diesel::query_builder::bind_collector::RawBytesBindCollector::new();
            bound.collect_binds(&mut collected, &mut (), &Self)?;
            Ok(collected.binds.pop().flatten())
        }
    }
}

/// A backend whose scoped SQL was proven by tests; no other compiles. Sealed.
#[diagnostic::on_unimplemented(
    message = "scoped sources are not proven for backend `{Self}`",
    label = "no scoped SQL for this backend",
    note = "enable the feature of tenancy-diesel for your database: `postgres`, `sqlite` or `mysql`",
    note = "T0013: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0013"
)]
pub trait TenantBackend: Backend<QueryBuilder: Default> + sealed::Dialect {}

#[cfg(feature = "postgres")]
impl TenantBackend for diesel::pg::Pg {}
#[cfg(feature = "sqlite")]
impl TenantBackend for diesel::sqlite::Sqlite {}
#[cfg(feature = "mysql")]
impl TenantBackend for diesel::mysql::Mysql {}

//! Backends of several databases: what `#[derive(diesel::MultiConnection)]` generates.

use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper as _;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;

use super::{Database, Dialect, TenantBackend};
use crate::statement::{ConflictBackend, ReturningBackend};

/// Which of the proven databases a value of a backend of several is. Made of a proven backend, and in no other way.
#[derive(Debug, Clone, Copy)]
pub struct Variant(Database);

impl Variant {
    /// The database of a proven backend.
    #[must_use]
    pub fn of<DB: TenantBackend>(backend: &DB) -> Self {
        Self(backend.database())
    }
}

/// A backend whose values are backends of several databases. [`multi_backend!`](crate::multi_backend) implements it: do not
/// implement it by hand.
///
/// It chooses no SQL. It says of each value which backend that is, and the forms follow from it.
pub trait MultiDialect: Backend {
    /// Which of the databases this value is.
    #[doc(hidden)]
    fn variant(&self) -> Variant;

    /// What prints a statement for this value.
    #[doc(hidden)]
    fn builder(&self) -> Self::QueryBuilder;

    /// The bytes of the value that was bound last, where Diesel shows them.
    #[doc(hidden)]
    fn last_bound<'c>(collector: &'c Self::BindCollector<'_>) -> Option<&'c [u8]>;
}

impl<DB: MultiDialect> Dialect for DB {
    fn database(&self) -> Database {
        self.variant().0
    }

    fn query_builder(&self) -> Self::QueryBuilder {
        self.builder()
    }

    // Its binds can be collected only with the connection at hand: so the text is looked at when it has been, before anything
    // is sent.
    fn walk_text<'b, E: QueryFragment<Self>>(
        bound: &'b E,
        mut out: AstPass<'_, 'b, Self>,
        check: impl Fn(&[u8]) -> QueryResult<()>,
    ) -> QueryResult<()> {
        bound.walk_ast(out.reborrow())?;
        match out.bind_collector().and_then(|(collector, _)| DB::last_bound(collector)) {
            Some(text) => check(text),
            None => Ok(()),
        }
    }
}

/// A backend of one database, and what its bound values tell.
pub trait LastBound: Backend {
    /// The bytes of the value that was bound last. `None` on SQLite, whose bound values Diesel shows to nobody.
    fn last_bound<'c>(collector: &'c Self::BindCollector<'_>) -> Option<&'c [u8]>;
}

#[cfg(feature = "postgres")]
impl LastBound for diesel::pg::Pg {
    fn last_bound<'c>(collector: &'c Self::BindCollector<'_>) -> Option<&'c [u8]> {
        collector.binds.last()?.as_deref()
    }
}

#[cfg(feature = "mysql")]
impl LastBound for diesel::mysql::Mysql {
    fn last_bound<'c>(collector: &'c Self::BindCollector<'_>) -> Option<&'c [u8]> {
        collector.binds.last()?.as_deref()
    }
}

#[cfg(feature = "sqlite")]
impl LastBound for diesel::sqlite::Sqlite {
    fn last_bound<'c>(_: &'c Self::BindCollector<'_>) -> Option<&'c [u8]> {
        None
    }
}

/// A backend that has ON CONFLICT with conditions and without a key. The lifetime means nothing: a bound without it is checked where it is written.
pub trait Upserts<'variant> {}
#[diagnostic::do_not_recommend]
impl<DB: ConflictBackend> Upserts<'_> for DB {}

/// A backend that has RETURNING. The lifetime means nothing.
pub trait Returns<'variant> {}
#[diagnostic::do_not_recommend]
impl<DB: ReturningBackend> Returns<'_> for DB {}

/// Lets an enum of connections run scoped statements: one that derives `diesel::MultiConnection`.
///
/// The derive generates a backend of its own, which Diesel calls `MultiBackend`, beside the enum. Name it, and the variants
/// of the enum as they are declared. Each variant has to be a connection of PostgreSQL, SQLite or MySQL, whose feature of this
/// crate is on.
///
/// A statement gets the forms of the database that it is sent to. Upserts with conditions, or without a key, compile where every variant
/// has `ON CONFLICT`, `returning` where every variant has it, and locks (`for_update`) not at all, because Diesel has none for such a backend. A
/// batch is one statement: on SQLite, rows of it that leave different columns to their defaults are refused when it is
/// run. A `TenantId` is a text there, the one type of column that every database has for it.
///
/// # Examples
///
/// ```
/// # #[cfg(all(feature = "postgres", feature = "sqlite"))]
/// # mod example {
/// use diesel::prelude::*;
/// use tenancy_diesel::prelude::*;
///
/// #[derive(diesel::MultiConnection)]
/// pub enum AnyConnection {
///     Sqlite(SqliteConnection),
/// }
/// tenancy_diesel::multi_backend!(MultiBackend { Sqlite(SqliteConnection) });
///
/// tenancy_diesel::table! {
///     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
/// }
///
/// fn names(scope: &Scoped<i32>, connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
///     agents::table.scoped(scope).select(agents::name).load(connection)
/// }
/// # }
/// ```
#[macro_export]
macro_rules! multi_backend {
    ($backend:ident { $($variant:ident($connection:ty)),+ $(,)? }) => {
        const _: () = {
            type Backend = $backend;
            type Builder = <Backend as ::diesel::backend::Backend>::QueryBuilder;
            type Collector<'a> = <Backend as ::diesel::backend::Backend>::BindCollector<'a>;

            impl $crate::__private::MultiDialect for Backend {
                fn variant(&self) -> $crate::__private::Variant {
                    match self {
                        $(Self::$variant(backend) => {
                            $crate::__private::Variant::of::<
                                <$connection as ::diesel::Connection>::Backend,
                            >(backend)
                        })+
                    }
                }

                fn builder(&self) -> Builder {
                    match self {
                        $(Self::$variant(_) => Builder::$variant(::core::default::Default::default()),)+
                        // `variant` has them all, and is the one error where it has not.
                        #[allow(unreachable_patterns)]
                        _ => ::core::unreachable!(),
                    }
                }

                fn last_bound<'c>(collector: &'c Collector<'_>) -> ::core::option::Option<&'c [u8]> {
                    match collector {
                        $(Collector::$variant(collector) => {
                            <<$connection as ::diesel::Connection>::Backend
                                as $crate::__private::LastBound>::last_bound(collector)
                        })+
                        #[allow(unreachable_patterns)]
                        _ => ::core::unreachable!(),
                    }
                }
            }

            impl $crate::__private::TenantBackend for Backend {}

            impl $crate::__private::OneStatementBatch for Backend {}

            $crate::__multi_backend_id!(Backend: ::diesel::sql_types::Text);

            impl $crate::__private::ConflictBackend for Backend
            where
                $(for<'variant> <$connection as ::diesel::Connection>::Backend:
                    $crate::__private::Upserts<'variant>,)+
            {
            }

            impl $crate::__private::ReturningBackend for Backend
            where
                $(for<'variant> <$connection as ::diesel::Connection>::Backend:
                    $crate::__private::Returns<'variant>,)+
            {
            }
        };
    };
}

/// [`TenantId`](crate::TenantId) as SQL type `$sql_type`, which Diesel's derive knows for its own types only.
#[doc(hidden)]
#[macro_export]
macro_rules! __multi_backend_id {
    ($backend:ident: $sql_type:path) => {
        impl ::diesel::serialize::ToSql<$sql_type, $backend> for $crate::TenantId {
            fn to_sql<'b>(
                &'b self,
                out: &mut ::diesel::serialize::Output<'b, '_, $backend>,
            ) -> ::diesel::serialize::Result {
                out.set_value(($sql_type, self));
                ::core::result::Result::Ok(::diesel::serialize::IsNull::No)
            }
        }

        impl ::diesel::deserialize::FromSql<$sql_type, $backend> for $crate::TenantId {
            fn from_sql(
                value: <$backend as ::diesel::backend::Backend>::RawValue<'_>,
            ) -> ::diesel::deserialize::Result<Self> {
                value.from_sql::<Self, $sql_type>()
            }
        }
    };
}

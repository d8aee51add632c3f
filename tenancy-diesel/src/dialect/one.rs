//! Diesel's own backends, each of one database.

#[cfg(any(feature = "postgres", feature = "sqlite", feature = "mysql"))]
use super::{Database, Dialect};

#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::query_builder::bind_collector::RawBytesBindCollector;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::query_builder::{AstPass, QueryFragment};
#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::result::QueryResult;

#[cfg(feature = "postgres")]
use crate::bound_tenant::EachTenant;
#[cfg(feature = "postgres")]
use diesel::sql_types::{HasSqlType, SingleValue};

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

#[cfg(feature = "postgres")]
impl Dialect for diesel::pg::Pg {
    fn database(&self) -> Database {
        Database::Postgres
    }

    fn walk_any<'b, ST, Bind>(each: &'b EachTenant<Bind>, mut out: AstPass<'_, 'b, Self>) -> QueryResult<bool>
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

    fn query_builder(&self) -> Self::QueryBuilder {
        Self::QueryBuilder::default()
    }

    fn walk_text<'b, E: QueryFragment<Self>>(
        bound: &'b E,
        out: AstPass<'_, 'b, Self>,
        check: impl Fn(&[u8]) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let mut collected = RawBytesBindCollector::new();
        bound.collect_binds(&mut collected, &mut NamedTypes::default(), &Self)?;
        collected.binds.pop().flatten().map_or(Ok(()), |text| check(&text))?;
        bound.walk_ast(out)
    }

    fn named_types<Q: QueryFragment<Self>>(statement: &Q) -> Vec<String> {
        let mut named = NamedTypes::default();
        let mut collected = RawBytesBindCollector::new();
        // What cannot be collected is not sent.
        let _sent = statement.collect_binds(&mut collected, &mut named, &Self);
        named.names
    }

    fn named_types_of_rows<ST>() -> Vec<String>
    where
        Self: diesel::expression::QueryMetadata<ST>,
    {
        let mut named = NamedTypes::default();
        <Self as diesel::expression::QueryMetadata<ST>>::row_metadata(&mut named, &mut Vec::new());
        named.names
    }
}

#[cfg(feature = "sqlite")]
impl Dialect for diesel::sqlite::Sqlite {
    fn database(&self) -> Database {
        Database::Sqlite
    }

    fn query_builder(&self) -> Self::QueryBuilder {
        Self::QueryBuilder::default()
    }
}

#[cfg(feature = "mysql")]
impl Dialect for diesel::mysql::Mysql {
    fn database(&self) -> Database {
        Database::Mysql
    }

    fn query_builder(&self) -> Self::QueryBuilder {
        Self::QueryBuilder::default()
    }

    fn walk_text<'b, E: QueryFragment<Self>>(
        bound: &'b E,
        out: AstPass<'_, 'b, Self>,
        check: impl Fn(&[u8]) -> QueryResult<()>,
    ) -> QueryResult<()> {
        let mut collected = RawBytesBindCollector::new();
        bound.collect_binds(&mut collected, &mut (), &Self)?;
        collected.binds.pop().flatten().map_or(Ok(()), |text| check(&text))?;
        bound.walk_ast(out)
    }
}

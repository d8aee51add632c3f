//! What diesel-async's connection does with a statement before it sends anything.

use std::any::TypeId;
use std::hint::black_box;

use diesel::connection::InstrumentationEvent;
use diesel::connection::statement_cache::{
    MaybeCached, PrepareForCache, QueryFragmentForCachedStatement, StatementCache,
};
use diesel::pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata};
use diesel::query_builder::bind_collector::RawBytesBindCollector;
use diesel::query_builder::{QueryBuilder, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A part of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The statement is put together.
    Build,
    /// Its SQL is written, as it is at each execution.
    Print,
    /// Its values are serialized.
    Bind,
    /// It is walked through once, without an output: Diesel asks whether it may be cached. a `TenantPool` askss once more, and looks
    /// for other tenants in the same walk.
    Walk,
    /// It is found among the prepared ones.
    Lookup,
    /// All of that, in diesel-async's order. An UPDATE by hand is looked up as well, as if Diesel kept it: the library's would
    /// otherwise be compared with one that is not looked for and takes a round trip to be prepared instead.
    Whole,
}

impl Stage {
    pub(super) const ALL: [Self; 6] =
        [Self::Build, Self::Print, Self::Bind, Self::Walk, Self::Lookup, Self::Whole];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Print => "print",
            Self::Bind => "bind",
            Self::Walk => "walk",
            Self::Lookup => "lookup",
            Self::Whole => "whole",
        }
    }
}

/// A connection without a server: the cache of prepared statements, each of which is its SQL here.
pub(super) struct Connection {
    cache: StatementCache<Pg, String>,
}

/// What is to be the same of two statements that do the same work.
#[derive(Debug)]
pub(super) struct Facts {
    /// How many values it binds.
    pub(super) binds: usize,
    /// Whether the cache finds it by its type.
    pub(super) has_query_id: bool,
    /// Whether it is kept prepared.
    pub(super) is_cached: bool,
}

impl Facts {
    /// Whether a statement with these does the work of one with those of `hand`, and is found and kept at least as well: Diesel
    /// keeps no UPDATE prepared, and the library does. Between two sources the library binds the tenant once more.
    pub(super) fn are_as_good_as(&self, hand: &Self) -> bool {
        self.binds >= hand.binds && self.has_query_id >= hand.has_query_id && self.is_cached >= hand.is_cached
    }
}

impl Connection {
    pub(super) fn new() -> Self {
        Self { cache: StatementCache::new() }
    }

    /// Does a stage of the work `times` times. What goes before the stage is done once.
    pub(super) fn repeat<Q>(&mut self, stage: Stage, times: usize, build: impl Fn() -> Q) -> QueryResult<()>
    where
        Q: QueryFragment<Pg> + QueryId,
    {
        let statement = build();
        let (sql, binds) = (print(&statement)?, bind(&statement)?);
        for _ in 0..times {
            match stage {
                Stage::Build => drop(black_box(build())),
                Stage::Print => drop(black_box(print(black_box(&statement))?)),
                Stage::Bind => drop(black_box(bind(black_box(&statement))?)),
                Stage::Walk => _ = black_box(black_box(&statement).is_safe_to_cache_prepared(&Pg)?),
                Stage::Lookup => {
                    _ = black_box(self.find(Q::query_id(), true, black_box(&sql), &binds.metadata)?)
                }
                Stage::Whole => self.whole(&build())?,
            }
        }
        Ok(())
    }

    /// Puts the statement into the cache, and says what it is like.
    pub(super) fn look<Q>(&mut self, build: impl Fn() -> Q) -> QueryResult<(String, Facts)>
    where
        Q: QueryFragment<Pg> + QueryId,
    {
        let statement = build();
        let (sql, binds) = (print(&statement)?, bind(&statement)?);
        let safe = statement.is_safe_to_cache_prepared(&Pg)?;
        self.find(Q::query_id(), safe, &sql, &binds.metadata)?;
        // The second time it is there, or it is never kept.
        let is_cached = self.find(Q::query_id(), safe, &sql, &binds.metadata)?;
        Ok((sql, Facts { binds: binds.binds.len(), has_query_id: Q::query_id().is_some(), is_cached }))
    }

    /// As `AsyncPgConnection` does it: the SQL is written whether or not the statement is found by its type.
    fn whole<Q: QueryFragment<Pg> + QueryId>(&mut self, statement: &Q) -> QueryResult<()> {
        let binds = bind(statement)?;
        black_box(statement.is_safe_to_cache_prepared(&Pg)?);
        let sql = print(statement)?;
        black_box(self.find(Q::query_id(), true, &sql, &binds.metadata)?);
        let values: Vec<_> = binds.metadata.into_iter().zip(binds.binds).collect();
        drop(black_box((values, sql)));
        Ok(())
    }

    /// Whether the statement is kept in the cache, where it is from now on.
    fn find(
        &mut self,
        id: Option<TypeId>,
        safe: bool,
        sql: &str,
        binds: &[PgTypeMetadata],
    ) -> QueryResult<bool> {
        let printed = Printed { sql: sql.to_owned(), safe };
        let prepare: Prepare = |(), sql, _, _| Ok(sql.to_owned());
        let mut nobody = |_: InstrumentationEvent<'_>| ();
        let found =
            self.cache.cached_statement_non_generic(id, &printed, &Pg, binds, (), prepare, &mut nobody)?;
        Ok(matches!(found, MaybeCached::Cached(_)))
    }
}

/// How a statement that is not there is prepared.
type Prepare = fn((), &str, PrepareForCache, &[PgTypeMetadata]) -> QueryResult<String>;

/// A statement after its type is gone, as diesel-async hands it to the cache.
struct Printed {
    sql: String,
    safe: bool,
}

impl QueryFragmentForCachedStatement<Pg> for Printed {
    fn construct_sql(&self, _: &Pg) -> QueryResult<String> {
        Ok(self.sql.clone())
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(self.safe)
    }
}

/// No statement here has a type of the database's own, so nothing is looked up.
struct NoTypes;

impl PgMetadataLookup for NoTypes {
    fn lookup_type(&mut self, _: &str, _: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(0, 0)
    }
}

fn print<Q: QueryFragment<Pg>>(statement: &Q) -> QueryResult<String> {
    let mut builder = PgQueryBuilder::default();
    statement.to_sql(&mut builder, &Pg)?;
    Ok(builder.finish())
}

fn bind<Q: QueryFragment<Pg>>(statement: &Q) -> QueryResult<RawBytesBindCollector<Pg>> {
    let mut binds = RawBytesBindCollector::new();
    statement.collect_binds(&mut binds, &mut NoTypes, &Pg)?;
    Ok(binds)
}

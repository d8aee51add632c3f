//! How a database compares tenants' ids, asked when a pool is built.

use std::any::TypeId;

use diesel::backend::Backend;
use diesel::query_builder::QueryBuilder as _;
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Integer, SmallInt, Text};
use tenancy_diesel::{TenantSqlType, TenantTable};

use crate::driver::{Ids, TenantConnection};
use crate::error::{BuildError, CoarseColumn};

/// Two ids, as SQL and as a message has them, that Rust tells apart.
type Pair = (&'static str, &'static str);

/// By letter case, accents, one letter in two spellings, width, what collations skip, and letters that they have no weight for.
const TEXTS: [Pair; 8] = [
    ("acme", "ACME"),
    ("cafe", "caf\u{e9}"),
    ("caf\u{e9}", "cafe\u{301}"),
    ("strasse", "stra\u{df}e"),
    ("acme", "\u{ff41}cme"),
    ("acme", "ac\u{ad}me"),
    ("acme", "acme\u{200b}"),
    ("\u{1f980}", "\u{1f981}"),
];

/// Two texts that are one number, in a column that holds numbers.
const ONE_NUMBER: Pair = ("7", "07");

/// Beyond what a floating-point number tells apart, as which a text is compared with a number.
const NUMBERS: [Pair; 1] = [("9007199254740992", "9007199254740993")];

/// A tenant column that is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct TenantColumn {
    schema: Option<&'static str>,
    table: &'static str,
    column: &'static str,
    ids: Ids,
}

impl TenantColumn {
    pub(super) fn of<T: TenantTable>() -> Self
    where
        TenantSqlType<T>: 'static,
    {
        let is = |id: TypeId| id == TypeId::of::<TenantSqlType<T>>();
        let number =
            is(TypeId::of::<SmallInt>()) || is(TypeId::of::<Integer>()) || is(TypeId::of::<BigInt>());
        let ids = match () {
            () if is(TypeId::of::<Text>()) => Ids::Texts,
            () if number => Ids::Numbers,
            () if is(TypeId::of::<Binary>()) => Ids::Bytes,
            () => Ids::Others,
        };
        Self { schema: T::SCHEMA, table: T::NAME, column: T::TENANT_COLUMN, ids }
    }

    /// Ids that it has to keep apart, and what stands around each in SQL: texts have quotes.
    const fn pairs(&self) -> (&'static [Pair], &'static str) {
        match self.ids {
            Ids::Texts => (&TEXTS, "'"),
            Ids::Numbers => (&NUMBERS, ""),
            // Compared as they are, in a column that is theirs.
            Ids::Bytes | Ids::Others => (&[], ""),
        }
    }

    /// Two ids that a column of another type spoils.
    const fn spoilt(&self) -> Pair {
        match self.ids {
            Ids::Texts => ONE_NUMBER,
            Ids::Numbers => NUMBERS[0],
            Ids::Bytes | Ids::Others => TEXTS[0],
        }
    }

    fn name(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }

    /// Whether the database takes the two for one: it compares the one, where a row of the table could have it, with the other.
    fn question<DB: Backend<QueryBuilder: Default>>(&self, (one, other): Pair) -> QueryResult<String> {
        let mut sql = DB::QueryBuilder::default();
        sql.push_sql("SELECT count(*) AS count FROM (SELECT ");
        sql.push_identifier(self.column)?;
        sql.push_sql(" AS tenant FROM ");
        if let Some(schema) = self.schema {
            sql.push_identifier(schema)?;
            sql.push_sql(".");
        }
        sql.push_identifier(self.table)?;
        let (_, quote) = self.pairs();
        sql.push_sql(&format!(
            " WHERE 1 = 0 UNION ALL SELECT {quote}{one}{quote}) AS probe WHERE tenant = {quote}{other}{quote}"
        ));
        Ok(sql.finish())
    }
}

/// Refuses columns that take two tenants for one: all of them, each with the first two.
pub(super) async fn inspect<C: TenantConnection>(
    connection: &mut C,
    columns: &[TenantColumn],
) -> Result<(), BuildError> {
    let mut coarse = Vec::new();
    for column in columns {
        let failed = |source| BuildError::TenantColumn { column: column.name(), source };
        let (table, name) = (in_quotes(column.table), in_quotes(column.column));
        if let Some(question) = C::counts_if_spoilt(column.ids, &table, &name)
            && connection.count(question).await.map_err(failed)? > 0
        {
            coarse.push(CoarseColumn { column: column.name(), ids: column.spoilt() });
            continue;
        }
        for (number, &ids) in column.pairs().0.iter().enumerate() {
            let answer = async { connection.count(column.question::<C::Backend>(ids)?).await };
            let equal = match answer.await {
                Ok(equal) => equal,
                // The column's character set has no such letter, and no tenant can be stored who has it.
                Err(_) if number > 0 => continue,
                Err(source) => return Err(failed(source)),
            };
            if equal > 0 {
                coarse.push(CoarseColumn { column: column.name(), ids });
                break;
            }
        }
    }
    if coarse.is_empty() { Ok(()) } else { Err(BuildError::CoarseColumns(coarse)) }
}

/// A name as a text of SQL.
fn in_quotes(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

//! Whether a statement may run in a tenant's transaction, and what it may leave behind.

use diesel::result::QueryResult;
use tenancy_diesel::__pool::{LookedThrough, PrintedTable};

use super::Allowed;
use super::text::Text;
use crate::error::{RawSqlRefused, StatementRefused};

/// What decides beside the statement itself.
pub(crate) struct Circumstances<'a> {
    /// It is PostgreSQL, where raw SQL is refused, and where a SELECT is unfit for Diesel's statement cache for nothing else.
    pub(crate) postgres: bool,
    /// Whether only raw SQL keeps this kind of statement out of that cache.
    pub(crate) raw_sql_shows: bool,
    /// The name of the statement's type.
    pub(crate) type_name: &'static str,
    /// What the application says to be no danger.
    pub(crate) allowed: &'a Allowed,
}

/// Refuses a statement with raw SQL in it, and one that reads a table which nobody declared. Otherwise returns whether the session
/// may be another one afterwards: a function that is not known can set what it likes.
pub(crate) fn permit(looked: &LookedThrough, circumstances: &Circumstances<'_>) -> QueryResult<bool> {
    let allowed = circumstances.allowed;
    if let Some(fragment) = looked.reviewed.iter().find(|fragment| !allowed.reviewed.contains(fragment)) {
        return Err(RawSqlRefused::Unlisted { fragment: fragment.name() }.into());
    }
    let reading = allowed.readings.of(&looked.sql);
    let text = reading.as_ref().as_ref();
    if circumstances.postgres && has_raw_sql(looked, text.ok(), circumstances) {
        return Err(RawSqlRefused::Fragment.into());
    }
    let text = text.map_err(|found| StatementRefused::Unreadable { found })?;
    if let Some(table) = undeclared(text, &looked.tables) {
        return Err(StatementRefused::UndeclaredTable { table: table.join(".") }.into());
    }
    Ok(circumstances.postgres && text.unknown.iter().any(|name| !allowed.harmless().contains(name)))
}

/// Whether there is raw SQL in it.
///
/// Diesel's walk tells, except that defaults, several rows and its own UPDATE look the same to it. There the type tells, which
/// names every node. Where a part is boxed, the type does not go on; so there the text may have nothing in it that Diesel would
/// not have written.
fn has_raw_sql(looked: &LookedThrough, text: Option<&Text>, circumstances: &Circumstances<'_>) -> bool {
    if looked.free_of_raw_sql {
        return false;
    }
    let names = |parts: &[&str]| parts.iter().any(|part| circumstances.type_name.contains(part));
    if circumstances.raw_sql_shows || names(&["::sql_literal::", "::sql_query::"]) {
        return true;
    }
    let boxed = names(&["dyn ", "::boxed::", "Boxed"]);
    let diesels =
        |text: &Text| !text.foreign && text.unknown.is_empty() && undeclared(text, &looked.tables).is_none();
    boxed && !text.is_some_and(diesels)
}

/// A table that no declared one accounts for. Each mention of a tenant's table has to be one that was printed with its tenant.
fn undeclared<'a>(text: &'a Text, printed: &[PrintedTable]) -> Option<&'a Vec<String>> {
    let mut printed = printed.to_vec();
    text.tables.iter().find(|name| {
        let found = printed.iter().position(|table| match &name[..] {
            [name] => table.schema.is_none() && table.name == name,
            [schema, name] => table.schema == Some(schema.as_str()) && table.name == name,
            _ => false,
        });
        match found {
            Some(at) if !printed[at].global => {
                printed.swap_remove(at);
                false
            }
            Some(_) => false,
            None => true,
        }
    })
}

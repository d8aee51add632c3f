//! Whether this role sees every row: a part of them, taken for all, would be an export with holes and an erasure that is none.

use super::super::error::{OperateError, OperateErrorKind, database};
use super::super::session::Session;
use crate::every_row::SHOWS_ALL;

/// Whether no policy hides a row of the table `c` from this role. To be asked with row security on.
pub(crate) fn hides_nothing() -> String {
    format!("(NOT (c.relrowsecurity AND row_security_active(c.oid)) OR {SHOWS_ALL})")
}

/// Refuses a role that would see a part of the rows of one of these tables.
pub(crate) async fn sees_every_row(
    session: &Session,
    tables: impl IntoIterator<Item = u32>,
) -> Result<(), OperateError> {
    // Asked with row security on: off, every role that is not above it would be said to have none.
    session.run("row security cannot be set", "SET row_security = on").await?;
    let tables: Vec<u32> = tables.into_iter().collect();
    let query = format!(
        "SELECT c.oid::regclass::text AS name, {SHOWS_ALL} AS shows_all FROM pg_class AS c
          WHERE c.oid = ANY ($1) AND c.relrowsecurity AND row_security_active(c.oid)"
    );
    let walled = session
        .client()
        .query(&query, &[&tables])
        .await
        .map_err(database("whether this role sees every row cannot be asked"))?;
    let hidden: Vec<String> =
        walled.iter().filter(|row| !row.get::<_, bool>("shows_all")).map(|row| row.get("name")).collect();
    if !hidden.is_empty() {
        return Err(OperateError::new(
            OperateErrorKind::Role,
            format!(
                "this role sees a part of the rows of {} only, because of row-level security",
                hidden.join(", ")
            ),
        )
        .fix("connect as the wall's role across tenants, or as one with BYPASSRLS"));
    }
    if walled.is_empty() {
        session.run("row security cannot be set", "SET row_security = off").await?;
    }
    Ok(())
}

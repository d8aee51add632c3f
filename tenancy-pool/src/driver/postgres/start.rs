//! How statements are let run: by themselves, behind what is told to the session, or in a transaction.

use super::Session;
use super::opening::Opening;
use super::rules::PostgresRules;
use super::told::{APPLICATION_NAME, Told, Travels, in_session, is_foreign};
use crate::driver::{Beginning, Start};
use crate::error::PoolError;
use crate::options::TransactionOptions;

/// What goes ahead of the first statement of a tenant's, or of nobody's.
pub(super) fn start(
    rules: &PostgresRules,
    session: &Session,
    beginning: Beginning<'_>,
    travels: Travels,
) -> Result<Start<Opening>, PoolError> {
    let (path, first) = (rules.search_path(beginning.placement), beginning.first_statements);
    let label = rules.label(beginning.tenants.one());
    if let Some(single) = beginning.single.filter(|_| first.is_empty()) {
        let as_opened = !session.changed && session.told == Told::Nothing;
        let is_told = rules.is_walled() || path.is_some() || label.is_some();
        if !single.writes && !is_told && as_opened {
            return Ok(Start::Alone);
        }
        // Citus' workers learn only what a transaction is told.
        if let Some(opening) = in_session(rules, session, beginning.tenants, path.clone(), single, travels)
            .filter(|_| !rules.on_citus())
        {
            return Ok(Start::InSession(opening));
        }
    }
    // The application's statements may make no sense, and Citus forwards the whole message that a SET LOCAL stands in.
    let together = first.is_empty() && !rules.on_citus();
    let mut opening = Opening::begin(beginning.options, session.reset, together);
    opening.foreign = is_foreign(session, beginning.tenants.one());
    // First of all: a sharding pooler decides by them where everything after them goes.
    first.into_iter().for_each(|statement| opening.push(statement));
    #[cfg(feature = "rls")]
    if let Some(guard) = &rules.guard {
        guard.tell(beginning.tenants, session, &mut opening)?;
    }
    if let Some(path) = path {
        opening.push(format!("SET LOCAL search_path TO {path}"));
    }
    if let Some(label) = label {
        opening.push(format!("SET LOCAL {APPLICATION_NAME} TO {}", label.literal()));
    }
    Ok(Start::InTransaction(opening))
}

/// What opens a transaction that spans tenants.
pub(super) fn start_across(session: &Session, options: TransactionOptions) -> Opening {
    let mut opening = Opening::begin(options, session.reset, false);
    opening.foreign = is_foreign(session, None);
    opening
}

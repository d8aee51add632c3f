//! What goes ahead of a statement, in the same write.

use diesel::QueryResult;
use diesel::result::Error;

use super::super::opening::Reset;
use super::exchange::Exchange;
use super::statements::Statements;

/// What sets a session right, each under the name that it is prepared by.
const RESETS: [(&str, &str); 3] = [
    ("tenancy RESET SESSION AUTHORIZATION", "RESET SESSION AUTHORIZATION"),
    ("tenancy RESET ROLE", "RESET ROLE"),
    ("tenancy RESET ALL", "RESET ALL"),
];

/// What tells a session so many settings.
const TELLS: [(&str, &str); 4] = [
    ("tenancy_tell_1", "SELECT pg_catalog.set_config($1, $2, $3::text::bool)"),
    (
        "tenancy_tell_2",
        "SELECT pg_catalog.set_config($1, $2, $3::text::bool), pg_catalog.set_config($4, $5, $6::text::bool)",
    ),
    (
        "tenancy_tell_3",
        "SELECT pg_catalog.set_config($1, $2, $3::text::bool), pg_catalog.set_config($4, $5, $6::text::bool), \
         pg_catalog.set_config($7, $8, $9::text::bool)",
    ),
    (
        "tenancy_tell_4",
        "SELECT pg_catalog.set_config($1, $2, $3::text::bool), pg_catalog.set_config($4, $5, $6::text::bool), \
         pg_catalog.set_config($7, $8, $9::text::bool), pg_catalog.set_config($10, $11, $12::text::bool)",
    ),
];

/// The wall's function for Citus, which propagates what it sets.
const SET_TENANT: (&str, &str) = ("tenancy_set_tenant", "SELECT tenancy.set_tenant($1)");

/// A setting that is told, bound: see [`Seal`](crate::driver::postgres::opening::Seal).
#[derive(Debug, Clone)]
pub(in crate::driver::postgres) struct Setting {
    pub(in crate::driver::postgres) name: &'static str,
    pub(in crate::driver::postgres) value: String,
    /// Until the transaction ends.
    pub(in crate::driver::postgres) local: bool,
}

/// What is told to a session ahead of a single statement, in one transaction with it.
#[derive(Debug, Clone, Default)]
pub(in crate::driver::postgres) struct Telling {
    /// The statement could not run in a transaction that only reads. Where the session may begin such ones, its settings are set back in a
    /// transaction before. Nothing relies on it: at worst the statement is refused.
    pub(in crate::driver::postgres) writes: bool,
    /// How it is set right first.
    pub(in crate::driver::postgres) resets: Option<Reset>,
    /// What is told.
    pub(in crate::driver::postgres) settings: Vec<Setting>,
}

/// What goes ahead of the next statement.
#[derive(Debug, Clone, Default)]
pub(in crate::driver::postgres) struct Ahead {
    /// Messages, each of which is a transaction, or a part of one that is open then.
    pub(in crate::driver::postgres) texts: Vec<String>,
    pub(in crate::driver::postgres) telling: Telling,
    /// A tenant that is told by the wall's function.
    pub(in crate::driver::postgres) by_function: Option<String>,
    pub(in crate::driver::postgres) savepoints: Vec<String>,
}

impl Ahead {
    /// What is to be sent again ahead of another statement: what is told for each.
    pub(super) fn again(&self) -> Option<Self> {
        let told = self.texts.is_empty() && self.by_function.is_none() && self.savepoints.is_empty();
        told.then(|| self.clone())
    }

    /// Puts it into an exchange. `begins_read_only` says of the session that its transactions may only read.
    pub(super) fn put(
        &self,
        exchange: &mut Exchange,
        statements: &mut Statements,
        begins_read_only: bool,
    ) -> QueryResult<()> {
        for text in &self.texts {
            exchange.text(text, true)?;
        }
        if self.telling.writes && begins_read_only {
            exchange.text("RESET ALL", false)?;
        }
        match self.telling.resets {
            None => {}
            Some(Reset::All) => {
                RESETS.iter().try_for_each(|reset| exchange.own(statements, *reset, &[], None))?;
            }
            Some(Reset::Rest) => {
                Reset::Rest.statements().split(';').try_for_each(|reset| exchange.step(reset))?;
            }
        }
        let settings = &self.telling.settings;
        if let Some(index) = settings.len().checked_sub(1) {
            // Four kinds of settings are told: the tenant, the search path, and what makes a session and a transaction read only.
            let tell = TELLS.get(index).ok_or_else(|| {
                Error::QueryBuilderError(
                    "more settings are told to a session than there are kinds of them".into(),
                )
            })?;
            let values: Vec<String> = settings
                .iter()
                .flat_map(|setting| {
                    let local = if setting.local { "on" } else { "off" };
                    [setting.name.to_owned(), setting.value.clone(), local.to_owned()]
                })
                .collect();
            let told = settings.iter().map(|setting| setting.value.clone()).collect();
            exchange.own(statements, *tell, &values, Some(told))?;
        }
        if let Some(tenant) = &self.by_function {
            exchange.own(statements, SET_TENANT, std::slice::from_ref(tenant), None)?;
        }
        self.savepoints.iter().try_for_each(|savepoint| exchange.step(savepoint))
    }
}

//! That what is bound gets into no log of the server's.

use diesel::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

use super::KeyError;

/// The settings by which statements get into the log, with the values that are bound.
const LOGGING: &str = "
SELECT name FROM pg_catalog.pg_settings
 WHERE name = 'log_statement' AND setting IN ('mod', 'all')
    OR name IN ('log_min_duration_statement', 'log_min_duration_sample', 'auto_explain.log_min_duration') AND setting <> '-1'
    OR name = 'log_transaction_sample_rate' AND setting <> '0'
 ORDER BY name";

/// What turns them off until the transaction ends. It takes a superuser, or a grant.
const OFF: [(&str, &str); 2] = [
    ("log_parameter_max_length", "SET LOCAL log_parameter_max_length = 0"),
    ("auto_explain.log_min_duration", "SET LOCAL auto_explain.log_min_duration = -1"),
];

/// Whoever may set it has it so already: every role may.
const ON_ERROR: &str = "SET LOCAL log_parameter_max_length_on_error = 0";

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Until the transaction ends, on which it is called.
pub(super) async fn from_here_on(connection: &mut AsyncPgConnection) -> Result<(), KeyError> {
    connection.batch_execute(ON_ERROR).await.map_err(KeyError::of)?;
    let logging: Vec<Setting> = sql_query(LOGGING).load(connection).await.map_err(KeyError::of)?;
    if logging.is_empty() {
        return Ok(());
    }
    let explains = logging.iter().any(|setting| setting.name.starts_with("auto_explain"));
    let statements = logging.iter().any(|setting| !setting.name.starts_with("auto_explain"));
    for ((needed, off), is_on) in OFF.into_iter().zip([statements, explains]) {
        if !is_on {
            continue;
        }
        // In a savepoint: where it is refused, the transaction goes on to say so.
        let set = connection
            .transaction(async |connection: &mut AsyncPgConnection| connection.batch_execute(off).await)
            .await;
        if set.is_err() {
            let names: Vec<_> = logging.iter().map(|setting| setting.name.as_str()).collect();
            return Err(KeyError::Logged { settings: names.join(", "), needed });
        }
    }
    Ok(())
}

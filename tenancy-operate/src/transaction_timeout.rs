//! How long a transaction may take, which a role or a database can be given since PostgreSQL 17, as `statement_timeout` is of a statement.

/// Takes the limit off for a session: what is done to all rows of a tenant takes as long as it takes. An older server knows no such setting.
pub(crate) const NONE: &str = "SELECT pg_catalog.set_config('transaction_timeout', '0', false)
     WHERE pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL";

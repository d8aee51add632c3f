//! One type of connection for several databases, as an application has it that leaves the choice to its operator.

use diesel::{PgConnection, SqliteConnection};

/// PostgreSQL or SQLite.
#[derive(diesel::MultiConnection)]
#[allow(unreachable_pub, reason = "the derive makes its backend public")]
pub enum AnyConnection {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

tenancy_diesel::multi_backend!(MultiBackend { Pg(PgConnection), Sqlite(SqliteConnection) });

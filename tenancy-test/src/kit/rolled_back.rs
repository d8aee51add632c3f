//! Connections whose transaction is never committed.
//!
//! A connection of Diesel's in a test transaction turns the transactions that run on it into savepoints. It is closed when it is dropped,
//! whether the test has passed, failed or panicked, and a database rolls back what an ended session has left open.

use std::fmt;
use std::ops::{Deref, DerefMut};

#[cfg(feature = "kit-diesel")]
mod blocking {
    use super::{Deref, DerefMut, fmt};
    use diesel::{Connection, ConnectionError, QueryResult};

    /// A connection of Diesel's, of which nothing stays when it is dropped, also by a panic.
    ///
    /// Transactions on it are savepoints; what they commit is rolled back with the rest. Constraints that are checked at the end of a
    /// transaction are not: databases of a test's own are for those.
    ///
    /// # Tenancy
    ///
    /// Behind the wall of PostgreSQL a plain connection has no tenant. Say it in the transaction, `SET LOCAL tenancy.tenant`, by
    /// `tenancy_rls::Wall::set_local`; it can be said anew for the next tenant.
    pub struct RolledBack<C> {
        connection: C,
    }

    impl<C: Connection> RolledBack<C> {
        /// Opens one.
        ///
        /// # Errors
        ///
        /// As `Connection::establish`.
        pub fn establish(address: &str) -> Result<Self, ConnectionError> {
            Self::over(C::establish(address)?).map_err(ConnectionError::CouldntSetupConfiguration)
        }

        /// Of a connection that is open, such as to an SQLite database in memory. What was done on it before stays.
        ///
        /// # Errors
        ///
        /// If a transaction is open on it already.
        pub fn over(mut connection: C) -> QueryResult<Self> {
            connection.begin_test_transaction()?;
            Ok(Self { connection })
        }
    }

    impl<C> Deref for RolledBack<C> {
        type Target = C;

        fn deref(&self) -> &C {
            &self.connection
        }
    }

    impl<C> DerefMut for RolledBack<C> {
        fn deref_mut(&mut self) -> &mut C {
            &mut self.connection
        }
    }

    impl<C> fmt::Debug for RolledBack<C> {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.debug_struct("RolledBack").finish_non_exhaustive()
        }
    }
}

#[cfg(feature = "kit-diesel-async")]
mod asynchronous {
    use super::{Deref, DerefMut, fmt};
    use diesel::{ConnectionError, ConnectionResult, QueryResult};
    use diesel_async::AsyncConnection;

    /// As [`RolledBack`](crate::kit::RolledBack), of a connection of diesel-async's.
    pub struct RolledBackAsync<C> {
        connection: C,
    }

    impl<C: AsyncConnection> RolledBackAsync<C> {
        /// Opens one.
        ///
        /// # Errors
        ///
        /// As `AsyncConnection::establish`.
        pub async fn establish(address: &str) -> ConnectionResult<Self> {
            let connection = C::establish(address).await?;
            Self::over(connection).await.map_err(ConnectionError::CouldntSetupConfiguration)
        }

        /// Of a connection that is open.
        ///
        /// # Errors
        ///
        /// If a transaction is open on it already.
        pub async fn over(mut connection: C) -> QueryResult<Self> {
            connection.begin_test_transaction().await?;
            Ok(Self { connection })
        }
    }

    impl<C> Deref for RolledBackAsync<C> {
        type Target = C;

        fn deref(&self) -> &C {
            &self.connection
        }
    }

    impl<C> DerefMut for RolledBackAsync<C> {
        fn deref_mut(&mut self) -> &mut C {
            &mut self.connection
        }
    }

    impl<C> fmt::Debug for RolledBackAsync<C> {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.debug_struct("RolledBackAsync").finish_non_exhaustive()
        }
    }
}

#[cfg(feature = "kit-diesel-async")]
pub use self::asynchronous::RolledBackAsync;
#[cfg(feature = "kit-diesel")]
pub use self::blocking::RolledBack;

//! What the names of databases lead to.

use std::error::Error;

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::DatabaseName;
use tenancy_core::placement::DatabaseAddress;

/// Knows the address of each database that a catalog names.
///
/// The application implements it over its configuration or its secret store, so that addresses with their passwords stay
/// there and the catalog's table can be read without learning any. A closure from a name to an address is one.
///
/// # Examples
///
/// ```
/// use tenancy_pool::placement::{AddressBook, DatabaseAddress, DatabaseName};
///
/// fn configured() -> impl AddressBook {
///     |name: &DatabaseName| {
///         let variable = format!("DATABASE_URL_{}", name.as_str().to_uppercase());
///         DatabaseAddress::new(std::env::var(variable).ok()?).ok()
///     }
/// }
/// ```
pub trait AddressBook: Send + Sync {
    /// The address of the database; `None` when this application knows none of that name.
    ///
    /// # Errors
    ///
    /// When the answer is not known, for example because a secret store does not answer.
    fn address<'a>(
        &'a self,
        name: &'a DatabaseName,
    ) -> BoxFuture<'a, Result<Option<DatabaseAddress>, Box<dyn Error + Send + Sync>>>;
}

#[diagnostic::do_not_recommend]
impl<F> AddressBook for F
where
    F: Fn(&DatabaseName) -> Option<DatabaseAddress> + Send + Sync,
{
    fn address<'a>(
        &'a self,
        name: &'a DatabaseName,
    ) -> BoxFuture<'a, Result<Option<DatabaseAddress>, Box<dyn Error + Send + Sync>>> {
        ready(Ok(self(name))).boxed()
    }
}

/// Knows no addresses: for a fleet in one database, in shared tables and in schemas.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAddresses;

impl AddressBook for NoAddresses {
    fn address<'a>(
        &'a self,
        _: &'a DatabaseName,
    ) -> BoxFuture<'a, Result<Option<DatabaseAddress>, Box<dyn Error + Send + Sync>>> {
        ready(Ok(None)).boxed()
    }
}

//! What can go wrong: building a pool, and using it.

mod build_error;
mod coarse_column;
mod pool_error;
mod raw_sql_refused;
mod statement_refused;

pub use self::build_error::BuildError;
pub use self::coarse_column::CoarseColumn;
pub use self::pool_error::PoolError;
pub use self::raw_sql_refused::RawSqlRefused;
pub use self::statement_refused::StatementRefused;

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::Arc;

    use diesel::result::ConnectionError;
    use tenancy_core::TenantKey;
    use tenancy_core::placement::{CatalogError, DatabaseAddress};

    use super::{BuildError, PoolError};
    use crate::placement::DatabasePoolError;

    /// A chain of causes would say it twice.
    fn says_its_cause_once(error: &dyn Error) {
        let mut at = Some(error);
        while let Some(error) = at {
            at = error.source();
            if let Some(cause) = at {
                assert!(!error.to_string().contains(&cause.to_string()), "{error} | {cause}");
            }
        }
    }

    #[test]
    fn no_error_prints_its_cause_as_well() {
        let refused = || ConnectionError::BadConnection("the server said no".to_owned());
        let tenant = TenantKey::new("acme").expect("a key");
        let address = DatabaseAddress::new("postgres://app@db/silo").expect("an address");
        let errors: Vec<Box<dyn Error>> = vec![
            Box::new(PoolError::Connect(Box::new(refused()))),
            Box::new(PoolError::Catalog(CatalogError::unavailable(&tenant, "the network is gone"))),
            Box::new(PoolError::DatabasePool(DatabasePoolError::Open {
                address,
                source: Arc::new(refused()),
            })),
            Box::new(PoolError::Unsafe(Box::new(BuildError::Connect(refused())))),
            Box::new(BuildError::Pool(PoolError::Connect(Box::new(refused())))),
            Box::new(PoolError::Query(diesel::result::Error::NotFound)),
        ];
        for error in errors {
            says_its_cause_once(&*error);
        }
    }

    #[test]
    fn what_a_main_prints_of_a_boot_error_is_its_text_with_its_causes() {
        let refused = ConnectionError::BadConnection("the server said no".to_owned());
        let error = BuildError::Pool(PoolError::Connect(Box::new(refused)));
        assert_eq!(
            format!("{error:?}"),
            "the pool gave no connection to look at the database with\n  because: no connection to the database: see the \
             cause\n  because: the server said no"
        );
    }
}

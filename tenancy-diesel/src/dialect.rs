//! How each backend writes a source that has only one tenant's rows.

use diesel::backend::Backend;

/// The two ways to write it. Both were compared with the hand-written statement's plan (`tests`, `plans`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceForm {
    /// `(SELECT * FROM t WHERE t.tenant = ?) AS t`. PostgreSQL and SQLite flatten it, and `FOR UPDATE` locks through it.
    Derived,
    /// `(t INNER JOIN (SELECT 1 AS one) AS … ON t.tenant = ?)`. On MariaDB, `FOR UPDATE` on a derived table locks no
    /// row of `t`; on this join it does.
    Joined,
}

mod sealed {
    pub trait Sealed {}
    #[cfg(feature = "postgres")]
    impl Sealed for diesel::pg::Pg {}
    #[cfg(feature = "sqlite")]
    impl Sealed for diesel::sqlite::Sqlite {}
    #[cfg(feature = "mysql")]
    impl Sealed for diesel::mysql::Mysql {}
}

/// A backend for which scoped sources are known to be right. Others do not compile.
#[diagnostic::on_unimplemented(
    message = "scoped sources are not proven for backend `{Self}`",
    label = "no scoped SQL for this backend",
    note = "enable the feature of tenancy-diesel for your database: `postgres`, `sqlite` or `mysql`",
    note = "T0013: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0013"
)]
pub trait TenantBackend: Backend + sealed::Sealed {
    /// How a source is written.
    const SOURCE: SourceForm;
}

#[cfg(feature = "postgres")]
impl TenantBackend for diesel::pg::Pg {
    const SOURCE: SourceForm = SourceForm::Derived;
}

#[cfg(feature = "sqlite")]
impl TenantBackend for diesel::sqlite::Sqlite {
    const SOURCE: SourceForm = SourceForm::Derived;
}

#[cfg(feature = "mysql")]
impl TenantBackend for diesel::mysql::Mysql {
    const SOURCE: SourceForm = SourceForm::Joined;
}

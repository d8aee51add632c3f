//! The databases, and the forms of each one's SQL.

/// One of the databases that scoped SQL was proven on. A statement is printed for one of them, which its backend knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "each is constructed where its feature is on")]
pub enum Database {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
    /// MySQL and MariaDB.
    Mysql,
}

/// The two ways to write a source. Both were compared with the hand-written statement's plan (`tests`, `plans`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceForm {
    /// `(SELECT * FROM t WHERE t.tenant = ?) AS t`. PostgreSQL and SQLite flatten it, and `FOR UPDATE` locks through it.
    Derived,
    /// `(t INNER JOIN (SELECT 1 AS one) AS … ON t.tenant = ?)`. On MariaDB, `FOR UPDATE` on a derived table locks no
    /// row of `t`; on this join it does.
    Joined,
}

/// The two ways to write that two joined sources are the same tenant's, when each is one tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SameTenantForm {
    /// `left.tenant = right.tenant`.
    Columns,
    /// `NULLIF(left.tenant = $3, FALSE) IS NOT NULL`, with the right one's tenant: true where they are equal.
    ///
    /// From an equality of the columns PostgreSQL derives that the two bound tenants are equal, `$1 = $2`, a condition
    /// without a table. A join with such a condition is never memoized; so the generic plan looks expensive, and the
    /// statement is planned each time that it runs. From this form PostgreSQL derives nothing. It also expects 0.995 of the
    /// rows to fulfil it (`DEFAULT_NOT_UNK_SEL`), where it would expect half of them for `COALESCE(.., FALSE)`.
    Opaque,
}

impl Database {
    /// How a source is written.
    pub(crate) const fn source(self) -> SourceForm {
        match self {
            Self::Postgres | Self::Sqlite => SourceForm::Derived,
            Self::Mysql => SourceForm::Joined,
        }
    }

    /// How it is written that two joined sources are the same tenant's.
    pub(crate) const fn same_tenant(self) -> SameTenantForm {
        match self {
            Self::Postgres => SameTenantForm::Opaque,
            Self::Sqlite | Self::Mysql => SameTenantForm::Columns,
        }
    }

    /// The names, in any case, that a table's integer key goes by as well.
    pub(crate) const fn key_names(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &[],
            Self::Sqlite => &["rowid", "oid", "_rowid_"],
            Self::Mysql => &["_rowid"],
        }
    }

    /// An expression that fails when it is computed: what takes the place of a parent that is not the tenant's. `None` where a
    /// NULL does, because the server takes it for no key that it makes up.
    pub(crate) const fn no_parent(self) -> Option<&'static str> {
        match self {
            Self::Postgres => None,
            // "integer overflow": there is no other way to fail in a value.
            Self::Sqlite => Some("abs(-9223372036854775808)"),
            // "Subquery returns more than 1 row"
            Self::Mysql => Some("(SELECT 1 UNION ALL SELECT 2)"),
        }
    }

    /// Whether a row of VALUES may say `DEFAULT` for a column.
    pub(crate) const fn writes_default(self) -> bool {
        match self {
            Self::Postgres | Self::Mysql => true,
            Self::Sqlite => false,
        }
    }
}

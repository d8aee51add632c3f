//! Roles that only read, by a condition of their own, beside the application's and the one across tenants.

use tenancy_core::database::RoleName;

use crate::belongs::{self, Belongs, Condition};
use crate::roles::Roles;
use crate::table::Table;
use crate::tables::Tables;

/// What a reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The rows of the tenants of a set, where the setting holds one.
    Set,
    /// Declared columns of every row of some tables, before anybody is admitted.
    Admission,
}

/// A role that has SELECT and nothing else.
///
/// Everything about it that is in the database hangs on what is said here: a policy of its own, the grants, its part of the
/// restrictive policy on roles, and what an inspection compares with them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) kind: Kind,
    pub(crate) role: &'a RoleName,
}

impl Kind {
    /// The name of its policy.
    pub(crate) const fn policy(self) -> &'static str {
        match self {
            Self::Set => "tenancy_set",
            Self::Admission => "tenancy_admission",
        }
    }

    /// What it is for, in words.
    pub(crate) const fn purpose(self) -> &'static str {
        match self {
            Self::Set => "sets of tenants",
            Self::Admission => "reads before admission",
        }
    }

    /// The rows that it reads of a tenant table; `None` where it reads nothing.
    pub(crate) fn condition(self, tables: &Tables, table: &Table, belongs: &Belongs) -> Option<Condition> {
        match self {
            Self::Set => Some(belongs::of_a_set(tables, table, belongs)),
            Self::Admission => (!table.before_admission().is_empty()).then(Condition::always),
        }
    }

    /// The columns that it reads of such a table; `None` for all.
    pub(crate) fn columns(self, table: &Table) -> Option<Vec<&str>> {
        match self {
            Self::Set => None,
            Self::Admission => Some(table.before_admission()),
        }
    }

    /// Whether it reads that global table.
    pub(crate) fn reads_global(self, tables: &Tables, table: &Table) -> bool {
        match self {
            Self::Set => true,
            Self::Admission => tables.is_read_before_admission(table),
        }
    }

    /// Whether the application takes it on. Otherwise it has a login of its own, and the application may not become it: what it
    /// reads is not by the tenant.
    pub(crate) const fn is_lent(self) -> bool {
        match self {
            Self::Set => true,
            Self::Admission => false,
        }
    }
}

impl Roles {
    /// The readers that are declared.
    pub(crate) fn readers(&self) -> impl Iterator<Item = Reader<'_>> {
        let sets = self.sets.iter().map(|role| Reader { kind: Kind::Set, role });
        sets.chain(self.admission.iter().map(|role| Reader { kind: Kind::Admission, role }))
    }

    /// The roles that rows are given to: the application's, the one across tenants, and the readers.
    pub(crate) fn all(&self) -> impl Iterator<Item = &RoleName> {
        [&self.application, &self.across_tenants].into_iter().chain(self.readers().map(|reader| reader.role))
    }
}

//! What the programmer said wrong.

use tenancy_core::database::{InvalidName, RoleName};

/// A wall cannot be built as it was described: its roles, its tables, its keys or what is waived.
///
/// Each is found when the description is made, without a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowSecurityError {
    /// A role cannot have that name.
    #[error(transparent)]
    Role(#[from] InvalidName),
    /// A table, a schema, a column or a key cannot have that name.
    #[error(transparent)]
    Name(InvalidName),
    /// One role was named twice.
    #[error(
        "the role {} has two parts: who acts within tenants, who spans them, who owns the wall, who reads over sets and who \
         reads before admission have to be different roles",
        role.quoted()
    )]
    SameRole {
        /// The role.
        role: RoleName,
    },
    /// One table is declared in two ways.
    #[error(
        "the table {table} is declared twice, differently, and the wall can be built for one of them only: give each \
         declaration its schema, or leave one out"
    )]
    DeclaredTwice {
        /// The table, quoted and qualified.
        table: String,
    },
    /// The tables have two kinds of owner.
    #[error(
        "{table} is owned by {owner} and {other_table} by {other_owner}, and a transaction tells the wall one tenant, whom it \
         would look for in both: leave one kind out, as `tables.same_owner_as::<agents::table>()` does; or, if both columns hold the same tenants, name the type of their ids on \
         both tables, as in `#[tenant_scoped(org_id: OrgId)]`"
    )]
    TwoKindsOfOwner {
        /// A table, quoted and qualified.
        table: String,
        /// The type of its owner's ids, or its tenant column.
        owner: String,
        /// The other table.
        other_table: String,
        /// The same of it.
        other_owner: String,
    },
    /// No declared table is a tenant's.
    #[error(
        "no tenant table is among the tables, so there is nothing to wall: add them, as in `tables![agents, plans]`"
    )]
    NoTenantTable,
    /// A key was declared unique over all tenants without its name or without a reason.
    #[error(
        "the key {key:?} of {table} is declared unique over all tenants without a name or a reason, and nobody will know why \
         tenants may learn of each other by it: give both"
    )]
    KeyWithoutReason {
        /// The table, quoted and qualified.
        table: String,
        /// The key.
        key: String,
    },
    /// A key was declared unique over all tenants, and its table was not declared.
    #[error(
        "the key {key:?} is declared unique over all tenants, and its table {table} is not among the tables: add it, as in \
         `tables![agents, plans]`"
    )]
    KeyOfAnotherTable {
        /// The table, quoted and qualified.
        table: String,
        /// The key.
        key: String,
    },
    /// The table through which rows belong to tenants is not declared.
    #[error(
        "the rows of {table} belong to tenants through {parent}, which is not among the tables, so that nothing keeps its rows \
         apart: add it, as in `tables![boards, notes]`"
    )]
    ParentOfAnother {
        /// The table, quoted and qualified.
        table: String,
        /// The other one.
        parent: String,
    },
    /// Links were said to be written by tenants without a reason.
    #[error(
        "tenants are said to write the links of {table} without a reason, and nobody will know why each may read whatever it links: \
         give one"
    )]
    LinkWithoutReason {
        /// The table, quoted and qualified.
        table: String,
    },
    /// A table was said to be a link, and is none.
    #[error(
        "tenants are said to write the links of {table}, and no table among the tables is seen by it: remove that, or declare the \
         other one, as in `#[tenant_scoped(link = members(person_id))]`"
    )]
    NoLink {
        /// The table, quoted and qualified.
        table: String,
    },
    /// A table whose policies Citus cannot have.
    #[error(
        "Citus has no sub-selects in policies, and no restrictive ones, so there is no wall for {table}: give it a tenant column \
         and distribute it by that, and put what all tenants share into a reference table that is declared global"
    )]
    NotOnCitus {
        /// The table, quoted and qualified.
        table: String,
    },
    /// A role that reads over sets of tenants, on Citus.
    #[error(
        "Citus has no sub-selects in policies, and no restrictive ones, so that the role {} would read by none that hold: \
         leave `Roles::sets` out, and read one tenant at a time",
        role.quoted()
    )]
    SetsOnCitus {
        /// The role.
        role: RoleName,
    },
    /// A role that reads before admission, on Citus.
    #[error(
        "Citus has no sub-selects in policies, and no restrictive ones, so that nothing keeps the role {} to what it may read before \
         admission: leave `Roles::admission` out, and read memberships as the role across tenants",
        role.quoted()
    )]
    AdmissionOnCitus {
        /// The role.
        role: RoleName,
    },
    /// The secret of a sealing key is too short.
    #[error(
        "the secret of a sealing key has {bytes} bytes, and fewer than {shortest} can be guessed: use {shortest} or more from a \
         random source (`openssl rand {shortest}`)"
    )]
    ShortSecret {
        /// How long it is.
        bytes: usize,
        /// How long it has to be.
        shortest: usize,
    },
    /// A text is no sealing key. It is not shown.
    #[error(
        "the text of a sealing key is its number, `:` and its secret in hexadecimal, and {reason}: take it from the secret store as it \
         is, or make one by `tenancy keys generate`"
    )]
    KeyText {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No rule has the code of a waiver.
    #[error("no rule has the code {code:?}: copy the code from the report")]
    UnknownRule {
        /// The code.
        code: String,
    },
    /// A waiver names no object.
    #[error(
        "the waiver of {code} names no object, and would accept it everywhere: copy the object from the report"
    )]
    WaiverWithoutObject {
        /// The rule's code.
        code: String,
    },
    /// A waiver has no reason.
    #[error("the waiver of {code} for {object} has no reason, and nobody will know why it is safe: give one")]
    WaiverWithoutReason {
        /// The rule's code.
        code: String,
        /// The object.
        object: String,
    },
}

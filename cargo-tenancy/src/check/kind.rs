//! The kinds of places: what goes round the types, by how it does.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($kind:ident $name:literal $title:literal $look:literal)+) => {
        /// How a place goes round the types.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub(crate) enum Kind {
            $(#[serde(rename = $name)] $kind,)+
        }

        impl Kind {
            /// Each of them, in the order in which reports have them.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),+];

            /// The name that the inventory and the reports have.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// What it is, in a few words.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            /// What a review looks for.
            pub(crate) const fn look(self) -> &'static str {
                match self { $(Self::$kind => $look,)+ }
            }
        }
    };
}

kinds! {
    SqlQuery "sql-query" "a statement of raw SQL"
        "The types see nothing of it. Does it name the tenant of each table that it reads and writes, or does it run behind the wall?"
    SqlFragment "sql-fragment" "a raw fragment in a statement"
        "It can contain a subquery, or close its parenthesis. Is it a constant? Then `reviewed_sql!` says so."
    ReviewedSql "reviewed-sql" "a fragment that somebody has read"
        "Does it read what its reason says, of the row at hand and of nothing else?"
    SqlDeclaration "sql-declaration" "a function or an operator of the database"
        "The types do not know what it reads. Does it look at tables, or run the text that it is given?"
    RawSql "raw-sql" "raw SQL in a transaction of the pool"
        "Only the wall keeps it within its tenant. Is a value bound, and none of its text what a user says?"
    PoolException "pool-exception" "what the pool is told to trust"
        "Functions that leave the session as it is, and statements that go ahead of a tenant's: is that true of each?"
    AcrossTenants "across-tenants" "a table, a move or a transaction across tenants"
        "Does whoever calls it have to see every tenant, and does nothing of it get to a tenant?"
    CrossTenant "cross-tenant" "the permission to span tenants"
        "Who asks for it, and is the reason the one that the audit should show?"
    Membership "membership" "who is admitted"
        "It decides for every tenant. Does it admit nobody but who belongs to the tenant?"
    BeforeAdmission "before-admission" "a read before anybody is admitted"
        "Is what is looked for what the session says, or a token's hash?"
    WithoutMembership "without-membership" "a scope that no membership was asked about"
        "Does it have to be done for somebody who may have left?"
    UnverifiedClaim "unverified-claim" "a claimed tenant that nobody has verified"
        "Is nothing read or written by this id?"
    TenantLiteral "tenant-literal" "a tenant named in the source"
        "Why is this tenant not the scope's?"
    Catalog "catalog" "where tenants live"
        "It sends each tenant's statements to a schema and a database. Does it never send one to another's?"
    AuditSink "audit-sink" "where the audit goes"
        "Every other place is reported to it. Does it keep each event, also when what it writes to is away?"
    TenantKey "tenant-key" "a tenant's id as a text"
        "Do two ids never have one text?"
    Testing "testing" "a scope for tests, which nobody was asked about"
        "Is it never part of what is released?"
    GlobalTable "global-table" "a global table that has a tenant column"
        "Every tenant reads all of its rows. Does the reason hold?"
    UndeclaredTable "undeclared-table" "a table that is neither a tenant's nor global"
        "Diesel's own declaration has no tenant. Is the table a tenant's, perhaps declared a second time?"
    ParentKey "parent-key" "a parent that is named by another column than its key"
        "Is that column unique over all tenants? Where it is not, a row is every tenant's that has such a parent."
    OwnersTogether "owners-together" "two kinds of owner in one query"
        "Do both scopes have to meet in one query?"
    HandWrittenNode "hand-written-node" "a hand-written part of a statement, a table or a backend"
        "It prints what it likes. Does it print no table, and no condition that widens one?"
    Connection "connection" "a connection beside the pool"
        "It knows no tenant. Is it for migrations, or for what no tenant's request reaches?"
    ConnectionPool "connection-pool" "a pool beside the TenantPool, or one that others use as well"
        "It knows no tenant, or leaves state for the next one. Is it needed?"
    WithoutWall "without-wall" "a wall that is left out, or whose hole is accepted"
        "The types stand alone there. Does the reason hold?"
    WallException "wall-exception" "a key or a link that the wall leaves to all tenants"
        "What does a violation, or a link that a tenant writes, tell of other tenants?"
    Unfiltered "unfiltered" "a table without its declared filter"
        "It stays within its tenant. Are the hidden rows meant to be seen here?"
    HiddenItem "hidden-item" "an item that is no part of the public API"
        "It is for generated code, and checks nothing. What is it needed for?"
    GivenName "given-name" "a name that a macro is given"
        "What does the macro call, or implement, by that name? Name it in the macro's body, where it is read."
    ProofException "proof-exception" "what the two-tenant proof leaves out"
        "Does the reason hold, and is the operation proved elsewhere?"
    UnreadSource "unread-source" "source that was not looked at"
        "Whatever it contains is in no inventory. Where does it come from, and who reads it?"
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn kinds_are_told_apart_by_names_that_serde_has_too() {
        let names: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
    }

    #[test]
    fn each_kind_is_in_the_documentation() {
        let documentation = include_str!("../../docs/check.md");
        for kind in Kind::ALL {
            assert!(documentation.contains(&format!("\n| `{kind}` |")), "{kind}");
        }
        assert_eq!(documentation.matches("\n| `").count(), Kind::ALL.len());
    }
}

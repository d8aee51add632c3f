//! Ids of two kinds of owner, which may meet in one query.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::serialize::{Output, Result, ToSql};
use diesel::sql_types::Integer;

/// A type for each kind, as an application writes it.
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Integer)]
        pub struct $name(pub i32);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl<DB: Backend> ToSql<Integer, DB> for $name
        where
            i32: ToSql<Integer, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> Result {
                self.0.to_sql(out)
            }
        }
    )+};
}

ids! {
    /// An organisation's.
    OrgId,
    /// That of a workspace, which belongs to an organisation.
    WorkspaceId
}
tenancy_diesel::allow_owners_to_appear_in_same_query!(OrgId, WorkspaceId);

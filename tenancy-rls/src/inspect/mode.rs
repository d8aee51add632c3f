//! What a database's setting holds, whatever was declared.

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};

use super::InspectionError;
use crate::migration::TenantFunction;
use crate::row_security::Mode;

#[derive(QueryableByName)]
struct Function {
    #[diesel(sql_type = Bool)]
    definer: bool,
    #[diesel(sql_type = Text)]
    body: String,
}

impl Mode {
    /// The mode of the wall that a database has now; `None` where it has no wall yet.
    ///
    /// It says what the function that the policies call takes for a tenant, and not whether anything else is as it should be: that an
    /// [inspection](crate::Inspection) does.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    ///
    /// # Cancellation
    ///
    /// It only reads: dropping the future leaves the database as it is.
    pub async fn of_database<C>(connection: &mut C) -> Result<Option<Self>, InspectionError>
    where
        C: AsyncConnection<Backend = Pg>,
    {
        let functions: Vec<Function> = sql_query(
            "SELECT prosecdef AS definer, prosrc AS body FROM pg_catalog.pg_proc
              WHERE oid = pg_catalog.to_regprocedure('tenancy.tenant()')",
        )
        .load(connection)
        .await
        .map_err(InspectionError)?;
        // An older version's body is of the same kind by its rights.
        Ok(functions.into_iter().next().map(|function| match function.definer {
            false => Self::Plain,
            true if function.body == TenantFunction::of(Self::Both).body => Self::Both,
            true => Self::Sealed,
        }))
    }
}

//! A real seal, tried: what the catalog cannot say of keys that the application may not read.

use std::time::SystemTime;

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel::sql_query;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};

use super::finding::Finding;
use crate::seal::Sealer;

/// A seal that the database does not take.
const REFUSED: &str = "R095";

/// Nobody's name: nothing is read with it but itself.
const TENANT: &str = "tenancy: an inspection";

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

#[derive(QueryableByName)]
struct Opened {
    #[diesel(sql_type = Nullable<Text>)]
    tenant: Option<String>,
}

/// Seals a tenant as a transaction does, and has the database open it. The setting ends with the statement's transaction.
pub(super) async fn finding<C>(
    connection: &mut C,
    sealer: &Sealer,
    pooled: bool,
) -> Result<Option<Finding>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    // Behind a pooler the next statement may be another backend's.
    let pid = if pooled {
        None
    } else {
        let backend: Backend = sql_query("SELECT pg_backend_pid() AS pid").get_result(connection).await?;
        Some(backend.pid)
    };
    // Bound, because a statement's text can be read.
    let opened =
        sql_query("SELECT set_config('tenancy.tenant', $1, true) AS sealed, tenancy.tenant() AS tenant")
            .bind::<Text, _>(sealer.seal(TENANT, pid, SystemTime::now()))
            .get_result::<Opened>(connection)
            .await;
    let why = match opened {
        Ok(Opened { tenant: Some(tenant) }) if tenant == TENANT => return Ok(None),
        Ok(_) => "it reads another tenant from it".to_owned(),
        Err(Error::DatabaseError(_, information)) => information.message().to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Some(Finding::new(
        REFUSED.to_owned(),
        "tenancy.tenant()".to_owned(),
        format!("the database does not take the application's seals, and every transaction fails: {why}"),
        "-- install the key that the application seals with (SealingKey::install), for the connections that it has; \
         compare the clocks"
            .to_owned(),
    )))
}

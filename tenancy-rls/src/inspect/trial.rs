//! A real seal, tried: what the catalog cannot say of keys that the application may not read.

use std::time::SystemTime;

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel::sql_query;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};

use super::finding::Finding;
use super::telling::backend;
use crate::quote::literal;
use crate::seal::Sealer;

/// A seal that the database does not take.
const REFUSED: &str = "R095";

/// Why, where the database does not say.
const ANOTHER: &str = "it reads another tenant from it";

/// Nobody's name: nothing is read with it but itself.
const TENANT: &str = "tenancy: an inspection";

#[derive(QueryableByName)]
struct Opened {
    #[diesel(sql_type = Nullable<Text>)]
    tenant: Option<String>,
}

#[derive(QueryableByName)]
struct OpenedOnNode {
    #[diesel(sql_type = Text)]
    node: String,
    #[diesel(sql_type = Bool)]
    success: bool,
    #[diesel(sql_type = Nullable<Text>)]
    result: Option<String>,
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
    let pid = backend(connection, pooled).await?;
    // Bound, because a statement's text can be read.
    let opened =
        sql_query("SELECT set_config('tenancy.tenant', $1, true) AS sealed, tenancy.tenant() AS tenant")
            .bind::<Text, _>(sealer.seal(TENANT, pid, SystemTime::now()))
            .get_result::<Opened>(connection)
            .await;
    let why = match opened {
        Ok(Opened { tenant: Some(tenant) }) if tenant == TENANT => return Ok(None),
        Ok(_) => ANOTHER.to_owned(),
        Err(Error::DatabaseError(_, information)) => information.message().to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Some(refused("", &why)))
}

/// The same on each node of a Citus cluster, which all check seals for themselves. The seal's text can be read there, and is good for
/// nothing but itself.
pub(super) async fn findings_on_nodes<C>(connection: &mut C, sealer: &Sealer) -> Result<Vec<Finding>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    let seal = sealer.seal(TENANT, None, SystemTime::now());
    let open = format!(
        "SELECT tenancy.tenant() FROM (SELECT set_config('tenancy.tenant', {}, true) OFFSET 0) AS sealed",
        literal(&seal)
    );
    let opened: Vec<OpenedOnNode> = sql_query(
        "SELECT format(' on %s:%s', n.nodename, n.nodeport) AS node, r.success, r.result
           FROM run_command_on_all_nodes($1) AS r JOIN pg_catalog.pg_dist_node AS n USING (nodeid) ORDER BY n.nodeid",
    )
    .bind::<Text, _>(open)
    .load(connection)
    .await?;
    let wrong =
        opened.into_iter().filter(|opened| !opened.success || opened.result.as_deref() != Some(TENANT));
    Ok(wrong
        .map(|opened| {
            let why = opened.result.filter(|_| !opened.success);
            refused(&opened.node, why.as_deref().unwrap_or(ANOTHER))
        })
        .collect())
}

fn refused(place: &str, why: &str) -> Finding {
    Finding::new(
        REFUSED.to_owned(),
        format!("tenancy.tenant(){place}"),
        format!("the database does not take the application's seals, and every transaction fails: {why}"),
        "-- install the key that the application seals with (SealingKey::install; on Citus install_on_all_nodes), for the \
         connections that it has; compare the clocks"
            .to_owned(),
    )
}

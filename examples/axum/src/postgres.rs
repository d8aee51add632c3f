//! PostgreSQL, behind the wall: the database keeps tenants apart as well.

#[path = "edge.rs"]
mod edge;
#[path = "notes.rs"]
mod notes;

use std::error::Error;

use axum::Router;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tenancy_axum::jwt::Key;
use tenancy_pool::TenantPool;
use tenancy_rls::{Roles, RowSecurity, Wall, tables};
use tenancy_tests::server::{fresh_postgres_database, known_holes};

use crate::schema::{ROWS, TABLES, memberships, notes as notes_table};

type Connection = AsyncPgConnection;

/// The service over a new database of the server that `DATABASE_URL` names, where it leaves that and three roles behind.
pub(crate) async fn service(key: Key) -> Result<Router, Box<dyn Error>> {
    // What an operator does once, by hand or by `diesel migration run`.
    let database = fresh_postgres_database("request_to_row");
    let prefix = name(&database).to_owned();
    let role = |part: &str| format!("{prefix}_{part}");
    for part in ["app", "across", "admission"] {
        run(&database, &format!("CREATE ROLE {} LOGIN PASSWORD 'example'", role(part))).await?;
    }
    let roles = Roles::new(role("app"), role("across"))?.admission(role("admission"))?;
    let security = RowSecurity::new(tables![notes_table, memberships], roles)?;
    run(&database, &format!("{TABLES}{ROWS}")).await?;
    run(&database, &security.migration().up()).await?;

    let address = |part: &str| as_role(&database, &role(part));
    let pool = TenantPool::<Connection>::builder(address("app"))
        .admission(address("admission"))
        .wall(Wall::plain(security))
        // An example runs on whichever server there is. Yours is to be refused until it is upgraded.
        .waive(known_holes())
        .build()
        .await?;
    edge::router(pool, key)
}

/// The name of the database that an address leads to.
fn name(database: &str) -> &str {
    let path = database.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

fn as_role(database: &str, role: &str) -> String {
    let (scheme, rest) = database.split_once("://").unwrap_or(("postgres", database));
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{role}:example@{place}")
}

async fn run(database: &str, sql: &str) -> Result<(), Box<dyn Error>> {
    Ok(AsyncPgConnection::establish(database).await?.batch_execute(sql).await?)
}

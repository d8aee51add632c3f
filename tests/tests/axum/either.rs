//! Handlers that are written once, and run on whichever of two databases the service was started with.

use axum::Router;
use axum::routing::get as route;
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{EitherTransaction, Problem, TransactionLayer};
use tenancy_pool::prelude::*;
use tenancy_tests::fixture::ACME;
use tenancy_tests::schema::agents;

use crate::app::{Members, bearer, edge};
use crate::http::{get, send, serve};
use crate::{postgres, sqlite};

type Tx = EitherTransaction<sqlite::Connection, postgres::Connection, i32>;

macro_rules! on {
    ($either:expr, $tx:ident => $work:expr) => {
        match $either {
            EitherTransaction::Left($tx) => $work,
            EitherTransaction::Right($tx) => $work,
        }
    };
}

async fn names(mut tx: Tx) -> Result<String, Problem> {
    let scope = tx.scope().clone();
    let names = agents::table.scoped(&scope).order(agents::id).select(agents::name);
    let names: Vec<String> = on!(&mut tx, tx => names.load(tx.begin().await?).await)?;
    Ok(names.join(","))
}

/// Hires somebody, and then may not.
async fn hire(mut tx: Tx, name: String) -> Result<&'static str, Problem> {
    let scope = tx.scope().clone();
    let new = (agents::id.eq(50), agents::name.eq(name.clone()));
    let hired = tenancy_diesel::insert_into(agents::table.scoped(&scope)).values(new);
    on!(&mut tx, tx => hired.execute(tx.begin().await?).await)?;
    if name == "mal" { Err(Problem::conflict()) } else { Ok("hired") }
}

fn router() -> Router {
    Router::new().route("/{tenant}/agents", route(names).post(hire))
}

async fn served(router: Router) -> std::net::SocketAddr {
    let edge = edge(&Members::new()).resolver(TenantPath::parameter("tenant", Directory::ids()));
    serve(router.layer(edge.layer())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_handler_has_the_transaction_of_either_database() {
    let (sqlite, _kept) = sqlite::open().await;
    let (postgres, _also_kept) = postgres::open().await;
    let sam = bearer("sam");
    let headers = [("authorization", sam.as_str())];
    for router in
        [router().layer(TransactionLayer::new(sqlite)), router().layer(TransactionLayer::new(postgres))]
    {
        let address = served(router).await;
        let path = format!("/{ACME}/agents");
        assert_eq!(send(address, "POST", &path, &headers, "mal").await.status, 409, "rolled back");
        assert_eq!(send(address, "POST", &path, &headers, "eve").await.body, "hired");
        assert_eq!(get(address, &path, &headers).await.body, "ada,bob,cyd,eve");
        assert!(!get(address, "/2/agents", &headers).await.body.contains("eve"));
    }
}

/// Which one was meant is not guessed.
#[tokio::test(flavor = "multi_thread")]
async fn none_and_both_are_a_fault_of_how_the_service_is_put_together() {
    let (sqlite, _kept) = sqlite::open().await;
    let (postgres, _also_kept) = postgres::open().await;
    let both = router().layer(TransactionLayer::new(sqlite)).layer(TransactionLayer::new(postgres));
    for router in [router(), both] {
        let address = served(router).await;
        let answer = get(address, "/1/agents", &[("authorization", &bearer("sam"))]).await;
        assert_eq!(answer.status, 500, "{answer:?}");
    }
}

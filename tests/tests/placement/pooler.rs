//! Poolers: which are told apart from the server, which are refused, which are good.

use std::io::Write as _;

use tenancy_pool::placement::{CatalogConnection, NoAddresses, PgCatalog};

use crate::connecting::refusal;
use crate::database::{Database, address};
use crate::pgbouncer::PgBouncer;

/// Names one that keeps the names of prepared statements apart.
const VARIABLE: &str = "TENANCY_PGBOUNCER_URL";

#[tokio::test(flavor = "multi_thread")]
async fn l41_a_pooler_is_not_taken_for_the_server() {
    let database = Database::new("pooler");
    // It refuses the startup option, or it drops it.
    for settings in ["", "ignore_startup_parameters = options"] {
        let Some(pooler) = PgBouncer::start(&database, settings) else { return };
        let connection = CatalogConnection::new(address(&pooler.url(&database, &database.reader)));
        let error = refusal(connection).await;
        assert!(
            error.contains("a pooler answers") && error.contains(".behind_pooler()"),
            "{settings}: {error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l41_a_pooler_that_passes_the_names_of_statements_on_is_refused() {
    let database = Database::new("pooler");
    let Some(pooler) = PgBouncer::start(&database, "default_pool_size = 2") else { return };
    if !PgBouncer::is_old() {
        let _ = writeln!(std::io::stderr(), "skipped: the pgbouncer installed is not one to refuse");
        return;
    }
    // Again and again: what a pooler mixes up it does not mix up each time.
    for _ in 0..20 {
        let connection =
            CatalogConnection::new(address(&pooler.url(&database, &database.reader))).behind_pooler();
        let error = refusal(connection).await;
        assert!(error.contains("PgBouncer 1.21") && error.contains("`max_prepared_statements`"), "{error}");
    }
}

#[tokio::test]
async fn a_good_pooler_is_taken() {
    let Some(url) = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty()) else {
        let _ = writeln!(std::io::stderr(), "skipped: {VARIABLE} names no PgBouncer of 1.21 or later");
        return;
    };
    let connection = CatalogConnection::new(address(&url)).behind_pooler();
    PgCatalog::open(connection, NoAddresses).await.expect("the pooler that the environment names");
    let error = refusal(CatalogConnection::new(address(&url))).await;
    assert!(error.contains(".behind_pooler()"), "{error}");
}

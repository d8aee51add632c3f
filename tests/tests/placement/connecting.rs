//! What is said when a connection cannot be had.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use diesel::{Connection as _, connection::SimpleConnection as _};
use tenancy_pool::placement::{CatalogConnection, NoAddresses, PgCatalog};
use tenancy_tests::chain;

use crate::database::{Database, address};

/// Why a catalog does not open.
pub(crate) async fn refusal(connection: CatalogConnection) -> String {
    let connection = connection.connect_timeout(Duration::from_secs(5));
    chain(&PgCatalog::open(connection, NoAddresses).await.expect_err("no connection"))
}

#[tokio::test]
async fn a_direct_connection_is_known_to_be_one() {
    let database = Database::new("direct");
    let catalog = database.reading().await;
    assert!(catalog.entry("nobody").await.expect("an answer").is_none());
    let name = "pg_stat_activity WHERE datname = current_database() AND application_name = 'tenancy-catalog'";
    assert!(database.count(name) > 0);
}

#[tokio::test]
async fn options_in_the_address_are_kept() {
    let database = Database::new("direct");
    let url = database.address(&database.reader).expose_url().to_owned();
    let url = format!("{url}&options=-c%20statement_timeout%3D2s&application_name=mine");
    let catalog =
        PgCatalog::open(CatalogConnection::new(address(&url)), NoAddresses).await.expect("a connection");
    // Quick enough for a row, and not for one that is locked.
    database.run(
        "INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('acme', 'active', 'shared')",
    );
    let mut holding = diesel::PgConnection::establish(&database.url).expect("a connection");
    let lock = "BEGIN; LOCK tenancy.tenant_placements IN ACCESS EXCLUSIVE MODE";
    holding.batch_execute(lock).expect("a lock");
    let error = catalog.entry("acme").await.expect_err("a time-out");
    let cause = chain(&error);
    assert!(cause.contains("statement timeout"), "{cause}");
    drop(holding);
    assert!(database.count("pg_stat_activity WHERE application_name = 'mine'") > 0);
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_waited_for() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let begin = Instant::now();
    let connection = CatalogConnection::new(address(&format!("postgres://app:s3cret@127.0.0.1:{port}/x")))
        .connect_timeout(Duration::from_millis(200));
    let error = chain(&PgCatalog::open(connection, NoAddresses).await.expect_err("no answer"));
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(error.contains("did not answer within 200ms") && !error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn no_message_shows_a_password() {
    let urls = [
        "postgres://app:s3cret@127.0.0.1:1/x",
        "postgres://app:s3cret@127.0.0.1:port/x",
        "postgres://app:s3cret@127.0.0.1/x?sslmode=odd",
        "postgres://app:s3/cret@127.0.0.1:1/x",
        "host=127.0.0.1 port=1 password=s3cret",
        "password=s3cret odd=1",
    ];
    for url in urls {
        let error = refusal(CatalogConnection::new(address(url))).await;
        assert!(!error.contains("s3cret") && !error.contains("cret"), "{url}: {error}");
    }
}

#[tokio::test]
async fn behind_a_pooler_a_server_without_one_is_refused() {
    let database = Database::new("direct");
    let connection = CatalogConnection::new(database.address(&database.reader)).behind_pooler();
    let error = refusal(connection).await;
    assert!(error.contains("PgBouncer 1.21") && error.contains("leave `.behind_pooler()` out"), "{error}");
}

//! What each crate brings with it: an edge needs the core alone, a tool that inspects a database needs no pool, and an
//! application on SQLite compiles nothing of PostgreSQL's and no cryptography.
#![allow(clippy::expect_used, reason = "clippy knows the tests, and not what they share")]

use std::collections::BTreeSet;
use std::process::Command;

/// The crates that `package` with `features` depends on, as `cargo tree` sees them, without its development dependencies.
fn tree(package: &str, features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .args(["--package", package, "--no-default-features", "--features", features])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).expect("UTF-8");
    listed.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Those of `names` that are in the tree.
fn found<'a>(tree: &BTreeSet<String>, names: &[&'a str]) -> Vec<&'a str> {
    names.iter().copied().filter(|name| tree.contains(*name)).collect()
}

const NOTHING: [&str; 0] = [];
const POSTGRES: [&str; 4] = ["tokio-postgres", "postgres-protocol", "postgres-types", "tenancy-rls"];
/// `postgres-protocol` has `sha2` and `hmac` for SCRAM: where there is no PostgreSQL, there is none of them.
const CRYPTOGRAPHY: [&str; 6] = ["hmac", "sha2", "md-5", "rustls", "ring", "digest"];
const POOL: [&str; 4] = ["tenancy-pool", "bb8", "tokio", "moka"];

#[test]
fn an_edge_needs_the_core_alone() {
    let core = tree("tenancy-core", "");
    assert_eq!(found(&core, &["diesel", "diesel-async", "tenancy-diesel", "tenancy-derive"]), NOTHING);
    assert_eq!(found(&core, &POSTGRES), NOTHING);
    assert_eq!(found(&core, &CRYPTOGRAPHY), NOTHING);
    assert_eq!(found(&core, &POOL), NOTHING);
    assert_eq!(found(&core, &["pasetors", "orion", "serde_json"]), NOTHING);
    assert_eq!(found(&tree("tenancy-core", "names"), &["sha2", "pasetors"]), ["sha2"]);
}

#[test]
fn sealing_scopes_brings_no_runtime_no_database_and_no_second_format() {
    let sealing = tree("tenancy-core", "sealed-scopes");
    assert_eq!(found(&sealing, &["pasetors", "serde_json"]), ["pasetors", "serde_json"]);
    assert_eq!(found(&sealing, &["diesel", "tokio", "regex", "time", "p384", "ring"]), NOTHING);
}

#[test]
fn limits_need_no_database_and_no_redis_that_is_not_asked_for() {
    let policies = tree("tenancy-policies", "");
    assert_eq!(found(&policies, &["tenancy-core", "governor", "moka"]), ["tenancy-core", "governor", "moka"]);
    assert_eq!(found(&policies, &["diesel", "tenancy-diesel", "redis", "axum", "http", "dashmap"]), NOTHING);
    let shared = tree("tenancy-policies", "redis");
    assert_eq!(found(&shared, &["redis", "diesel", "rustls", "num-bigint"]), ["redis"]);
}

#[test]
fn the_engine_needs_no_driver_and_no_pool() {
    let engine = tree("tenancy-diesel", "postgres,mysql");
    assert_eq!(found(&engine, &["diesel-async", "pq-sys", "mysqlclient-sys", "mysql_async"]), NOTHING);
    assert_eq!(found(&engine, &POSTGRES), NOTHING);
    assert_eq!(found(&engine, &POOL), NOTHING);
}

#[test]
fn what_inspects_a_database_needs_no_pool() {
    let rls = tree("tenancy-rls", "");
    assert_eq!(found(&rls, &["tenancy-pool", "bb8", "moka", "tokio-postgres", "pq-sys"]), NOTHING);
    assert_eq!(
        found(&rls, &["tenancy-core", "tenancy-diesel", "hmac"]),
        ["tenancy-core", "tenancy-diesel", "hmac"]
    );
}

#[test]
fn an_application_on_sqlite_compiles_no_postgresql_and_no_cryptography() {
    let pool = tree("tenancy-pool", "sqlite");
    assert_eq!(found(&pool, &POSTGRES), NOTHING);
    assert_eq!(found(&pool, &CRYPTOGRAPHY), NOTHING);
    assert_eq!(found(&pool, &["moka", "mysql_async"]), NOTHING);
    assert_eq!(
        found(&pool, &["tenancy-diesel", "bb8", "libsqlite3-sys"]),
        ["tenancy-diesel", "bb8", "libsqlite3-sys"]
    );
}

#[test]
fn an_edge_on_axum_brings_what_it_is_asked_for() {
    let edge = tree("tenancy-axum", "");
    assert_eq!(found(&edge, &["tenancy-core", "axum"]), ["tenancy-core", "axum"]);
    assert_eq!(found(&edge, &["tenancy-pool", "tenancy-diesel", "diesel", "bb8"]), NOTHING);
    assert_eq!(found(&edge, &CRYPTOGRAPHY), NOTHING);
    assert_eq!(found(&edge, &["jsonwebtoken", "metrics", "tokio-tungstenite"]), NOTHING);
    let tokens = tree("tenancy-axum", "jwt");
    assert_eq!(found(&tokens, &["jsonwebtoken", "ring"]), ["jsonwebtoken", "ring"]);
    // Two providers of cryptography are a panic, and each is another one's advisories.
    assert_eq!(found(&tokens, &["rsa", "aws-lc-rs", "p256", "ed25519-dalek", "rustls"]), NOTHING);
    assert_eq!(found(&tree("tenancy-axum", "sqlite"), &POSTGRES), NOTHING);
    assert_eq!(
        found(&tree("tenancy-axum", "ws,webhooks,metrics"), &["tenancy-pool", "ring", "diesel"]),
        NOTHING
    );
}

#[test]
fn the_connection_of_our_own_brings_no_crate_that_the_driver_does_not() {
    assert_eq!(tree("tenancy-pool", "one-sync"), tree("tenancy-pool", "postgres"));
}

#[test]
fn a_pool_without_the_wall_does_not_compile_it() {
    assert_eq!(found(&tree("tenancy-pool", "postgres"), &["tenancy-rls", "moka", "rustls"]), NOTHING);
    assert_eq!(found(&tree("tenancy-pool", "postgres,rls"), &["tenancy-rls", "moka"]), ["tenancy-rls"]);
    assert_eq!(found(&tree("tenancy-pool", "mysql"), &POSTGRES), NOTHING);
}

#[test]
fn the_proof_of_a_service_needs_no_database_no_framework_and_nothing_else_of_ours() {
    let ours = ["tenancy-core", "tenancy-diesel", "tenancy-pool"];
    for features in ["", "tower", "http-client"] {
        let proof = tree("tenancy-test", features);
        assert_eq!(found(&proof, &ours), NOTHING, "{features}");
        assert_eq!(
            found(&proof, &["axum", "diesel", "tokio-postgres", "rustls", "reqwest"]),
            NOTHING,
            "{features}"
        );
    }
    assert_eq!(
        found(&tree("tenancy-test", "tower"), &["hyper", "hyper-util", "tower-service"]),
        ["tower-service"]
    );
    let kit = tree("tenancy-test", "kit");
    assert_eq!(found(&kit, &["tenancy-core", "diesel", "tenancy-diesel"]), ["tenancy-core"]);
}

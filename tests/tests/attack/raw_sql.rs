//! Raw SQL that ends the transaction it runs in.

use diesel::prelude::ExpressionMethods as _;
use tenancy_diesel::insert_into;
use tenancy_pool::RunQueryDsl;

use crate::database::{agents, lines};
use crate::tenants::{scope, sealed};

const SPELLINGS: [&str; 10] = [
    "ROLLBACK",
    "commit",
    " \n\t; ;end",
    "/* /* nested */ */ Abort",
    "-- a comment\n rollback and chain",
    "--\rCOMMIT AND CHAIN",
    "rollback to savepoint tenancy_1",
    "RELEASE tenancy_1",
    "savepoint tenancy_1",
    "PREPARE TRANSACTION 'x'",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_did_not_happen() {
    let (database, builder) = sealed("attack_rollback");
    let tenants = builder.build().await.unwrap();
    let scope = scope(1);
    for (index, sql) in SPELLINGS.into_iter().enumerate() {
        let name = format!("agent {index}");
        let mut tx = tenants.begin(&scope).await.unwrap();
        insert_into(agents::table.scoped(&scope))
            .values(agents::name.eq(name.clone()))
            .execute(&mut tx)
            .await
            .unwrap();
        let ended = match tx.raw("an attack", sql) {
            Ok(raw) => raw.execute().await.is_ok(),
            Err(_) => false,
        };
        let committed = tx.commit().await.is_ok();
        let names = lines(&mut database.superuser(), "SELECT name FROM agents").unwrap();
        let there = names.iter().any(|row| row.contains(&name));
        assert!(
            !ended && committed && there,
            "{sql:?} ended the transaction; commit said {committed}, the row is there: {there}"
        );
    }
}

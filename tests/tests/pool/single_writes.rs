//! What a single write promises that is a transaction by itself.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use tenancy_diesel::update;
use tenancy_pool::PoolError;
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::told::Told;
use super::walled::{Database, FIXTURE};

/// Rows that cannot be read are an error, and an error undoes what it is of.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_rows_cannot_be_read_is_undone() {
    #[derive(Debug, FromSqlRow)]
    struct Unreadable;

    impl FromSql<Text, Pg> for Unreadable {
        fn from_sql(_: PgValue<'_>) -> deserialize::Result<Self> {
            Err("unreadable".into())
        }
    }

    for told in Told::both().await {
        let acme = acme();
        for _ in 0..2 {
            let renamed = update(agents::table.scoped(&acme)).find(2).set(agents::name.eq("new"));
            let row: Result<Unreadable, _> =
                told.tenants.get_result(&acme, renamed.returning(agents::name)).await;
            assert!(matches!(row, Err(PoolError::Query(Error::DeserializationError(_)))), "{row:?}");
        }
        assert_eq!(told.database.agents().await, FIXTURE);
    }
}

/// What is only checked at the end of a transaction is checked at the statement's, and its error is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_deferred_check_is_the_statement_s() {
    let database = Database::with(
        "ALTER TABLE agents ADD CONSTRAINT one_name UNIQUE (tenant_id, plan_id) DEFERRABLE INITIALLY DEFERRED",
        |tables| tables,
    )
    .await;
    let told = Told::new(database).await;
    let acme = acme();
    told.writes(&acme).await.unwrap();
    for returning in [false, true] {
        let moved = || update(agents::table.scoped(&acme)).find(1).set(agents::plan_id.eq(2));
        let moved = if returning {
            told.tenants.get_result::<_, _, _, _, i32>(&acme, moved().returning(agents::id)).await.map(|_| 1)
        } else {
            told.tenants.execute(&acme, moved()).await
        };
        assert!(moved.as_ref().unwrap_err().to_string().contains("one_name"), "{moved:?}");
    }
    let plans = "SELECT plan_id::text AS line FROM agents WHERE tenant_id = 1 AND id = 1";
    assert_eq!(told.database.lines(plans).await, ["1"]);
}

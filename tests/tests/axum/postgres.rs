//! PostgreSQL, behind the wall.

use diesel_async::AsyncPgConnection;
use tenancy_axum::webhooks::{MIGRATION, tenancy_webhook_events};
use tenancy_pool::TenantPool;

use super::walled::{self, APPLICATION};

pub(crate) type Connection = AsyncPgConnection;

/// A database of its own with the fixture's rows.
pub(crate) struct Database(walled::Database);

/// Opens one, and a pool over it.
pub(crate) async fn open() -> (TenantPool<Connection>, Database) {
    let declare = |tables: tenancy_rls::Tables| tables.table::<tenancy_webhook_events::table>();
    let database = walled::Database::with(MIGRATION, declare).await;
    database.run(&format!("GRANT INSERT, UPDATE ON tenancy_webhook_events TO {APPLICATION}")).await;
    let pool = database.builder().max_connections(4).max_connections_per_tenant(3);
    let pool = pool.acquire_timeout(std::time::Duration::from_millis(500)).build().await;
    (pool.expect("PostgreSQL answers"), Database(database))
}

impl Database {
    pub(crate) async fn run(&self, statements: &str) {
        self.0.run(statements).await;
    }

    /// All agents, as `tenant:id:name`.
    pub(crate) async fn agents(&self) -> Vec<String> {
        self.0.settled().await;
        self.0.agents().await
    }

    pub(crate) async fn lines(&self, query: &str) -> Vec<String> {
        self.0.lines(query).await
    }
}

#[path = "everywhere/mod.rs"]
mod everywhere;

mod deferred {
    //! What only a commit finds out.

    use axum::Router;
    use axum::routing::post;
    use tenancy_axum::{Problem, Transaction, TransactionLayer};
    use tenancy_pool::prelude::*;
    use tenancy_tests::fixture::ACME;
    use tenancy_tests::schema::agents;

    use super::{Connection, open};
    use crate::app::{Members, bearer, edge};
    use crate::http::{send, serve};

    async fn hire(mut tx: Transaction<Connection, i32>, name: String) -> Result<&'static str, Problem> {
        let scope = tx.scope().clone();
        let new = (agents::id.eq(50), agents::name.eq(name), agents::manager_id.eq(77));
        tenancy_diesel::insert_into(agents::table.scoped(&scope))
            .values(new)
            .execute(tx.begin().await?)
            .await?;
        Ok("hired")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_commit_that_fails_is_the_answer() {
        let (pool, database) = open().await;
        let key = "ALTER TABLE agents ADD CONSTRAINT managers FOREIGN KEY (tenant_id, manager_id) REFERENCES agents (tenant_id, id)
            DEFERRABLE INITIALLY DEFERRED NOT VALID";
        database.run(key).await;
        let app = Router::new()
            .route("/", post(hire))
            .layer(TransactionLayer::new(pool))
            .layer(edge(&Members::new()).layer());
        let address = serve(app).await;
        let before = database.agents().await;
        let answer =
            send(address, "POST", "/", &[("authorization", &bearer(&format!("ada@{ACME}")))], "eve").await;
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(!answer.body.contains("hired") && !answer.body.contains("managers"), "{answer:?}");
        assert_eq!(database.agents().await, before);
    }
}

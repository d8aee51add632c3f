//! Settings that are rows of the application's, read through its pool by the scope that asks.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenancy_diesel::{Scoped, testing};
use tenancy_policies::{OverlaySource, Settings, SettingsOptions};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::fixture::{ROWS, TABLES};
use tenancy_tests::schema::agents;
use tenancy_tests::server;

/// The names of a tenant's agents, as what it has set.
struct Kept(TenantPool<AsyncPgConnection>);

impl OverlaySource for Kept {
    type TenantId = i32;
    type Error = PoolError;

    async fn overlay<B: 'static>(&self, scope: &Scoped<i32, B>) -> Result<Option<Value>, PoolError> {
        let names = agents::table.scoped(scope).order(agents::id).select(agents::name);
        let names: Vec<String> = self.0.load(scope, names).await?;
        Ok(Some(json!({ "names": names })))
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Office {
    names: Vec<String>,
}

/// F13: settings in the application's own table, behind the scope of whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn f13_settings_are_read_through_the_pool_by_the_scope() {
    let url = server::fresh_postgres_database("settings");
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    connection.batch_execute(&format!("{TABLES}{ROWS}")).await.unwrap();
    let pool = TenantPool::<AsyncPgConnection>::builder(&url)
        .without_wall("a test of plain statements")
        .build()
        .await
        .unwrap();
    let settings = Settings::<_, Office>::new(Kept(pool.clone()), SettingsOptions::new()).unwrap();
    for tenant in [1, 2] {
        let scope = testing::scope(tenant);
        let names = agents::table.scoped(&scope).order(agents::id).select(agents::name);
        let own: Vec<String> = pool.load(&scope, names).await.unwrap();
        assert!(!own.is_empty());
        assert_eq!(settings.get(&scope).await.unwrap().names, own);
    }
    assert_ne!(
        settings.get(&testing::scope(1)).await.unwrap().names,
        settings.get(&testing::scope(2)).await.unwrap().names
    );
}

//! Settings and overrides of flags that are rows of the application's, read through its pool by the scope that asks.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenancy_diesel::{Scoped, testing};
use tenancy_policies::{Flag, Flags, OverlaySource, Settings, SettingsOptions};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::fixture::{ROWS, TABLES};
use tenancy_tests::schema::agents;
use tenancy_tests::server;

/// The names of a tenant's agents, as what it has set: as a list, and as flags that are on.
struct Kept(TenantPool<AsyncPgConnection>);

impl OverlaySource for Kept {
    type TenantId = i32;
    type Error = PoolError;

    async fn overlay<B: 'static>(&self, scope: &Scoped<i32, B>) -> Result<Option<Value>, PoolError> {
        let names = agents::table.scoped(scope).order(agents::id).select(agents::name);
        let names: Vec<String> = self.0.load(scope, names).await?;
        let flags: BTreeMap<_, _> = names.iter().map(|name| (name, true)).collect();
        Ok(Some(json!({ "names": names, "flags": flags })))
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Office {
    names: Vec<String>,
    flags: BTreeMap<String, bool>,
}

/// A database with the fixture's rows, and a pool of it.
async fn pool() -> TenantPool<AsyncPgConnection> {
    let url = server::fresh_postgres_database("settings");
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    connection.batch_execute(&format!("{TABLES}{ROWS}")).await.unwrap();
    TenantPool::<AsyncPgConnection>::builder(&url)
        .without_wall("a test of plain statements")
        .build()
        .await
        .unwrap()
}

/// F13: settings in the application's own table, behind the scope of whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn f13_settings_are_read_through_the_pool_by_the_scope() {
    let pool = pool().await;
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

/// F13: what one tenant has turned on is on for it, and for nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn f13_overrides_of_flags_are_read_through_the_pool_by_the_scope() {
    const BOB: Flag = Flag::new("bob");
    const ZOE: Flag = Flag::new("zoe");
    let settings = Settings::<_, Office>::new(Kept(pool().await), SettingsOptions::new()).unwrap();
    let flags = Flags::new(settings.flags(|office| &office.flags));
    for (tenant, is_on) in [(1, [true, false]), (2, [false, true]), (1, [true, false])] {
        let scope = testing::scope(tenant);
        let found = [flags.is_on(&scope, &BOB).await.unwrap(), flags.is_on(&scope, &ZOE).await.unwrap()];
        assert_eq!(found, is_on, "{tenant}");
    }
}

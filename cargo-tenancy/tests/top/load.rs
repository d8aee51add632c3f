//! Tenants at work.

use std::time::Duration;

use diesel::QueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Double;
use diesel_async::AsyncPgConnection;
use tenancy_core::placement::DatabaseAddress;
use tenancy_diesel::testing;
use tenancy_operate::tenants::Session;
use tenancy_pool::TenantPool;
use tokio::task::JoinSet;

use crate::database::{Database, boards};

diesel::define_sql_function! {
    #[sql_name = "public.slow"]
    fn slow(seconds: Double) -> Integer;
}

/// Four tenants with a board each, and a statement that takes its time.
const MORE: &str = "
CREATE FUNCTION public.slow(seconds float8) RETURNS integer LANGUAGE sql AS $$ SELECT 1 FROM pg_sleep(seconds) $$;
INSERT INTO boards VALUES (3, 3, 'more'), (4, 4, 'more');
";

pub(crate) fn database(prefix: &str) -> Database {
    let database = Database::new(prefix);
    database.superuser().batch_execute(MORE).unwrap();
    database
}

pub(crate) async fn session(database: &Database) -> Session {
    let url = format!("{}?sslmode=disable", database.superuser_url());
    Session::open(&DatabaseAddress::new(url).unwrap()).await.unwrap()
}

/// Each tenant has so many tasks, which run statements of so many seconds with pauses of so many. They end with the value.
pub(crate) async fn load(database: &Database, tenants: &[(i32, usize, f64, f64)]) -> JoinSet<()> {
    let pool = TenantPool::<AsyncPgConnection>::builder(database.superuser_url())
        .without_wall("a test of who is seen")
        .harmless_functions(["public.slow"])
        .max_connections(12)
        .max_connections_per_tenant(8)
        .label_sessions();
    let pool = pool.build().await.unwrap();
    let mut tasks = JoinSet::new();
    for (tenant, count, seconds, pause) in tenants.iter().copied() {
        for _ in 0..count {
            let (pool, scope) = (pool.clone(), testing::scope(tenant));
            tasks.spawn(async move {
                loop {
                    let slowly = boards::table.scoped(&scope).select(slow(seconds));
                    let _: Vec<i32> = pool.load(&scope, slowly).await.unwrap();
                    tokio::time::sleep(Duration::from_secs_f64(pause)).await;
                }
            });
        }
    }
    tasks
}

/// The first tenant uses more than all others.
pub(crate) const NOISY: [(i32, usize, f64, f64); 4] =
    [(1, 4, 0.3, 0.0), (2, 1, 0.03, 0.1), (3, 1, 0.03, 0.1), (4, 1, 0.03, 0.1)];

/// All use the same.
pub(crate) const EVEN: [(i32, usize, f64, f64); 4] =
    [(1, 1, 0.2, 0.0), (2, 1, 0.2, 0.0), (3, 1, 0.2, 0.0), (4, 1, 0.2, 0.0)];

//! A pool of the application's that never closes what it is told to close.

use bb8::ManageConnection;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_pool::TenantPool;
use tenancy_rls::Wall;

use crate::database::{Database, agents, lines};
use crate::tenants::scope;
use diesel::prelude::ExpressionMethods as _;

#[derive(Debug)]
struct Careless(String);

impl ManageConnection for Careless {
    type Connection = AsyncPgConnection;
    type Error = diesel::ConnectionError;

    async fn connect(&self) -> Result<AsyncPgConnection, Self::Error> {
        AsyncPgConnection::establish(&self.0).await
    }
    async fn is_valid(&self, _: &mut AsyncPgConnection) -> Result<(), Self::Error> {
        Ok(())
    }
    fn has_broken(&self, _: &mut AsyncPgConnection) -> bool {
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_that_ignores_what_is_broken() {
    let database = Database::walled("attack_careless", |wall| wall);
    let pool = bb8::Pool::builder().max_size(1).build_unchecked(Careless(database.url("app")));
    let tenants = TenantPool::over(pool)
        .wall(Wall::plain(database.wall()))
        .waive(tenancy_tests::server::known_holes())
        .build()
        .await
        .unwrap();
    let (one, two) = (scope(1), scope(2));
    let mut tx = tenants.begin(&one).await.unwrap();
    tx.raw("an attack", "SELECT set_config('search_path', 'nowhere', false)")
        .unwrap()
        .execute()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let next = tenants
        .execute(
            &two,
            tenancy_diesel::insert_into(agents::table.scoped(&two)).values(agents::name.eq("later")),
        )
        .await;
    let rows = lines(&mut database.superuser(), "SELECT name FROM agents WHERE name = 'later'").unwrap();
    let message = format!("{next:?}");
    assert!(message.contains("closed"), "a later borrower got the connection: {message}, {rows:?}");
}

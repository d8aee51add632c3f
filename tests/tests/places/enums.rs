//! An enum of each schema's own.

use diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_rls::{Roles, RowSecurity, Wall, tables};
use tenancy_tests::fleet::schema::canvases;
use tenancy_tests::fleet::{Fleet, Kind};
use tenancy_tests::server::known_holes;

use own_types::{Calm, tempers};

#[allow(unreachable_pub, reason = "what a table's columns are of has to be public")]
mod own_types {
    //! The same table with an enum that is looked up by the search path.

    use diesel::sql_types::SqlType;

    #[derive(SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "own_mood"))]
    pub struct OwnMood;

    tenancy_diesel::table! {
        tempers (tenant_id, id) {
            tenant_id -> Integer,
            id -> Integer,
            mood -> crate::enums::own_types::OwnMood,
        }
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::expression::AsExpression)]
    #[diesel(sql_type = OwnMood)]
    pub struct Calm;

    impl diesel::serialize::ToSql<OwnMood, diesel::pg::Pg> for Calm {
        fn to_sql<'b>(
            &'b self,
            out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
        ) -> diesel::serialize::Result {
            std::io::Write::write_all(out, b"calm")?;
            Ok(diesel::serialize::IsNull::No)
        }
    }
}

/// Each schema has an enum of its own under one name. The driver keeps what a name stands for per connection.
#[tokio::test]
async fn l43_an_enum_of_a_schemas_own_gets_its_own_answer_or_an_error() {
    let fleet = Fleet::at_home("pl_enum", Kind::Plain);
    let roles =
        || Roles::new(fleet.role("app"), fleet.role("across")).unwrap().owner(fleet.role("owner")).unwrap();
    let security = RowSecurity::new(tables![tempers], roles()).unwrap();
    for schema in ["public", "tenant_3", "tenant_4"] {
        // Other words, and another order, so that a value of the one type means something else in the other.
        let words = if schema == "tenant_4" { "'wild', 'calm'" } else { "'calm', 'wild'" };
        fleet.run_as_owner(
            "home",
            &format!(
                "CREATE TYPE {schema}.own_mood AS ENUM ({words});
                 CREATE TABLE {schema}.tempers (tenant_id integer, id integer, mood {schema}.own_mood NOT NULL, PRIMARY KEY (tenant_id, id));
                 INSERT INTO {schema}.tempers SELECT tenant, id, 'calm' FROM generate_series(1, 4) AS tenant, generate_series(1, tenant) AS id"
            ),
        );
        let wall = if schema == "public" { security.clone() } else { security.in_tenant_schema(schema) };
        fleet.run_as_owner("home", &wall.tables_migration().up());
    }
    let all = fleet.security().tables().clone().table::<tempers::table>();
    let security = RowSecurity::new(all, roles()).unwrap();
    let pool = TenantPool::builder(fleet.url("home", "app"))
        .wall(Wall::plain(security))
        .waive(known_holes())
        .catalog(fleet.book())
        .max_connections(1)
        .build()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let mut answered = 0;
    for tenant in [3, 4, 1, 3, 4, 2] {
        let scope = testing::scope(tenant);
        let calm = tempers::table.scoped(&scope).filter(tempers::mood.eq(Calm)).count();
        match pool.get_result::<_, _, _, _, i64>(&scope, calm).await {
            Ok(count) => {
                answered += 1;
                assert_eq!(count, i64::from(tenant));
            }
            Err(PoolError::Query(error)) => {
                assert!(error.to_string().contains("own_mood"), "{error}");
            }
            Err(other) => panic!("{other}"),
        }
        // And the connection is good for everybody else.
        let count = canvases::table.scoped(&scope).count();
        assert_eq!(pool.get_result::<_, _, _, _, i64>(&scope, count).await.unwrap(), 4);
    }
    assert!(answered >= 2, "{answered}");
}

//! An enum of each schema's own.

use diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
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

    #[derive(
        Debug, Clone, Copy, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
    )]
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

    impl diesel::deserialize::FromSql<OwnMood, diesel::pg::Pg> for Calm {
        fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
            if value.as_bytes() == b"calm" { Ok(Self) } else { Err("another mood".into()) }
        }
    }
}

/// Each schema has an enum of its own under one name. The driver keeps what a name stands for per connection; so a connection serves
/// one such schema.
#[tokio::test]
async fn l43_an_enum_of_a_schemas_own_gets_its_own_answer() {
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
        let wall = if schema == "public" {
            security.clone()
        } else {
            security.in_tenant_schema(&schema.parse().unwrap())
        };
        fleet.run_as_owner("home", &wall.tables_migration().up());
    }
    let all = fleet.security().tables().clone().table::<tempers::table>();
    let security = RowSecurity::new(all, roles()).unwrap();
    let pool = TenantPool::<diesel_async::AsyncPgConnection>::builder(fleet.url("home", "app"))
        .wall(Wall::plain(security))
        .waive(known_holes())
        .catalog(fleet.book())
        .max_connections(1)
        .build()
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    for tenant in [3, 4, 1, 3, 4, 2, 1, 4] {
        let scope = testing::scope(tenant);
        let calm = tempers::table.scoped(&scope).filter(tempers::mood.eq(Calm)).count();
        assert_eq!(pool.get_result::<_, _, _, _, i64>(&scope, calm).await.unwrap(), i64::from(tenant));
        // Prepared once, its column is of another type in each schema.
        let moods: Vec<Calm> = pool
            .transaction(&scope, async |tx| {
                let moods = tempers::table.scoped(&scope).select(tempers::mood);
                Ok::<_, PoolError>(moods.load(tx).await?)
            })
            .await
            .unwrap();
        assert_eq!(moods.len(), usize::try_from(tenant).unwrap());
        // And the connection is good for everybody else.
        let count = canvases::table.scoped(&scope).count();
        assert_eq!(pool.get_result::<_, _, _, _, i64>(&scope, count).await.unwrap(), 4);
    }
}

//! Tenant ids of an enumeration that the application declares to Diesel.

use std::io::Write;

use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use tenancy_diesel::testing;

use super::{RunQueryDsl, connect, run};

/// No more is derived than Diesel asks of an SQL type: no `Clone`.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "region"))]
pub struct Region;

#[derive(Debug, Clone, PartialEq, AsExpression)]
#[diesel(sql_type = Region)]
struct RegionId(&'static str);

impl ToSql<Region, Pg> for RegionId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

tenancy_diesel::table! {
    #![tenant_column(region)]

    use diesel::sql_types::*;
    use super::Region;
    shops (region, id) { region -> Region, id -> Integer, name -> Text, }

    use diesel::sql_types::*;
    use super::Region;
    orders (region, id) { region -> Region, id -> Integer, shop_id -> Integer, }
}
tenancy_diesel::joinable!(orders -> shops (shop_id));
diesel::allow_tables_to_appear_in_same_query!(orders, shops);

#[tokio::test]
async fn a_join_pairs_the_rows_of_one_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for statement in [
        "CREATE TYPE region AS ENUM ('north', 'south')",
        "CREATE TABLE shops (region region, id INTEGER, name TEXT NOT NULL, PRIMARY KEY (region, id))",
        "CREATE TABLE orders (region region, id INTEGER, shop_id INTEGER NOT NULL, PRIMARY KEY (region, id))",
        "INSERT INTO shops VALUES ('north', 1, 'ada'), ('south', 1, 'zoe')",
        "INSERT INTO orders VALUES ('north', 7, 1), ('south', 7, 1), ('south', 8, 2)",
    ] {
        run(connection, statement).await.unwrap();
    }
    let (north, south) = (&testing::scope(RegionId("north")), &testing::scope(RegionId("south")));
    for (orders, shops, expected) in [
        (north, north, vec![(7, Some("ada"))]),
        (south, south, vec![(7, Some("zoe")), (8, None)]),
        (south, north, vec![(7, None), (8, None)]),
    ] {
        let query = orders::table
            .scoped(orders)
            .left_join(shops::table.scoped(shops))
            .select((orders::id, shops::name.nullable()))
            .order(orders::id);
        let found: Vec<(i32, Option<String>)> = query.load(connection).await.unwrap();
        let found: Vec<_> = found.iter().map(|(id, name)| (*id, name.as_deref())).collect();
        assert_eq!(found, expected);
    }
}

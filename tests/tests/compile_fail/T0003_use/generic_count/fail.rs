// L12, L17
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::dsl::{CountStar, Select, count_star};
use diesel::query_dsl::methods::{LoadQuery, SelectDsl};

fn count<T, C>(table: T, connection: &mut C) -> QueryResult<i64>
where
    T: Table + SelectDsl<CountStar>,
    Select<T, CountStar>: for<'query> LoadQuery<'query, C, i64>,
{
    diesel::RunQueryDsl::get_result(SelectDsl::select(table, count_star()), connection)
}

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<i64> {
    count(agents::table, connection)
}

fn main() {}

// L03, L07
use diesel::prelude::*;
use diesel::query_source::JoinTo;
use tenancy_diesel::Scoped;
use tenancy_tests::keyed::{agents, canvases};

fn titles(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    let (agents, on) = <canvases::table as JoinTo<agents::table>>::join_target(agents::table);
    canvases::table.scoped(scope).inner_join(agents.on(on)).select(agents::name).load(connection)
}

fn main() {}

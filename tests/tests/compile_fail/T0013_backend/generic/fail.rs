use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::{backend::Backend, query_builder::QueryFragment};

pub fn cached<DB: Backend>(scope: &Scoped<i32>, backend: &DB) -> QueryResult<bool> {
    tenancy_diesel::delete(agents::table.scoped(scope)).is_safe_to_cache_prepared(backend)
}

fn main() {}

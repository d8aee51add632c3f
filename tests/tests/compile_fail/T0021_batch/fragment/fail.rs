use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::{query_builder::QueryFragment, sqlite::Sqlite};

pub fn hire(scope: &Scoped<i32>) -> Box<dyn QueryFragment<Sqlite>> {
    Box::new(tenancy_diesel::insert_into(agents::table.scoped(scope)).values(vec![agents::name.eq("Ada")]))
}

fn main() {}

use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::{query_builder::QueryFragment, sqlite::Sqlite};

pub fn fragment(scope: &Scoped<i32>) -> Box<dyn QueryFragment<Sqlite> + '_> {
    Box::new(diesel::delete(agents::table))
}

fn main() {}

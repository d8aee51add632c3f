tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sqlite::Sqlite;
use tenancy_diesel::__private::Unscoped;

impl QueryFragment<Sqlite> for Unscoped<agents::table> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> diesel::QueryResult<()> {
        out.push_identifier("agents")
    }
}

fn main() {}

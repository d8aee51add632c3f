use diesel::prelude::*;
use tenancy_diesel::Scoped;

tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl diesel::query_builder::QueryFragment<diesel::sqlite::Sqlite> for agents::table {
    fn walk_ast<'b>(
        &'b self,
        mut out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
    ) -> QueryResult<()> {
        out.push_identifier("agents")
    }
}

pub fn remove(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.scoped(scope)).execute(connection)
}

fn main() {}

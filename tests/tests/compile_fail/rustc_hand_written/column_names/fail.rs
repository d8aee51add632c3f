// L29
tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

impl<Shape> tenancy_diesel::ColumnNames<agents::table, Shape> for agents::tenant_id {
    type SqlType = diesel::sql_types::Integer;

    fn push_names<DB: diesel::backend::Backend>(
        _: &mut diesel::query_builder::AstPass<'_, '_, DB>,
    ) -> diesel::QueryResult<()> {
        Ok(())
    }
}

fn main() {}

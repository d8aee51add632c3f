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
    type Named = ();

    fn names() -> Vec<&'static str> {
        Vec::new()
    }
}

fn main() {}

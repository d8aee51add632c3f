// L07
use diesel::dsl::*;
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{canvases, plans};

type Title = SingleValue<Select<canvases::table, canvases::title>>;

#[derive(Queryable, Selectable)]
#[diesel(table_name = plans)]
pub struct Plan {
    id: i32,
    #[diesel(select_expression = QueryDsl::select(canvases::table, canvases::title).single_value())]
    #[diesel(select_expression_type = Title)]
    title: Option<String>,
}

pub fn run(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Plan>> {
    let _ = scope;
    plans::table.select(Plan::as_select()).load(connection)
}

fn main() {}

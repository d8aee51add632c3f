use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

diesel::define_sql_function! { fn lower(text: Text) -> Text; }

pub fn initials(
    scope: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<(Option<String>, i64)>> {
    let name = || lower(agents::name);
    agents::table.scoped(scope).group_by(name()).select((min(name()), count_star())).load(connection)
}

fn main() {}

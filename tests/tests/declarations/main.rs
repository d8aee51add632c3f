//! Whatever Diesel takes for a table's declaration is one: any name of a column, any attribute that the CLI prints.
#![allow(missing_docs)] // tables of a test

mod columns;
mod everything;
mod one_name;
mod owners;
mod printed;
mod query_ids;

use diesel::pg::Pg;
use diesel::query_builder::QueryFragment;

fn sql(query: &impl QueryFragment<Pg>) -> String {
    let sql = diesel::debug_query::<Pg, _>(query).to_string();
    sql.split(" -- binds").next().unwrap_or_default().replace('"', "")
}

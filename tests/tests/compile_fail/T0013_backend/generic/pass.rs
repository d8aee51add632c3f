use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

use diesel::{backend::Backend, query_builder::QueryFragment};

pub fn cached<DB: Backend + tenancy_diesel::TenantBackend>(
    scope: &Scoped<i32>,
    backend: &DB,
) -> QueryResult<bool>
where
    i32: diesel::serialize::ToSql<diesel::sql_types::Integer, DB>,
    DB: diesel::sql_types::HasSqlType<diesel::sql_types::Integer>,
{
    tenancy_diesel::delete(agents::table.scoped(scope)).is_safe_to_cache_prepared(backend)
}

fn main() {}

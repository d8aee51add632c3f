// L30
tenancy_diesel::table! {
    teams (tenant_id) { tenant_id -> BigInt, #[sql_name = "_ROWID"] number -> BigInt, name -> Text, }
}

fn main() {}

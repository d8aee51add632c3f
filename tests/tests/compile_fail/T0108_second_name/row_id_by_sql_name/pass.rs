// L30
tenancy_diesel::table! {
    teams (tenant_id) { tenant_id -> BigInt, #[sql_name = "number"] number -> BigInt, name -> Text, }
}

fn main() {}

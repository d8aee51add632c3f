// L30
tenancy_diesel::table! {
    teams (tenant_id) { tenant_id -> Integer, row_number -> Integer, name -> Text, }
}

fn main() {}

// L30
tenancy_diesel::table! {
    teams (tenant_id) { tenant_id -> Integer, rowid -> Integer, name -> Text, }
}

fn main() {}

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, }
    #[tenant_scoped(tenant_id, admission(tenant_id))]
    notes (id) { id -> Integer, tenant_id -> Integer, token -> Text, }
}

fn main() {}

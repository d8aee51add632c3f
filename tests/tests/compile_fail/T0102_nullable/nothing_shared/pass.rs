tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, }
    #[tenant_scoped(tenant_id, shared)]
    notes (id) { id -> Integer, tenant_id -> Nullable<Integer>, }
}

fn main() {}

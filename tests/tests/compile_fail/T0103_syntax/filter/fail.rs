tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, }
    #[tenant_scoped(tenant_id, filter = deleted_at.gt(3))]
    notes (id) { id -> Integer, tenant_id -> Integer, deleted_at -> Nullable<Integer>, }
}

fn main() {}

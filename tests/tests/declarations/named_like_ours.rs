// @generated automatically by Diesel CLI.

pub mod billing {
    diesel::table! {
        billing.declared_table (id) {
            id -> Int4,
            tenant_id -> Int4,
            __tenancy_diesel_ -> Text,
        }
    }
}

diesel::table! {
    __tenancy_diesel (id) {
        id -> Int4,
        tenant_id -> Int4,
    }
}

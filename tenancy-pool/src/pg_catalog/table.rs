//! The table, as [`CatalogMigration`](super::CatalogMigration) makes it.
#![allow(missing_docs)] // Diesel documents what it generates only where the declaration does

diesel::table! {
    tenancy.tenant_placements (tenant) {
        tenant -> Text,
        status -> Text,
        kind -> Text,
        schema_name -> Nullable<Text>,
        database_name -> Nullable<Text>,
        changed_at -> Timestamptz,
    }
}

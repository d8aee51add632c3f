// As the CLI printed it before 2.0, and as some write it still.
use ::diesel::table;
use diesel::{allow_tables_to_appear_in_same_query, joinable};

table! {
    canvases (tenant_id, id) {
        tenant_id -> Int4,
        id -> Int4,
        agent_id -> Int4,
    }
}

table! {
    agents (tenant_id, id) {
        tenant_id -> Int4,
        id -> Int4,
        name -> Text,
    }
}

pub mod accounting {
    table! {
        accounting.invoices (tenant_id, number) {
            tenant_id -> Int4,
            number -> Int4,
        }
    }
}

joinable!(canvases -> agents (agent_id));

allow_tables_to_appear_in_same_query!(agents, canvases);

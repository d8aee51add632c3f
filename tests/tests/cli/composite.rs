// @generated automatically by Diesel CLI.

diesel::table! {
    agents (tenant_id, id) {
        tenant_id -> Int4,
        id -> Int4,
        manager_id -> Nullable<Int4>,
        name -> Text,
    }
}

diesel::table! {
    canvases (tenant_id, id) {
        tenant_id -> Int4,
        id -> Int4,
        agent_id -> Int4,
        plan_id -> Int4,
        title -> Text,
    }
}

diesel::table! {
    marks (note_id, mark) {
        note_id -> Int4,
        mark -> Text,
    }
}

diesel::table! {
    notes (tenant_id, id) {
        tenant_id -> Int4,
        id -> Int4,
        canvas_id -> Int4,
        body -> Text,
    }
}

diesel::table! {
    plans (id) {
        id -> Int4,
        name -> Text,
    }
}

pub mod accounting {
    diesel::table! {
        accounting.agents (tenant_id, id) {
            tenant_id -> Int4,
            id -> Int4,
            email -> Text,
        }
    }

    diesel::table! {
        accounting.invoices (tenant_id, number) {
            tenant_id -> Int4,
            number -> Int4,
            agent_id -> Int4,
            canvas_id -> Nullable<Int4>,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(agents, invoices);
}

diesel::joinable!(canvases -> plans (plan_id));

diesel::allow_tables_to_appear_in_same_query!(canvases, plans);
diesel::allow_tables_to_appear_in_same_query!(agents, canvases);

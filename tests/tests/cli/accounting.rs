// @generated automatically by Diesel CLI.

pub mod accounting {
    pub mod sql_types {
        #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "ledger_kind", schema = "accounting"))]
        pub struct LedgerKind;
    }

    diesel::table! {
        accounting.currencies (code) {
            code -> Text,
        }
    }

    diesel::table! {
        use diesel::sql_types::*;
        use super::sql_types::LedgerKind;

        accounting.ledgers (id) {
            id -> Uuid,
            tenant_id -> Uuid,
            currency_code -> Text,
            kind -> LedgerKind,
        }
    }

    diesel::joinable!(ledgers -> currencies (currency_code));

    diesel::allow_tables_to_appear_in_same_query!(currencies, ledgers);
}

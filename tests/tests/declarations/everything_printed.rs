// @generated automatically by Diesel CLI.

pub mod crm {
    pub mod sql_types {
        #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
        #[diesel(postgres_type(name = "mood", schema = "crm"))]
        pub struct Mood;
    }

    diesel::table! {
        use diesel::sql_types::*;
        use super::sql_types::Mood;

        /// Whom one sells to.
        ///
        /// In lines.
        #[sql_name = "Customers"]
        crm.customers (org_id, id) {
            /// Counts up.
            id -> Int8,
            /// Whose they are.
            #[sql_name = "OrgId"]
            #[max_length = 26]
            org_id -> Bpchar,
            mood -> Nullable<Mood>,
            #[sql_name = "Tags"]
            tags -> Array<Nullable<Text>>,
            moods -> Nullable<Array<Nullable<Mood>>>,
            #[max_length = 3]
            codes -> Array<Varchar>,
            seen -> Nullable<Range<Timestamptz>>,
            hardware -> Nullable<MacAddr>,
            #[sql_name = "fn"]
            fn_ -> Nullable<diesel::sql_types::Interval>,
        }
    }

    diesel::table! {
        /// Every tenant's.
        crm.Regions (id) {
            /// Counts up.
            id -> Int8,
            #[sql_name = "Name"]
            #[max_length = 3]
            name -> Varchar,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(customers, Regions,);
}

// @generated automatically by Diesel CLI.

diesel::table! {
    /// Of whoever wrote them.
    #[sql_name = "Notes"]
    notes (id) {
        /// Counts up.
        id -> Int4,
        /// Whose it is.
        #[sql_name = "Tenant"]
        #[max_length = 26]
        tenant_id -> Varchar,
        #[sql_name = "type"]
        #[max_length = 60]
        type_ -> Varchar,
    }
}

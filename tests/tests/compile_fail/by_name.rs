use ::diesel::table;

table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

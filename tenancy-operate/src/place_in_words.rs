//! A place of a tenant's, as a message says it.

use tenancy_core::placement::{Placement, SchemaName};
use tenancy_pool::placement::DatabaseName;

/// The place in words: `the schema acme`.
pub(crate) fn named(place: &Placement<DatabaseName>) -> String {
    let (schema, database) =
        (place.schema().map(SchemaName::as_str), place.database().map(DatabaseName::as_str));
    match (database, schema) {
        (None, None) => "the shared tables".to_owned(),
        (None, Some(schema)) => format!("the schema {schema}"),
        (Some(database), None) => format!("the database {database:?}"),
        (Some(database), Some(schema)) => format!("the schema {schema} of the database {database:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_words() {
        let (schema, database) = ("acme".parse::<SchemaName>(), "silo".parse::<DatabaseName>());
        let (schema, database) = (schema.expect("a name"), database.expect("a name"));
        for (place, words) in [
            (Placement::Shared, "the shared tables"),
            (Placement::Schema(schema.clone()), "the schema acme"),
            (Placement::Database(database.clone()), "the database \"silo\""),
            (Placement::DatabaseSchema { database, schema }, "the schema acme of the database \"silo\""),
        ] {
            assert_eq!(named(&place), words);
        }
    }
}

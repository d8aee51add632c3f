//! Which tables a database has. An example has no migrations: a database of another version is named before it meets columns that are not there.

/// The version of the tables: another number for every change of `main.sql`, `schema.sql` or `house.sql`.
pub const VERSION: i64 = 2;

/// What is written where the tables are made.
pub(super) fn statement() -> String {
    format!("INSERT INTO schema_version VALUES ({VERSION});")
}

/// What is said of a database, named without a password, that has another version; the first one had no number. `anew` is what makes it a new one.
pub(super) fn refused(name: &str, found: Option<i64>, anew: &str) -> String {
    let found = found.map_or_else(
        || "without a version, as the first ones had none".to_owned(),
        |found| format!("of version {found}"),
    );
    format!(
        "{name} has tables {found}, and this program needs version {VERSION}: an example does not migrate what it has. To begin anew, {anew}. To keep what is in \
         it, run the program that made it."
    )
}

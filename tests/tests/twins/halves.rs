//! The asynchronous half of a case, derived from its text.

use tenancy_tests::corpus::Case;

/// Cases that run a statement and have no asynchronous half.
pub(crate) const NO_HALF: [&str; 17] = [
    "T0001_read/load_iter", // only on synchronous connections, as are the next
    "T0001_read/load_iter_pg",
    "T0003_use/connection_execute",
    "T0003_use/connection_load",
    "T0003_use/generic_count", // generic over a synchronous connection, as are the next
    "T0003_use/generic_source",
    "T0003_use/generic_table",
    "T0003_use/generic_table_pg",
    "T0003_use/hand_written_fragment", // a table of its own, which rustc names by a shorter path where it is alone
    "T0027_shared_rows/alias",
    "T0027_shared_rows/insert",
    "T0027_shared_rows/update",
    "T0028_admission/column",
    "T0019_model/generic_read", // runs by `row`, which has a twin of another name
    "rustc_boxed/condition_of_bare_table", // a function that runs nothing
    "T0003_use/qualified_execute", // a function of `RunQueryDsl` that diesel-async has by another name
    "T0003_use/save_changes",   // `rustc_diesel_statement/save_changes_async`: the trait is another one
];

/// Cases that only one of the databases has the words for. The others change sides, so that each is seen on two.
pub(crate) const SAME_DATABASE: [&str; 13] = [
    "T0001_read/distinct_on",
    "T0001_read/for_update",
    "T0001_read/for_update_skip_locked",
    "T0001_read/only",
    "T0001_read/tablesample_bernoulli",
    "T0001_read/tablesample_system",
    "T0003_use/boxed_by_type",
    "T0003_use/insert_or_ignore",
    "T0003_use/replace_into",
    "T0003_use/upsert_on_constraint",
    "T0010_columns/constraint",
    "T0022_bulk/function",
    "T0022_bulk/subquery",
];

/// Whether this case is played on an asynchronous connection as well.
pub(crate) fn has_one(case: &Case, cases: &[Case]) -> bool {
    let text = case.read("fail.rs");
    text.contains("connection: &mut ")
        && !text.contains("async ")
        // An enum of connections is one of synchronous ones.
        && !text.contains("MultiConnection")
        && !NO_HALF.contains(&case.name.as_str())
        && !cases.iter().any(|other| other.name == format!("{}_async", case.name))
}

/// The same text on an asynchronous connection.
pub(crate) fn asynchronous(case: &Case, file: &str) -> String {
    let (postgres, sqlite) = ("AsyncPgConnection", "AsyncSqliteConnection");
    let swapped = !SAME_DATABASE.contains(&case.name.as_str());
    let (for_postgres, for_sqlite) = if swapped { (sqlite, postgres) } else { (postgres, sqlite) };
    let imports = format!(
        "use diesel_async::{{AsyncPgConnection, RunQueryDsl}};\nuse tenancy_tests::cases::AsyncSqliteConnection;\n\
         use {for_postgres} as PgConnection;\nuse {for_sqlite} as SqliteConnection;\n"
    );
    let text = case.read(file).replace("connection)", "connection).await");
    let text = text.replace(" diesel::RunQueryDsl", " diesel_async::RunQueryDsl");
    let mut half = String::new();
    for line in text.lines() {
        if line.starts_with("use ") && !half.contains("\nuse ") {
            half += &imports;
        }
        let function = line.strip_prefix("pub ").unwrap_or(line).starts_with("fn ") && line != "fn main() {}";
        half += &if function { line.replacen("fn ", "async fn ", 1) } else { line.to_owned() };
        half += "\n";
    }
    half
}

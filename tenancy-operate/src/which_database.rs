//! Which database a connection leads to. Names and addresses do not say it: two may lead to one, and one to another than yesterday.

/// The query for it.
///
/// A cluster that was made by copying another one's files, a replica that was promoted or a backup that was started, has its system identifier and
/// its databases' numbers, so when the server started is asked as well.
pub(crate) const QUERY: &str = "SELECT (SELECT system_identifier FROM pg_control_system())::text,
    extract(epoch FROM pg_postmaster_start_time())::text, oid::text
    FROM pg_database WHERE datname = current_database()";

/// Which database it is, as long as its server runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WhichDatabase {
    system: String,
    started: String,
    database: String,
}

impl WhichDatabase {
    /// What [`QUERY`] has answered.
    pub(crate) fn new([system, started, database]: [String; 3]) -> Self {
        Self { system, started, database }
    }

    /// Whether both are on one server.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        (&self.system, &self.started) == (&other.system, &other.started)
    }

    /// What stays of it when the server starts again, and when a replica takes its place: for a journal.
    pub(crate) fn lasting(&self) -> String {
        format!("{}/{}", self.system, self.database)
    }
}

#[cfg(test)]
mod tests {
    use super::WhichDatabase;

    #[test]
    fn a_copy_of_the_files_is_another_database_and_lasts_as_the_same() {
        let which = |started: &str, database: &str| {
            WhichDatabase::new(["7".to_owned(), started.to_owned(), database.to_owned()])
        };
        let (one, copy, beside) = (which("1.5", "5"), which("2.5", "5"), which("1.5", "6"));
        assert_eq!(one, which("1.5", "5"));
        assert!(one != copy && !one.is_beside(&copy) && one.is_beside(&beside) && one != beside);
        assert_eq!(one.lasting(), copy.lasting());
        assert_ne!(one.lasting(), beside.lasting());
    }
}

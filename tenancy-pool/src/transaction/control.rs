//! Raw SQL that would end the transaction.

/// The words that the server's grammar begins such a statement with (PostgreSQL's `gram.y`, `TransactionStmt`).
const TRANSACTION_CONTROL: [&str; 9] =
    ["abort", "begin", "commit", "end", "prepare", "release", "rollback", "savepoint", "start"];

/// Whether the statement begins, ends or divides a transaction: what comes after it would run outside of the tenant's, and
/// the commit report what did not happen. `PREPARE` is among them for `PREPARE TRANSACTION`; a statement that is prepared
/// by hand outlives its transaction anyway.
pub(super) fn controls_the_transaction(sql: &str) -> bool {
    let statement = skip_what_says_nothing(sql);
    let end = statement.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(statement.len());
    let word = statement.get(..end).unwrap_or_default();
    TRANSACTION_CONTROL.iter().any(|control| word.eq_ignore_ascii_case(control))
}

/// What is left behind blanks, comments and empty statements, as the server's scanner (`scan.l`) takes them.
fn skip_what_says_nothing(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c', ';']);
        if let Some(comment) = sql.strip_prefix("--") {
            sql = comment.find(['\n', '\r']).and_then(|end| comment.get(end..)).unwrap_or_default();
        } else if let Some(comment) = sql.strip_prefix("/*") {
            sql = behind_comment(comment);
        } else {
            return sql;
        }
    }
}

/// What is left behind a comment that was opened: they nest.
fn behind_comment(mut sql: &str) -> &str {
    let mut depth = 1_usize;
    while depth > 0 {
        let (Some(at), opens) = (match (sql.find("*/"), sql.find("/*")) {
            (Some(close), Some(open)) if open < close => (Some(open), true),
            (close, _) => (close, false),
        }) else {
            return "";
        };
        depth = if opens { depth.saturating_add(1) } else { depth - 1 };
        sql = sql.get(at + 2..).unwrap_or_default();
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::controls_the_transaction;

    #[test]
    fn whatever_stands_before_it() {
        for sql in [
            "ROLLBACK",
            "commit;",
            " \n\t\x0b; ;end",
            "/* /* nested */ */ Abort",
            "/*/**/*/ROLLBACK",
            "-- a comment\n-- another\r rollback and chain",
            "COMMIT/**/AND CHAIN",
            "rollback to savepoint tenancy_1",
            "RELEASE tenancy_1",
            "savepoint tenancy_1",
            "PREPARE TRANSACTION 'x'",
            "START TRANSACTION",
        ] {
            assert!(controls_the_transaction(sql), "{sql:?}");
        }
    }

    #[test]
    fn nothing_else() {
        for sql in [
            "SELECT 1",
            "/* ROLLBACK",
            "-- ROLLBACK",
            "",
            ";",
            "/* a */ UPDATE x SET rollback = 1",
            "ended()",
            "é",
        ] {
            assert!(!controls_the_transaction(sql), "{sql:?}");
        }
    }
}

//! Names that are used once, and the addresses of fresh databases.

use std::{
    process,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

/// The longest prefix that leaves room for the rest: PostgreSQL cuts names after 63 bytes.
const PREFIX_LIMIT: usize = 24;

/// A name that no other test has, in this process or another, now or in an earlier run: prefix, process,
/// first use in it, counter.
///
/// It needs no quoting: letters, digits and underscores, all lower case, and a letter first.
pub(super) fn unique_name(prefix: &str) -> String {
    static STARTED: OnceLock<u128> = OnceLock::new();
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    // Process ids come again, in containers at once; a server that we did not start keeps its databases.
    let started = STARTED
        .get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros()));
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{}_{}_{started:x}_{counter}", identifier(prefix), process::id())
}

/// `prefix` as the beginning of a database name.
fn identifier(prefix: &str) -> String {
    let mut name: String = prefix
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' })
        .take(PREFIX_LIMIT)
        .collect();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert(0, 't');
    }
    name
}

/// `url` with `database` as its path. The parameters stay, but for `dbname`, which would win over the path.
pub(super) fn with_database(url: &str, database: &str) -> Result<String, String> {
    let (scheme, rest) = url.split_once("://").ok_or_else(|| {
        "the address of the database server is not a URL: write it as scheme://user@host:port/database"
            .to_owned()
    })?;
    let (before, query) = rest.split_once('?').map_or((rest, None), |(before, query)| (before, Some(query)));
    let authority = before.split_once('/').map_or(before, |(authority, _)| authority);
    let kept: Vec<&str> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|part| !part.starts_with("dbname="))
        .collect();
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Ok(format!("{scheme}://{authority}/{database}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_replaced_and_the_rest_stays() {
        let cases = [
            ("postgres://u:p@h:1/old", "postgres://u:p@h:1/new"),
            ("postgres://u@h", "postgres://u@h/new"),
            ("postgres://u@h/", "postgres://u@h/new"),
            ("postgres://u@h?sslmode=disable", "postgres://u@h/new?sslmode=disable"),
            ("postgresql:///old?host=/run/pg&user=u", "postgresql:///new?host=/run/pg&user=u"),
            ("postgres://h/old?dbname=older", "postgres://h/new"),
            ("mysql://root@127.0.0.1:3306/old?a=1&b=2", "mysql://root@127.0.0.1:3306/new?a=1&b=2"),
        ];
        for (given, expected) in cases {
            assert_eq!(with_database(given, "new").as_deref(), Ok(expected));
        }
        assert!(with_database("host=localhost dbname=old", "new").is_err());
    }

    #[test]
    fn names_are_identifiers_and_differ() {
        let (first, second) = (unique_name("Plans; DROP"), unique_name("Plans; DROP"));
        assert!(first.starts_with("plans__drop_"), "{first}");
        assert_ne!(first, second);
        assert!(unique_name("9").starts_with("t9_"));
        assert!(unique_name(&"x".repeat(200)).len() <= 63);
    }
}

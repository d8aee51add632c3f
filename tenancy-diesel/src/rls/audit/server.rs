//! Servers with holes in their row-level security.

use super::finding::Finding;

/// Marks the row that holds the server's version.
pub(super) const VERSION: &str = "version";

/// The oldest major version with views that have the rights of whoever asks (`security_invoker`).
const OLDEST: u32 = 15;

/// A hole, and the minor versions that it was closed in: PostgreSQL's security pages (postgresql.org/support/security).
struct Hole {
    name: &'static str,
    what: &'static str,
    /// `(major, minor)`: older minors of that major have it. A major that is not listed is newer than the hole.
    closed: &'static [(u32, u32)],
}

const HOLES: &[Hole] = &[
    Hole {
        name: "CVE-2023-2455",
        what: "policies of the wrong role are applied after inlining",
        closed: &[(15, 3)],
    },
    Hole {
        name: "CVE-2023-39418",
        what: "MERGE does not ask the policies of UPDATE and SELECT",
        closed: &[(15, 4)],
    },
    Hole {
        name: "CVE-2024-10976",
        what: "a cached plan keeps the policies of another role",
        closed: &[(15, 9), (16, 5), (17, 1)],
    },
    Hole {
        name: "CVE-2025-8713",
        what: "the planner's statistics tell of rows that the policies hide",
        closed: &[(15, 14), (16, 10), (17, 6)],
    },
];

/// What is wrong with a server of that `server_version_num`. An unreadable one is refused.
pub(super) fn findings(version: &str) -> Vec<Finding> {
    let finding = |code: &str, reason: String, mend: String| {
        Finding::new(code.to_owned(), "server".to_owned(), reason, mend)
    };
    let Ok(number) = version.parse::<u32>() else {
        let reason = format!("the server's version is not to be understood: {version:?}");
        return vec![finding("R081", reason, "-- use PostgreSQL".to_owned())];
    };
    let (major, minor) = (number / 10_000, number % 10_000);
    if major < OLDEST {
        return vec![finding(
            "R081",
            format!(
                "the server is PostgreSQL {major}.{minor}: it is not maintained, and its views keep no policies"
            ),
            format!("-- upgrade to PostgreSQL {OLDEST} or newer"),
        )];
    }
    let holes: Vec<_> = HOLES
        .iter()
        .filter_map(|hole| {
            let (_, closed) = hole.closed.iter().find(|(of, _)| *of == major)?;
            (minor < *closed).then_some((hole, *closed))
        })
        .collect();
    let Some(closed) = holes.iter().map(|(_, closed)| *closed).max() else { return Vec::new() };
    let names: Vec<_> = holes.iter().map(|(hole, _)| format!("{} ({})", hole.name, hole.what)).collect();
    vec![finding(
        "R080",
        format!("the server is PostgreSQL {major}.{minor}, which has {}", names.join(", ")),
        format!("-- upgrade to PostgreSQL {major}.{closed} or newer"),
    )]
}

#[cfg(test)]
mod tests {
    use super::findings;

    fn reason(version: &str) -> String {
        findings(version).iter().map(|finding| format!("{} {}\n", finding.code, finding.reason)).collect()
    }

    #[test]
    fn l34_merge_that_asks_no_policies_is_refused() {
        assert!(reason("150003").contains("CVE-2023-39418"));
        assert!(!reason("150004").contains("CVE-2023-39418"));
        assert_eq!(reason("160010"), "");
    }

    #[test]
    fn l46_a_plan_cached_for_another_role_is_refused() {
        assert!(reason("150002").contains("CVE-2023-2455"));
        for (open, closed) in [("150008", "150009"), ("160004", "160005"), ("170000", "170001")] {
            assert!(reason(open).contains("CVE-2024-10976"), "{open}");
            assert!(!reason(closed).contains("CVE-2024-10976"), "{closed}");
        }
    }

    #[test]
    fn l60_statistics_that_tell_are_refused() {
        for (open, closed) in [("150013", "150014"), ("160009", "160010"), ("170005", "170006")] {
            assert!(reason(open).contains("CVE-2025-8713"), "{open}");
            assert_eq!(reason(closed), "", "{closed}");
        }
    }

    #[test]
    fn servers_that_are_too_old_or_unreadable_are_refused() {
        assert!(reason("140020").starts_with("R081"));
        assert!(reason("15.20").starts_with("R081"));
        assert_eq!(reason("180000"), "");
    }
}

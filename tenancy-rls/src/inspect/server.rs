//! Servers with holes in their row-level security.

use super::finding::Finding;
use crate::row_security::Server;

/// Marks the row that holds the server's version.
pub(super) const VERSION: &str = "version";

/// The extension that spreads tables over servers, which that row names where it is installed.
pub(super) const CITUS: &str = "citus";

/// The oldest major version with views that have the rights of whoever asks (`security_invoker`).
const OLDEST: u32 = 15;

/// A hole, and the minor versions that it was closed in: PostgreSQL's security pages (postgresql.org/support/security), and its
/// release notes. Those of one day are numbered alike: 15.20 came with 16.16, 17.12 and 18.7.
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
    Hole {
        name: "CVE-2026-14666",
        what: "a cached plan keeps the policies from before a change of the roles",
        closed: &[(15, 19), (16, 15), (17, 11), (18, 6)],
    },
    Hole {
        name: "CVE-2026-116311",
        what: "a role can take itself out of restrictive policies by DROP OWNED",
        closed: NOVEMBER_2026,
    },
    Hole {
        name: "CVE-2026-116327",
        what: "conditions that tell what they are given are asked before the policies are",
        closed: NOVEMBER_2026,
    },
    Hole {
        name: "CVE-2026-120154",
        what: "the condition of an ON CONFLICT is asked before the policies are",
        closed: NOVEMBER_2026,
    },
];

const NOVEMBER_2026: &[(u32, u32)] = &[(15, 20), (16, 16), (17, 12), (18, 7)];

/// A wall that is not for the server it stands on: Citus drops RESTRICTIVE from the policies that it sends to the shards, and the
/// wall for PostgreSQL needs it.
pub(super) fn on_citus(made_for: Server, installed: bool) -> Option<Finding> {
    let (reason, mend) = match (made_for, installed) {
        (Server::PostgreSql, true) => (
            "the wall is made for PostgreSQL, and Citus is installed, which drops RESTRICTIVE from the policies of distributed tables",
            "-- make the wall by RowSecurity::citus() and run its migration; where no table is distributed, drop the extension",
        ),
        (Server::Citus, false) => (
            "the wall is made for Citus, which is not installed",
            "-- leave RowSecurity::citus() out and run the migration again",
        ),
        _ => return None,
    };
    Some(Finding::new("R082".to_owned(), CITUS.to_owned(), reason.to_owned(), mend.to_owned()))
}

/// What is wrong with a server of that `server_version_num`. An unreadable one is refused.
pub(super) fn findings(version: &str) -> Vec<Finding> {
    let finding = |code: &str, object: &str, reason: String, mend: String| {
        Finding::new(code.to_owned(), object.to_owned(), reason, mend)
    };
    let Ok(number) = version.parse::<u32>() else {
        let reason = format!("the server's version is not to be understood: {version:?}");
        return vec![finding("R081", "server", reason, "-- use PostgreSQL".to_owned())];
    };
    let (major, minor) = (number / 10_000, number % 10_000);
    if major < OLDEST {
        return vec![finding(
            "R081",
            "server",
            format!(
                "the server is PostgreSQL {major}.{minor}: it is not maintained, and its views keep no policies"
            ),
            format!("-- upgrade to PostgreSQL {OLDEST} or newer"),
        )];
    }
    // By name, so that to accept one is not to accept the next.
    let hole = |hole: &Hole| {
        let (_, closed) = hole.closed.iter().find(|(of, closed)| *of == major && minor < *closed)?;
        let reason = format!("the server is PostgreSQL {major}.{minor}: {}", hole.what);
        let mend = format!(
            "-- upgrade to PostgreSQL {major}.{closed} or newer; until then it can be accepted: \
             Waivers::new().waive(\"R080\", \"{}\", reason)",
            hole.name
        );
        Some(finding("R080", hole.name, reason, mend))
    };
    HOLES.iter().filter_map(hole).collect()
}

#[cfg(test)]
mod tests {
    use super::findings;

    fn reason(version: &str) -> String {
        findings(version)
            .iter()
            .map(|finding| format!("{} {} {}\n", finding.code, finding.object, finding.reason))
            .collect()
    }

    #[test]
    fn l34_merge_that_asks_no_policies_is_refused() {
        assert!(reason("150003").contains("CVE-2023-39418"));
        assert!(!reason("150004").contains("CVE-2023-39418"));
        assert!(!reason("160010").contains("CVE-2023"));
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
            assert!(!reason(closed).contains("CVE-2025-8713"), "{closed}");
        }
    }

    #[test]
    fn each_hole_is_found_by_its_name_until_it_is_closed() {
        for (open, closed) in
            [("150018", "150019"), ("160014", "160015"), ("170010", "170011"), ("180004", "180006")]
        {
            assert!(reason(open).contains("R080 CVE-2026-14666"), "{open}");
            assert!(!reason(closed).contains("CVE-2026-14666"), "{closed}");
        }
        for (open, closed) in
            [("150019", "150020"), ("160015", "160016"), ("170011", "170012"), ("180006", "180007")]
        {
            for name in ["CVE-2026-116311", "CVE-2026-116327", "CVE-2026-120154"] {
                assert!(reason(open).contains(&format!("R080 {name}")), "{open}");
            }
            assert_eq!(reason(closed), "", "{closed}");
        }
        assert_eq!(reason("190000"), "");
        let mend = &findings("180006")[0].mend;
        assert!(
            mend.contains("18.7 or newer") && mend.contains(r#"waive("R080", "CVE-2026-116311""#),
            "{mend}"
        );
    }

    #[test]
    fn servers_that_are_too_old_or_unreadable_are_refused() {
        assert!(reason("140020").starts_with("R081"));
        assert!(reason("15.20").starts_with("R081"));
    }
}

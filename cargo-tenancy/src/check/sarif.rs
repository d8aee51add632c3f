//! SARIF 2.1.0, which GitHub's code scanning and others read: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Only what is used of it. The crates that have all of it are generated from its schema by what brings a second syn and more.

use std::collections::BTreeMap;

use serde::Serialize;

use super::inventory::NAME;
use super::kind::Kind;
use super::place::Status;
use super::report::Report;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

/// The folder that paths are from, of which only the reader knows where it is.
#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

/// The name that code scanning knows for it.
const ROOT: &str = "%SRCROOT%";
const STALE: &str = "stale";

/// What is new, and what the inventory has too much, as findings. What is known is none.
pub(crate) fn log(report: &Report) -> Log {
    let mut rules: Vec<Rule> =
        Kind::ALL.iter().map(|kind| rule(kind.name(), kind.title(), kind.look(), "warning")).collect();
    let stale = rules.len();
    rules.push(rule(
        STALE,
        "an entry of the inventory that is gone from the source",
        "Remove it: `tenancy check --update`.",
        "note",
    ));
    let new = report.of(Status::New).map(|place| Finding {
        rule_id: place.kind.name(),
        rule_index: Kind::ALL.iter().position(|kind| *kind == place.kind).unwrap_or_default(),
        level: "warning",
        message: Text { text: place.message() },
        locations: [location(&place.file, place.line, place.column, &place.item)],
        partial_fingerprints: BTreeMap::from([("tenancyPlace/v1", place.fingerprint.clone())]),
    });
    let gone = report.stale.iter().map(|entry| Finding {
        rule_id: STALE,
        rule_index: stale,
        level: "note",
        message: Text { text: entry.message() },
        locations: [location(NAME, 1, 1, "")],
        partial_fingerprints: BTreeMap::from([("tenancyPlace/v1", entry.fingerprint.clone())]),
    });
    let root = Base { description: Text { text: "the project's root".to_owned() } };
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver { name: "tenancy check", semantic_version: env!("CARGO_PKG_VERSION"), rules },
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            results: new.chain(gone).collect(),
        }],
    }
}

fn rule(id: &'static str, title: &str, look: &str, level: &'static str) -> Rule {
    Rule {
        id,
        short_description: Text { text: title.to_owned() },
        help: Text { text: look.to_owned() },
        default_configuration: Configuration { level },
    }
}

fn location(file: &str, line: usize, column: usize, item: &str) -> Location {
    let logical = (!item.is_empty()).then(|| Logical { fully_qualified_name: item.to_owned() });
    Location {
        physical_location: Physical {
            artifact_location: Artifact { uri: uri(file), uri_base_id: ROOT },
            region: Region { start_line: line, start_column: column },
        },
        logical_locations: logical.into_iter().collect(),
    }
}

/// A path as a reference of RFC 3986: what may not stand in one is percent-encoded.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    path.bytes().fold(String::new(), |mut uri, byte| {
        if plain(byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(uri("src/a b/ü.rs"), "src/a%20b/%C3%BC.rs");
    }
}

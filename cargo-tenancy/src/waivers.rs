//! Findings that are accepted, from a file that is committed.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use tenancy_rls::Waivers;

use crate::failure::Failure;

/// Which findings are accepted.
#[derive(Debug, Clone, Args)]
pub(crate) struct WaiversFile {
    /// A file of accepted findings: a JSON array of {"code": …, "object": …, "reason": …}, as the report names them
    #[arg(long, value_name = "FILE", env = "TENANCY_WAIVERS")]
    waivers: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    object: String,
    reason: String,
}

impl WaiversFile {
    pub(crate) fn read(&self) -> Result<Waivers, Failure> {
        let Some(path) = &self.waivers else { return Ok(Waivers::new()) };
        let wrong = || Failure::new(format!("the waivers of {} cannot be used", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong().because(error))?;
        let entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| {
            wrong().because(error).fix(r#"write it as [{"code": "R080", "object": "…", "reason": "…"}]"#)
        })?;
        entries.into_iter().try_fold(Waivers::new(), |waivers, Entry { code, object, reason }| {
            waivers.waive(code, object, reason).map_err(|error| wrong().because(error))
        })
    }
}

//! The key that seals tenants: from the environment or a file, never from an argument.

use std::path::{Path, PathBuf};

use clap::Args;
use tenancy_rls::SealingKey;

use crate::failure::Failure;

/// Where the text of a key stands, if no file is named.
const VARIABLE: &str = "TENANCY_SEALING_KEY";

/// Which key.
///
/// Whoever lists the machine's processes sees their arguments, so that the text is none of them.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeySource {
    /// The file that holds the sealing key; without it, the variable TENANCY_SEALING_KEY holds its text
    #[arg(long, value_name = "FILE", env = "TENANCY_SEALING_KEY_FILE")]
    key_file: Option<PathBuf>,
}

impl KeySource {
    /// The key, where one is given.
    pub(crate) fn read(&self) -> Result<Option<SealingKey>, Failure> {
        if let Some(path) = &self.key_file {
            return read(path).map(Some);
        }
        let Some(text) = std::env::var_os(VARIABLE) else { return Ok(None) };
        let wrong = || Failure::new(format!("the variable {VARIABLE} holds no sealing key"));
        let text = text.into_string().map_err(|_| wrong())?;
        text.parse().map(Some).map_err(|error: tenancy_rls::RowSecurityError| wrong().because(error))
    }

    /// The key, which the command cannot do without.
    pub(crate) fn required(&self) -> Result<SealingKey, Failure> {
        self.read()?.ok_or_else(|| {
            Failure::new("no sealing key is given")
                .fix(format!("name its file by --key-file, or put its text into {VARIABLE}; `tenancy keys generate` makes one"))
        })
    }
}

/// The key in a file.
pub(crate) fn read(path: &Path) -> Result<SealingKey, Failure> {
    let wrong = || format!("{} holds no sealing key", path.display());
    warn_if_others_read(path);
    let text = std::fs::read_to_string(path).map_err(|error| Failure::new(wrong()).because(error))?;
    text.parse().map_err(|error: tenancy_rls::RowSecurityError| Failure::new(wrong()).because(error))
}

/// Says that a secret is nobody's secret. It is used all the same: some stores of secrets mount their files so.
pub(crate) fn warn_if_others_read(path: &Path) {
    #[cfg(unix)]
    {
        use std::io::Write as _;
        use std::os::unix::fs::PermissionsExt as _;

        let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o077 != 0 {
            // Nobody is there to be told of a closed stream.
            let _closed = writeln!(
                std::io::stderr(),
                "warning: {} can be read by others than its owner: chmod 600 {0}",
                path.display()
            );
        }
    }
    #[cfg(not(unix))]
    let _: &Path = path;
}

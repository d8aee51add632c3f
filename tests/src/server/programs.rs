//! Where the programs of the database servers are.

use super::account::Account;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

/// The directories of `PATH`, in its order.
pub(super) fn path_directories() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// The directories `parent/<prefix…>/bin`, the highest version first.
///
/// Packagers give every major version its own: `/usr/lib/postgresql/17/bin`,
/// `/opt/homebrew/opt/postgresql@17/bin`.
pub(super) fn versioned_directories(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = version(name.strip_prefix(prefix)?);
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, directory)| directory).collect()
}

/// The numbers in `text`, so that 10 sorts after 9 and 9.6 after 9.
fn version(text: &str) -> Vec<u32> {
    text.split(|character: char| !character.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

/// The first of `names` in `directories` that `account` can run.
pub(super) fn find(directories: &[PathBuf], names: &[&str], account: &Account) -> Option<PathBuf> {
    names
        .iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)))
        .find(|program| works(program, account))
}

/// Whether `program` is there and does its work for `account`.
///
/// Some version managers put a wrapper in `PATH` that fails unless it is configured, and `account` may
/// not be allowed to enter the directory. All of these programs show their usage when asked; not all of
/// them call that a success.
pub(super) fn works(program: &Path, account: &Account) -> bool {
    program.is_file()
        && account
            .command(program)
            .arg("--help")
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| {
                [output.stdout, output.stderr]
                    .iter()
                    .any(|text| String::from_utf8_lossy(text).contains("Usage"))
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_numbers() {
        let mut versions = ["9", "17", "9.6", "10"].map(version);
        versions.sort();
        assert_eq!(versions, [vec![9], vec![9, 6], vec![10], vec![17]]);
    }
}

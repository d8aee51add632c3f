//! The file itself, replaced as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::ManifestError;

/// Tells the unfinished files of one process apart.
static NUMBER: AtomicU64 = AtomicU64::new(0);

pub(super) fn read(path: &Path) -> Result<String, ManifestError> {
    fs::read_to_string(path).map_err(|source| ManifestError::Read { path: path.to_owned(), source })
}

/// Writes `text` where another is, and says whether it did.
pub(super) fn write(path: &Path, text: &str) -> Result<bool, ManifestError> {
    match fs::read(path) {
        Ok(there) if there == text.as_bytes() => return Ok(false),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(ManifestError::Read { path: path.to_owned(), source }),
    }
    replace(path, text).map_err(|source| ManifestError::Write { path: path.to_owned(), source })?;
    Ok(true)
}

/// Writes a file beside it, and gives that one its name: a rename replaces the other at once.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // Where the name is a link, what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = path.file_name().ok_or_else(|| io::Error::other("the path names no file"))?;
    let mut unfinished = std::ffi::OsString::from(".");
    unfinished.push(name);
    unfinished.push(format!(".{}.{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
    let unfinished = path.with_file_name(unfinished);
    let written = write_through(&unfinished, text).and_then(|()| fs::rename(&unfinished, &path));
    if written.is_err() {
        // The first error says why.
        let _ = fs::remove_file(&unfinished);
    }
    written
}

fn write_through(path: &PathBuf, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

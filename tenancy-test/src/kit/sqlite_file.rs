//! SQLite databases for a test each, copied from one that is prepared once.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, io, process};

/// Numbers of files of this process.
static FILES: AtomicU64 = AtomicU64::new(0);

/// What SQLite keeps beside a database while it is open, or after a crash.
const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// A database with the application's tables, made once for all tests of a process.
///
/// # Examples
///
/// ```no_run
/// use tenancy_test::kit::SqliteTemplate;
///
/// # fn migrate(_: &str) -> Result<(), std::io::Error> { Ok(()) }
/// # fn main() -> Result<(), std::io::Error> {
/// let template = SqliteTemplate::prepare(|address| migrate(address))?;
/// let database = template.copy()?;           // for one test; a pool opens `database.address()`
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SqliteTemplate(SqliteFile);

impl SqliteTemplate {
    /// Has an empty database prepared, whose address is given. Connections to it are closed before this returns.
    ///
    /// # Errors
    ///
    /// Those of `prepare`.
    pub fn prepare<E>(prepare: impl FnOnce(&str) -> Result<(), E>) -> Result<Self, E> {
        let file = SqliteFile::new();
        prepare(file.address())?;
        Ok(Self(file))
    }

    /// A copy for one test.
    ///
    /// # Errors
    ///
    /// If the file cannot be copied, or if a connection to the template is still open: its journal is not in the file.
    pub fn copy(&self) -> io::Result<SqliteFile> {
        if let Some(open) = self.0.beside().find(|path| fs::metadata(path).is_ok_and(|file| file.len() > 0)) {
            let path = open.display();
            return Err(io::Error::other(format!(
                "{path}: a connection to the template is still open; close it before it is copied"
            )));
        }
        let copy = SqliteFile::new();
        fs::copy(self.0.path(), copy.path())?;
        Ok(copy)
    }
}

/// A database in a file of its own, which goes when this is dropped, also by a panic.
#[derive(Debug)]
pub struct SqliteFile {
    address: String,
}

impl SqliteFile {
    fn new() -> Self {
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("tenancy_test_{}_{number}_{}.sqlite3", process::id(), fastrand::u32(..));
        Self { address: env::temp_dir().join(name).to_string_lossy().into_owned() }
    }

    /// What Diesel and `TenantPool` open.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn path(&self) -> &Path {
        Path::new(&self.address)
    }

    fn beside(&self) -> impl Iterator<Item = PathBuf> {
        BESIDE.iter().map(|suffix| PathBuf::from(format!("{}{suffix}", self.address)))
    }
}

impl Drop for SqliteFile {
    fn drop(&mut self) {
        // What is not there needs not go, and a test does not fail by its tidying.
        let _ = fs::remove_file(self.path());
        for path in self.beside() {
            let _ = fs::remove_file(path);
        }
    }
}

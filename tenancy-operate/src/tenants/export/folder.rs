//! The folder of an export: written beside its place, and moved there when it is whole.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;

use super::format::{MANIFEST, SUMS, TABLES};
use crate::tenants::error::{OperateError, OperateErrorKind, storage};

/// An export that is being written. What is there when the process ends is `NAME.partial`, which the next one begins anew.
pub(super) struct Unfinished {
    place: PathBuf,
    partial: PathBuf,
    /// Held, so that no two write the same one.
    _lock: File,
}

/// One that was not finished leaves nothing of a tenant's rows, unless the process was killed. Then the next one removes it.
impl Drop for Unfinished {
    fn drop(&mut self) {
        // After it was finished there is none.
        let _absent = std::fs::remove_dir_all(&self.partial);
        let mut lock = self.partial.clone().into_os_string();
        lock.push(".lock");
        let _absent = std::fs::remove_file(lock);
    }
}

/// What was written into a file.
pub(super) struct Written {
    pub(super) bytes: u64,
    pub(super) sha256: String,
}

impl Unfinished {
    /// Begins one for `place`, where nothing may be.
    pub(super) async fn begin(place: &Path) -> Result<Self, OperateError> {
        let Some(name) = place.file_name() else {
            return Err(OperateError::new(
                OperateErrorKind::Request,
                format!("{} is no name for a folder", place.display()),
            ));
        };
        let mut partial_name = name.to_owned();
        partial_name.push(".partial");
        let partial = place.with_file_name(&partial_name);
        partial_name.push(".lock");
        let lock_path = place.with_file_name(partial_name);
        if let Some(parent) = place.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent)
                .await
                .map_err(storage(format!("the folder {} cannot be made", parent.display())))?;
        }
        // It is emptied by nobody: where the folder is somebody else's too, it may lead to another file.
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options
            .open(&lock_path)
            .map_err(storage(format!("the file {} cannot be made", lock_path.display())))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OperateError::new(
                    OperateErrorKind::Conflict,
                    format!("another export is being written into {}", place.display()),
                )
                .fix("wait for it, or name another folder"));
            }
            Err(TryLockError::Error(error)) => {
                return Err(storage(format!("{} cannot be locked", lock_path.display()))(error));
            }
        }
        match fs::remove_dir_all(&partial).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(storage(format!(
                    "the rest of an earlier export, {}, cannot be removed",
                    partial.display()
                ))(error));
            }
            _ => {}
        }
        let unfinished = Self { place: place.to_owned(), partial, _lock: lock };
        private_folder(&unfinished.partial).await?;
        private_folder(&unfinished.partial.join(TABLES)).await?;
        Ok(unfinished)
    }

    /// Begins a file in it.
    pub(super) async fn file(&self, name: &str) -> Result<Writing, OperateError> {
        let path = self.partial.join(name);
        let file = private_file(&path).await?;
        Ok(Writing { path, file, buffer: Vec::with_capacity(BUFFER), hash: Sha256::new(), bytes: 0 })
    }

    /// Moves it to its place, with the manifest and the sums. From then on it is an export.
    pub(super) async fn finish(self, manifest: &[u8], sums: &str) -> Result<(), OperateError> {
        for (name, content) in [(SUMS, sums.as_bytes()), (MANIFEST, manifest)] {
            let mut writing = self.file(name).await?;
            writing.write(content).await?;
            writing.end().await?;
        }
        for folder in [self.partial.join(TABLES), self.partial.clone()] {
            synced(&folder)?;
        }
        fs::rename(&self.partial, &self.place).await.map_err(storage(format!(
            "{} is whole, and cannot be moved to {}",
            self.partial.display(),
            self.place.display()
        )))?;
        let parent =
            self.place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        synced(parent)?;
        Ok(())
    }
}

/// What is held in memory before it goes to the disk.
const BUFFER: usize = 256 * 1024;

/// A file that is being written.
pub(super) struct Writing {
    path: PathBuf,
    file: fs::File,
    buffer: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

impl Writing {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), OperateError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BUFFER { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), OperateError> {
        let failed =
            || storage(format!("{} cannot be written, and the export is not done", self.path.display()));
        self.file.write_all(&self.buffer).await.map_err(failed())?;
        self.file.flush().await.map_err(failed())?;
        self.buffer.clear();
        Ok(())
    }

    /// Sees it onto the disk.
    pub(super) async fn end(mut self) -> Result<Written, OperateError> {
        self.flush().await?;
        let failed =
            storage(format!("{} cannot be written, and the export is not done", self.path.display()));
        self.file.sync_all().await.map_err(failed)?;
        Ok(Written { bytes: self.bytes, sha256: hex(&self.hash.finalize()) })
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A tenant's rows are nobody else's to read.
async fn private_folder(path: &Path) -> Result<(), OperateError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(path).await.map_err(storage(format!("the folder {} cannot be made", path.display())))
}

async fn private_file(path: &Path) -> Result<fs::File, OperateError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await.map_err(storage(format!("the file {} cannot be made", path.display())))
}

/// Sees the names in a folder onto the disk, where the system has that.
fn synced(folder: &Path) -> Result<(), OperateError> {
    if cfg!(unix) {
        let failed = || storage(format!("the folder {} cannot be written", folder.display()));
        File::open(folder).map_err(failed())?.sync_all().map_err(failed())?;
    }
    Ok(())
}

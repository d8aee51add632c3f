//! Reading an export, and seeing that it is what it says.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::fs;
use tokio::io::AsyncReadExt as _;

use super::folder::hex;
use super::format::{ExportManifest, ExportedTable, FORMAT, MANIFEST, SUMS, TABLES, VERSION};
use crate::tenants::error::{OperateError, OperateErrorKind, storage};
use crate::tenants::progress::Progress;

/// An export whose files are those that its manifest names.
#[derive(Debug)]
pub struct Export {
    folder: PathBuf,
    sha256: String,
    manifest: ExportManifest,
}

impl Export {
    /// Reads the manifest, and every file to its end.
    ///
    /// # Errors
    ///
    /// When the folder is no export or a later version's; when a file is missing, or is not what was written.
    pub async fn open(folder: &Path, progress: &dyn Progress) -> Result<Self, OperateError> {
        let shown = folder.display();
        let path = folder.join(MANIFEST);
        for name in [MANIFEST, SUMS] {
            is_a_file(&folder.join(name)).await?;
        }
        let text = fs::read(&path).await.map_err(|error| {
            let failed =
                storage(format!("{shown} is no export that is done: its {MANIFEST} cannot be read"))(error);
            failed.fix("name the folder of an export; one that was interrupted has to be made again")
        })?;
        let sha256 = hex(&Sha256::digest(&text));
        let manifest: ExportManifest = serde_json::from_slice(&text)
            .map_err(|error| corrupt(format!("the manifest of {shown} cannot be read")).because(error))?;
        if manifest.format != FORMAT || manifest.version > VERSION {
            return Err(corrupt(format!(
                "{shown} is of the format {:?} in version {}, and this program reads {FORMAT:?} up to {VERSION}",
                manifest.format, manifest.version
            )));
        }
        // The manifest's own hash is in the sums.
        let sums = fs::read_to_string(folder.join(SUMS))
            .await
            .map_err(storage(format!("the {SUMS} of {shown} cannot be read")))?;
        if !sums.lines().any(|line| line == format!("{sha256}  {MANIFEST}")) {
            return Err(corrupt(format!(
                "the manifest of {shown} is not what was written: its SHA-256 is {sha256}"
            )));
        }
        let export = Self { folder: folder.to_owned(), sha256, manifest };
        for table in &export.manifest.tables {
            progress.part(&table.file);
            export.is_whole(table, progress).await?;
        }
        Ok(export)
    }

    /// What it says of itself.
    #[must_use]
    pub fn manifest(&self) -> &ExportManifest {
        &self.manifest
    }

    /// The SHA-256 of its manifest, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    pub(super) fn into_parts(self) -> (String, ExportManifest) {
        (self.sha256, self.manifest)
    }

    /// The file of a table, which is in the folder and nowhere else.
    pub(crate) fn file(&self, table: &ExportedTable) -> Result<PathBuf, OperateError> {
        let name = table.file.strip_prefix(TABLES).and_then(|rest| rest.strip_prefix('/'));
        match name {
            Some(name) if !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':']) => {
                Ok(self.folder.join(TABLES).join(name))
            }
            _ => Err(corrupt(format!(
                "the manifest names {:?} as a file, which is no name in {TABLES}/",
                table.file
            ))),
        }
    }

    async fn is_whole(&self, table: &ExportedTable, progress: &dyn Progress) -> Result<(), OperateError> {
        let path = self.file(table)?;
        is_a_file(&path).await?;
        let failed = || storage(format!("{} cannot be read", path.display()));
        let mut file = fs::File::open(&path).await.map_err(failed())?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let read = file.read(&mut buffer).await.map_err(failed())?;
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            progress.bytes(read as u64);
        }
        let sha256 = hex(&hash.finalize());
        if sha256 == table.sha256 {
            return Ok(());
        }
        Err(corrupt(format!(
            "{} is not what was exported: its SHA-256 is {sha256}, and the manifest says {}",
            path.display(),
            table.sha256
        )))
    }
}

/// Refuses what leads elsewhere, or never ends. What is not there is told of by whoever reads it.
async fn is_a_file(path: &Path) -> Result<(), OperateError> {
    match fs::symlink_metadata(path).await {
        Ok(found) if !found.is_file() => {
            Err(corrupt(format!("{} is no file of its own: a link, a pipe or a folder", path.display())))
        }
        _ => Ok(()),
    }
}

fn corrupt(message: String) -> OperateError {
    OperateError::new(OperateErrorKind::Corrupt, message).fix("take another copy of the export")
}

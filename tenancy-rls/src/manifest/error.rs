//! What is wrong with a manifest.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::RowSecurityError;

/// A manifest cannot be read, or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// What is in a file is wrong.
    #[error("{} is not a manifest that can be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<ManifestError>,
    },
    /// The file cannot be read.
    #[error("the manifest {} cannot be read (an application writes it by `Manifest::of(&wall).write_to(path)`)", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("the manifest {} cannot be written, and what was there is as it was", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The text is no JSON, or JSON of another form. The source says in which line.
    #[error("it has not the form of a manifest: have the application write it anew")]
    Syntax(#[source] serde_json::Error),
    /// It is of another format.
    #[error(
        "it is of format {found}, and this version of tenancy-rls reads format {known}: use the version that the application has, \
         or have the application write it anew"
    )]
    Format {
        /// The file's.
        found: u32,
        /// What is known.
        known: u32,
    },
    /// Something in it makes no sense.
    #[error("{place}: {reason}; have the application write it anew")]
    Place {
        /// Where: `tables[2] ("notes")`.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// The wall that it declares cannot be built.
    #[error("it declares a wall that cannot be built")]
    Wall(#[from] RowSecurityError),
    /// The declarations say something that the file cannot: a table's parent is declared in two ways, or a type or a value is written in a way that
    /// is not read back.
    #[error(
        "the wall cannot be written exactly, and nothing was written: a table through which others belong to tenants is declared in two \
         ways, or a type's name or a shared value is unusual SQL"
    )]
    NotExact(#[source] Option<Box<ManifestError>>),
}

impl ManifestError {
    pub(super) fn place(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Place { place: place.into(), reason: reason.into() }
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        Self::File { path: path.to_owned(), source: Box::new(self) }
    }
}

//! What goes round the types, in an application's source, and which of it is new.

mod excerpt;
mod files;
mod inventory;
mod junit;
mod kind;
mod place;
mod project;
mod report;
mod rules;
mod sarif;
mod source;

use std::path::{Path, PathBuf};

use self::files::Files;
use self::inventory::Inventory;
pub(crate) use self::inventory::NAME;
pub(crate) use self::junit::document as junit;
pub(crate) use self::kind::Kind;
pub(crate) use self::place::Status;
pub(crate) use self::report::{Report, Shown};
pub(crate) use self::sarif::log as sarif;
use crate::failure::Failure;

/// What is asked.
pub(crate) struct Question {
    /// The folder whose files are read, with the inventory in it.
    pub(crate) root: PathBuf,
    /// The files and folders to tell of; all of them if there is none.
    pub(crate) only: Vec<PathBuf>,
    /// Whether to write the inventory.
    pub(crate) update: bool,
}

impl Question {
    /// The root, canonical: given, or the project's that the current directory is in.
    pub(crate) fn root(given: Option<&Path>) -> Result<PathBuf, Failure> {
        let root = match given {
            Some(root) => root.to_owned(),
            None => files::root(NAME)?,
        };
        canonical(&root)
    }

    /// Reads everything, because files say something about one another, and compares it with the inventory.
    pub(crate) fn answer(&self) -> Result<Report, Failure> {
        let path = self.root.join(NAME);
        let read = Inventory::read(&path)?;
        let there_is_one = read.is_some();
        let inventory = read.unwrap_or_default();
        let only = self.only.iter().map(|path| self.below_root(path)).collect::<Result<Vec<_>, _>>()?;
        let is_asked = |file: &str| {
            only.is_empty()
                || only.iter().any(|path| {
                    path.is_empty()
                        || file
                            .strip_prefix(path.as_str())
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
        };
        let files = Files::below(&self.root, &inventory.exclude)?;
        let places = project::read(&self.root, &files)?;
        let counted = |place: &&place::Place| !place.in_test || inventory.tests;
        let mut report = Report::new(files.sources.len(), files.excluded.len(), there_is_one);
        report.left_out = places.iter().filter(|place| !counted(place)).count();
        let places: Vec<_> =
            places.iter().filter(counted).filter(|place| is_asked(&place.key.file)).collect();
        report.compare(&places, &inventory, is_asked);
        if self.update {
            inventory.updated(&places, |file| !is_asked(file)).write(&path)?;
        }
        Ok(report)
    }

    /// A path that was given, from the root.
    fn below_root(&self, path: &Path) -> Result<String, Failure> {
        // Of a file that is gone the inventory may still have places.
        let whole = match canonical(path) {
            Ok(path) => path,
            Err(error) => {
                let name = path.to_string_lossy().replace('\\', "/");
                let inventory = Inventory::read(&self.root.join(NAME))?.unwrap_or_default();
                return if inventory.files().contains(name.as_str()) { Ok(name) } else { Err(error) };
            }
        };
        files::relative(&self.root, &whole).ok_or_else(|| {
            Failure::new(format!("{} is not below {}", path.display(), self.root.display()))
                .fix("name files of this project, or another project's folder by `--root`")
        })
    }
}

fn canonical(path: &Path) -> Result<PathBuf, Failure> {
    path.canonicalize().map_err(|error| {
        Failure::new(format!("{} cannot be opened", path.display()))
            .because(error)
            .fix("name a file or a folder that is there")
    })
}

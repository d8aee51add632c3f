//! The crates on disk: a workspace of them, with the versions of these benches.

use std::fs;
use std::path::{Path, PathBuf};

use super::source::{self, Style};
use crate::Failure;

/// The lock file of these benches: what the crates are compiled against is what is measured elsewhere.
const LOCK: &str = include_str!("../../Cargo.lock");

/// A workspace with a crate of each size in each style.
pub(super) struct Crates {
    folder: PathBuf,
}

impl Crates {
    /// Writes it to `folder`, over what an earlier run left. The target folder in it stays.
    pub(super) fn write(folder: PathBuf, sizes: &[usize]) -> Result<Self, Failure> {
        let crates = Self { folder };
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenancy-diesel").canonicalize()?;
        let library = library.display().to_string();
        let mut members = Vec::new();
        for &models in sizes {
            for style in Style::ALL {
                let name = name(style, models);
                let sources = crates.folder.join(&name).join("src");
                fs::create_dir_all(&sources)?;
                fs::write(crates.folder.join(&name).join("Cargo.toml"), manifest(style, &name, &library))?;
                fs::write(sources.join("lib.rs"), source::root(models))?;
                fs::write(sources.join("schema.rs"), source::schema(style, models))?;
                for model in 0..models {
                    crates.write_model(style, models, model, 10)?;
                }
                members.push(format!("{name:?}"));
            }
        }
        let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        fs::write(crates.folder.join("Cargo.toml"), workspace)?;
        fs::write(crates.folder.join("Cargo.lock"), LOCK)?;
        Ok(crates)
    }

    /// Writes one model again, with another limit in a query's body.
    pub(super) fn write_model(
        &self,
        style: Style,
        models: usize,
        model: usize,
        limit: usize,
    ) -> Result<(), Failure> {
        let file = self.folder.join(name(style, models)).join(format!("src/model_{model}.rs"));
        Ok(fs::write(file, source::model(style, model, limit))?)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// The name of a crate.
pub(super) fn name(style: Style, models: usize) -> String {
    format!("{}_{models}", style.name())
}

fn manifest(style: Style, name: &str, library: &str) -> String {
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n\
         diesel = {{ version = \"2.3\", default-features = false, features = [\"postgres_backend\", \"uuid\"] }}\n\
         diesel-async = {{ version = \"0.9\", default-features = false, features = [\"postgres\"] }}\n\
         uuid = \"1\"\n{}",
        style.dependencies(library)
    )
}

//! The crates on disk: a workspace of them, with the versions of these benches.

use std::fs;
use std::path::{Path, PathBuf};

use super::schemas::{self, Schema};
use super::source::{self, Style};
use crate::Failure;

/// The lock file of these benches: what the crates are compiled against is what is measured elsewhere.
const LOCK: &str = include_str!("../../Cargo.lock");

/// What is compiled, in each style.
#[derive(Debug, Clone, Copy)]
pub(super) enum Application {
    /// So many models, with their queries.
    Models(usize),
    /// A schema alone.
    Schema(&'static Schema),
}

impl Application {
    /// The name of its crate in a style.
    pub(super) fn crate_name(self, style: Style) -> String {
        match self {
            Self::Models(models) => format!("{}_{models}", style.name()),
            Self::Schema(schema) => format!("{}_{}", style.name(), schema.name),
        }
    }

    /// What it is, in words.
    pub(super) fn words(self) -> String {
        match self {
            Self::Models(models) => format!("{models} models"),
            Self::Schema(schema) => format!("schema of {} tables", schema.tables),
        }
    }
}

/// A workspace with a crate of each application in each style.
pub(super) struct Crates {
    folder: PathBuf,
}

impl Crates {
    /// Writes it to `folder`, over what an earlier run left. The target folder in it stays.
    pub(super) fn write(folder: PathBuf, applications: &[Application]) -> Result<Self, Failure> {
        let crates = Self { folder };
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenancy-diesel").canonicalize()?;
        let library = library.display().to_string();
        let mut members = Vec::new();
        for &application in applications {
            for style in Style::ALL {
                let name = application.crate_name(style);
                let sources = crates.folder.join(&name).join("src");
                fs::create_dir_all(&sources)?;
                let manifest = manifest(style, application, &name, &library);
                fs::write(crates.folder.join(&name).join("Cargo.toml"), manifest)?;
                match application {
                    Application::Models(models) => {
                        fs::write(sources.join("lib.rs"), source::root(models))?;
                        fs::write(sources.join("schema.rs"), source::schema(style, models))?;
                        for model in 0..models {
                            let file = sources.join(format!("model_{model}.rs"));
                            fs::write(file, source::model(style, model, 10))?;
                        }
                    }
                    Application::Schema(schema) => {
                        fs::write(sources.join("lib.rs"), schemas::root(10))?;
                        fs::write(sources.join("ids.rs"), schema.ids)?;
                        fs::write(sources.join("printed.rs"), schema.printed)?;
                        let declared = match style {
                            Style::Plain => schema.printed.to_owned(),
                            Style::Scoped => schema.declared(),
                        };
                        fs::write(sources.join("schema.rs"), declared)?;
                    }
                }
                members.push(format!("{name:?}"));
            }
        }
        let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        fs::write(crates.folder.join("Cargo.toml"), workspace)?;
        fs::write(crates.folder.join("Cargo.lock"), LOCK)?;
        Ok(crates)
    }

    /// Writes the body of one function again, with another limit in it: of a query, where there are any.
    pub(super) fn change(&self, style: Style, application: Application, limit: usize) -> Result<(), Failure> {
        let sources = self.folder.join(application.crate_name(style)).join("src");
        let (file, text) = match application {
            Application::Models(_) => ("model_0.rs", source::model(style, 0, limit)),
            Application::Schema(_) => ("lib.rs", schemas::root(limit)),
        };
        Ok(fs::write(sources.join(file), text)?)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn manifest(style: Style, application: Application, name: &str, library: &str) -> String {
    let types = match application {
        Application::Models(_) => "",
        Application::Schema(_) => ", \"chrono\", \"numeric\", \"serde_json\", \"network-address\"",
    };
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n\
         diesel = {{ version = \"2.3\", default-features = false, features = [\"postgres_backend\", \"uuid\"{types}] }}\n\
         diesel-async = {{ version = \"0.9\", default-features = false, features = [\"postgres\"] }}\n\
         uuid = \"1\"\n{}",
        style.dependencies(library)
    )
}

//! The crates on disk: a workspace of them, with the versions of these benches.

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use super::source::{self, Style};
use crate::Failure;

/// The lock file of these benches: what the crates are compiled against is what is measured elsewhere.
const LOCK: &str = include_str!("../../Cargo.lock");

/// Schemas of the sizes of real applications, as the Diesel CLI printed them and as they are declared.
const SCHEMAS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/tests");

/// What is compiled, in either style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Application {
    /// So many models.
    Models(usize),
    /// A schema of this repository, which has so many tables, and no model.
    Schema(&'static str, usize),
}

impl Application {
    /// The name of its crate.
    pub(super) fn name(self, style: Style) -> String {
        match self {
            Self::Models(models) => format!("{}_{models}", style.name()),
            Self::Schema(name, _) => format!("{}_{name}", style.name()),
        }
    }
}

impl fmt::Display for Application {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Models(models) => write!(formatter, "{models} models"),
            Self::Schema(name, tables) => write!(formatter, "`{name}`, {tables} tables"),
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
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let mut members = Vec::new();
        for &application in applications {
            for style in Style::ALL {
                let name = application.name(style);
                let folder = crates.folder.join(&name);
                fs::create_dir_all(folder.join("src"))?;
                fs::write(folder.join("Cargo.toml"), manifest(style, &name, &root.display().to_string()))?;
                match application {
                    Application::Models(models) => {
                        fs::write(folder.join("src/lib.rs"), source::root(models))?;
                        fs::write(folder.join("src/schema.rs"), source::schema(style, models))?;
                        for model in 0..models {
                            crates.write_model(&name, style, model, 10)?;
                        }
                    }
                    Application::Schema(schema, _) => crates.write_schema(&name, style, schema)?,
                }
                members.push(format!("{name:?}"));
            }
        }
        let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
        fs::write(crates.folder.join("Cargo.toml"), workspace)?;
        fs::write(crates.folder.join("Cargo.lock"), LOCK)?;
        Ok(crates)
    }

    /// Changes something in a crate: the limit in a model's query, or when the printed schema was written.
    pub(super) fn change(&self, application: Application, style: Style, limit: usize) -> Result<(), Failure> {
        let name = application.name(style);
        match application {
            Application::Models(_) => self.write_model(&name, style, 0, limit),
            Application::Schema(schema, _) => self.write_schema(&name, style, schema),
        }
    }

    fn write_model(&self, name: &str, style: Style, model: usize, limit: usize) -> Result<(), Failure> {
        let file = self.folder.join(name).join(format!("src/model_{model}.rs"));
        Ok(fs::write(file, source::model(style, model, limit))?)
    }

    /// The printed schema as it is, or declared.
    fn write_schema(&self, name: &str, style: Style, schema: &str) -> Result<(), Failure> {
        let (from, to) = (Path::new(SCHEMAS).join(schema), self.folder.join(name).join("src"));
        let printed = fs::read_to_string(from.join("diesel_schema.rs"))?;
        let mut root = String::from("//! A schema.\n\npub mod schema;\n");
        // The types of ids, where the schema has some of its own.
        if let Ok(ids) = fs::read_to_string(from.join("ids.rs")) {
            root.push_str("pub mod ids;\n");
            fs::write(to.join("ids.rs"), ids)?;
        }
        fs::write(to.join("lib.rs"), root)?;
        match style {
            Style::Plain => fs::write(to.join("schema.rs"), printed)?,
            Style::Scoped => {
                let declared = fs::read_to_string(from.join("schema.rs"))?;
                let folder = format!("tests/{schema}/");
                fs::write(to.join("schema.rs"), declared.replace(&folder, "src/"))?;
                fs::write(to.join("diesel_schema.rs"), printed)?;
            }
        }
        Ok(())
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn manifest(style: Style, name: &str, root: &str) -> String {
    format!(
        "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n\
         diesel = {{ version = \"2.3\", default-features = false, features = [\"postgres_backend\", \"uuid\"] }}\n\
         diesel-async = {{ version = \"0.9\", default-features = false, features = [\"postgres\"] }}\n\
         uuid = \"1\"\n{}",
        style.dependencies(root)
    )
}

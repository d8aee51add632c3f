//! The application: its database, its file of tables, and the command in its folder.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use serde_json::Value;
use tempfile::TempDir;
use tenancy_tests::server;

/// What a person decides of the tables that the application has, so that nothing is left open.
pub(crate) const DECIDED: &[&str] = &[
    "--tenant-column",
    "organization_id",
    "--tenant-table",
    "organizations",
    "--global",
    "plans",
    "--shared",
    "presets",
    "--link",
    "users=memberships(user_id)",
    "--migration-version",
    "2026-01-01-000000",
    "--out",
    "out",
];

pub(crate) struct Desk {
    pub(crate) url: String,
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new(prefix: &str) -> Self {
        let url = server::fresh_postgres_database(prefix);
        let desk = Self { url, folder: TempDir::new().unwrap() };
        desk.connection().batch_execute(include_str!("schema/up.sql")).unwrap();
        desk.write("Cargo.toml", "[package]\nname = \"desk\"\n");
        desk.write("src/schema.rs", include_str!("schema/diesel_schema.rs"));
        desk
    }

    /// With the tables that a person has to think about.
    pub(crate) fn undecided(prefix: &str) -> Self {
        let desk = Self::new(prefix);
        let both = [include_str!("schema/diesel_schema.rs"), include_str!("schema/undecided.rs")].concat();
        desk.write("src/schema.rs", &both);
        desk
    }

    pub(crate) fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// The name of a role, which is of the whole server, for this one's database.
    pub(crate) fn role(&self, role: &str) -> String {
        let database = self.url.rsplit('/').next().and_then(|name| name.split('?').next()).unwrap();
        format!("{database}_{role}")
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str], url: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tenancy"))
            .args(["adopt"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("DATABASE_URL", url)
            .output()
            .unwrap()
    }

    /// What it prints on both streams, having ended with `code`.
    pub(crate) fn said(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments, &self.url);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    }

    pub(crate) fn json(&self, arguments: &[&str], code: i32) -> Value {
        serde_json::from_str(&self.said(&[&["--json"], arguments].concat(), code)).unwrap()
    }

    /// The folders of migrations, in Diesel's order.
    pub(crate) fn migrations(&self) -> Vec<PathBuf> {
        let mut folders: Vec<_> =
            fs::read_dir(self.path("out/migrations")).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders
    }

    /// Runs one as Diesel does where `run_in_transaction = false`: the file as one message.
    pub(crate) fn migrate(&self, folder: &std::path::Path, file: &str) {
        let metadata = fs::read_to_string(folder.join("metadata.toml")).unwrap();
        assert!(metadata.contains("run_in_transaction = false"), "{metadata}");
        let sql = fs::read_to_string(folder.join(file)).unwrap();
        for attempt in 1.. {
            match self.connection().batch_execute(&sql) {
                Ok(()) => return,
                // The steps of these can be run again; it gave up so that a writer went on.
                Err(error)
                    if attempt < 10
                        && error.to_string().contains("lock timeout")
                        && ["fill_", "not_null", "foreign_keys"]
                            .iter()
                            .any(|stage| folder.to_string_lossy().contains(stage)) => {}
                Err(error) => panic!("{}: {error}", folder.display()),
            }
        }
    }
}

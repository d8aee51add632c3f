//! A database with its roles and tables, a folder with its manifest, and the command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use serde_json::{Value, json};
use tenancy_rls::{Manifest, Roles, RowSecurity, Tables, tables};
use tenancy_tests::server;

tenancy_diesel::table! {
    #![tenant_global(plans)]
    boards (id) { id -> Integer, tenant_id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
    plans (id) { id -> Integer, name -> Text, }
    invoices (id) { id -> Integer, tenant_id -> Integer, total -> Integer, }
}

const TABLES: &str = "
CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE boards (id integer PRIMARY KEY, tenant_id integer NOT NULL, title text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, board_id integer NOT NULL REFERENCES boards, body text NOT NULL);
CREATE TABLE presets (id integer PRIMARY KEY, tenant_id integer, name text NOT NULL);
INSERT INTO boards VALUES (1, 1, 'ours'), (2, 2, 'theirs');
INSERT INTO notes VALUES (10, 1, 'a'), (20, 2, 'b');
INSERT INTO presets VALUES (1, NULL, 'theme'), (2, 2, 'theirs');
";

pub(crate) fn declared() -> Tables {
    tables![boards, notes, presets, plans]
}

pub(crate) fn with_invoices() -> Tables {
    declared().table::<invoices::table>()
}

/// A database with the tables and no wall yet, and a folder with the manifest of its plain one.
pub(crate) struct Database {
    url: String,
    name: String,
    pub(crate) folder: PathBuf,
}

impl Database {
    pub(crate) fn new(prefix: &str) -> Self {
        let url = server::fresh_postgres_database(prefix);
        let name = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        let folder = std::env::temp_dir().join(format!("tenancy-command-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let database = Self { url, name, folder };
        let roles: String = ["owner", "app", "across"]
            .map(|role| format!("CREATE ROLE {} LOGIN PASSWORD 'tenancy';", database.role(role)))
            .concat();
        let mut superuser = database.superuser();
        superuser.batch_execute(&roles).unwrap();
        superuser
            .batch_execute(&format!("ALTER DATABASE {} OWNER TO {}", database.name, database.role("owner")))
            .unwrap();
        database.as_role("owner").batch_execute(TABLES).unwrap();
        database.declare(&database.wall(declared()));
        // Whatever server is installed has to do.
        let report = database.json(&["inspect", "--as", "elsewhere", "--catalog-only"], "owner", 1);
        let holes = report["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == "R080");
        let waivers: Vec<_> = holes
            .map(
                |hole| json!({"code": hole["code"], "object": hole["object"], "reason": "the tests' server"}),
            )
            .collect();
        fs::write(database.path("waivers.json"), Value::from(waivers).to_string()).unwrap();
        database
    }

    /// The same behind the wall, by the migration that the command writes.
    pub(crate) fn walled(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) -> Self {
        let database = Self::new(prefix);
        database.declare(&make(database.wall(declared())));
        database.done(&["wall", "migration", "--migration-version", "2026-01-01-000000"], "owner");
        database.migrate("2026-01-01-000000");
        database
    }

    pub(crate) fn role(&self, role: &str) -> String {
        format!("{}_{role}", self.name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn wall(&self, tables: Tables) -> RowSecurity {
        RowSecurity::new(tables, Roles::new(self.role("app"), self.role("across")).unwrap()).unwrap()
    }

    /// As a test of the application does.
    pub(crate) fn declare(&self, wall: &RowSecurity) {
        Manifest::of(wall).application("desk").write_to(self.path("tenancy.json")).unwrap();
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn url(&self, role: &str) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap();
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        format!("{scheme}://{}:tenancy@{host}", self.role(role))
    }

    pub(crate) fn superuser_url(&self) -> &str {
        &self.url
    }

    pub(crate) fn superuser(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    pub(crate) fn as_role(&self, role: &str) -> PgConnection {
        PgConnection::establish(&self.url(role)).unwrap()
    }

    /// Runs what was written under that version, as Diesel does: in one transaction.
    pub(crate) fn migrate(&self, version: &str) {
        self.run_file(version, "up.sql");
    }

    pub(crate) fn take_down(&self, version: &str) {
        self.run_file(version, "down.sql");
    }

    fn run_file(&self, version: &str, file: &str) {
        let path = self.path("migrations").join(format!("{version}_tenancy_wall")).join(file);
        let sql = fs::read_to_string(path).unwrap();
        let mut owner = self.as_role("owner");
        owner
            .transaction(|owner| owner.batch_execute(&sql))
            .unwrap_or_else(|error: diesel::result::Error| panic!("{error}"));
    }

    /// The command, in the folder.
    pub(crate) fn command(&self, arguments: &[&str], url: &str) -> Command {
        let mut command = command(arguments, &self.folder);
        command.env("DATABASE_URL", url);
        if self.path("waivers.json").exists() {
            command.env("TENANCY_WAIVERS", self.path("waivers.json"));
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str], role: &str) -> Output {
        self.command(arguments, &self.url(role)).output().unwrap()
    }

    /// What it prints, having ended with `code`.
    pub(crate) fn said(&self, arguments: &[&str], role: &str, code: i32) -> String {
        said(&self.run(arguments, role), code)
    }

    pub(crate) fn done(&self, arguments: &[&str], role: &str) -> String {
        self.said(arguments, role, 0)
    }

    pub(crate) fn json(&self, arguments: &[&str], role: &str, code: i32) -> Value {
        let arguments: Vec<_> = ["--json"].iter().chain(arguments).copied().collect();
        serde_json::from_str(&self.said(&arguments, role, code)).unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The command with nothing of this process's environment that it reads.
pub(crate) fn command(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
    command.args(arguments).current_dir(folder).env_remove("DATABASE_URL");
    command
}

/// The standard output, and the standard error behind it.
pub(crate) fn said(output: &Output, code: i32) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(!said.contains(":tenancy@"), "a password: {said}");
    said
}

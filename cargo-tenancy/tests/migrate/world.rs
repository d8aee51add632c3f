//! Databases with a catalog, a folder of migrations, and the binary.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use serde_json::Value;
use tenancy_pool::placement::CatalogMigration;
use tenancy_tests::server::fresh_postgres_database;

use crate::ran::Ran;

/// A table, what refers to it with a bit of everything, and an index that is built in no transaction.
pub(crate) const NOTES: &str = "CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL, stars integer NOT NULL DEFAULT 0)";
pub(crate) const TAGS: &str = "
    CREATE TYPE colour AS ENUM ('red', 'blue');
    CREATE TABLE tags (id bigserial PRIMARY KEY, note_id bigint NOT NULL REFERENCES notes, name text NOT NULL CHECK (name <> ''), colour colour);
    ALTER TABLE tags ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everything ON tags USING (name <> 'secret');
    CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE notes SET stars = stars + 1 WHERE id = NEW.note_id; RETURN NEW; END $$;
    CREATE TRIGGER counted AFTER INSERT ON tags FOR EACH ROW EXECUTE FUNCTION counted();
    CREATE VIEW red_tags AS SELECT id, name FROM tags WHERE colour = 'red'";
pub(crate) const INDEX: &str = "CREATE INDEX CONCURRENTLY notes_by_body ON notes (body)";

pub(crate) struct World {
    pub(crate) home: String,
    pub(crate) silo: String,
    pub(crate) folder: PathBuf,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl World {
    /// With tenants 1 and 2 in the shared tables, and one in each of these schemas, called as it.
    pub(crate) fn new(name: &str, schemas: &[&str]) -> Self {
        let fresh = |name| format!("{}?sslmode=disable", fresh_postgres_database(name));
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("migrate-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let world = Self { home: fresh(&format!("mig_{name}")), silo: String::new(), folder };
        world.run(&CatalogMigration::new().up());
        world.run("INSERT INTO tenancy.tenant_placements VALUES ('1', 'active', 'shared'), ('2', 'suspended', 'shared')");
        for schema in schemas {
            world.schema(schema);
        }
        world
    }

    /// With another database as well, in which tenant `7` has the default schema, and `8` one of its own.
    pub(crate) fn with_silo(mut self) -> Self {
        self.silo = format!("{}?sslmode=disable", fresh_postgres_database("mig_silo"));
        self.run(
            "INSERT INTO tenancy.tenant_placements VALUES ('7', 'active', 'database', NULL, 'silo'), ('8', 'active', 'database', 'eight', 'silo')",
        );
        run_at(&self.silo, "CREATE SCHEMA eight");
        self
    }

    /// The three migrations.
    pub(crate) fn with_migrations(self) -> Self {
        self.migration("0001_notes", NOTES);
        self.migration("0002_tags", TAGS);
        self.in_no_transaction("0003_index", INDEX);
        self
    }

    pub(crate) fn schema(&self, schema: &str) {
        self.run(&format!(
            "CREATE SCHEMA {schema}; INSERT INTO tenancy.tenant_placements VALUES ('{schema}', 'active', 'schema', '{schema}')"
        ));
    }

    pub(crate) fn migration(&self, name: &str, up: &str) {
        self.migration_in("migrations", name, up);
    }

    pub(crate) fn migration_in(&self, folder: &str, name: &str, up: &str) {
        let folder = self.folder.join(folder).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("up.sql"), up).unwrap();
    }

    pub(crate) fn in_no_transaction(&self, name: &str, up: &str) {
        self.migration(name, up);
        let metadata = self.folder.join("migrations").join(name).join("metadata.toml");
        std::fs::write(metadata, "run_in_transaction = false\n").unwrap();
    }

    pub(crate) fn run(&self, sql: &str) {
        run_at(&self.home, sql);
    }

    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        lines_at(&self.home, sql)
    }

    /// The versions that Diesel's table of a schema has, in one line.
    pub(crate) fn versions(&self, schema: &str) -> String {
        versions_at(&self.home, schema)
    }

    /// The tables, views and indexes of a schema, in one line.
    pub(crate) fn relations(&self, schema: &str) -> String {
        self.lines(&format!(
            "SELECT relname::text AS line FROM pg_class WHERE relnamespace = '{schema}'::regnamespace AND relname !~ '^__' ORDER BY relname"
        ))
        .join(" ")
    }

    /// `tenancy migrate …`
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command
            .arg("migrate")
            .args(words)
            .current_dir(&self.folder)
            .env("DATABASE_URL", &self.home)
            .env("TENANCY_DATABASE_SILO", &self.silo)
            .env_remove("TENANCY_FAILPOINT");
        command
    }

    #[track_caller]
    pub(crate) fn says(&self, code: i32, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap()).ended(code)
    }

    /// The same, as JSON.
    #[track_caller]
    pub(crate) fn json(&self, code: i32, words: &[&str]) -> Value {
        let words: Vec<_> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.says(code, &words).out).unwrap()
    }

    /// Starts a run, and waits until it stands at the failpoint. `None` where it ended without having come there.
    pub(crate) fn stopped_at(&self, failpoint: &str, words: &[&str]) -> Option<Child> {
        let mut command = self.command(words);
        command.env("TENANCY_FAILPOINT", failpoint);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let reached = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .any(|line| line.starts_with("failpoint "));
        if reached {
            return Some(child);
        }
        child.wait().unwrap();
        None
    }

    /// Waits until a query's first line is this.
    #[track_caller]
    pub(crate) fn wait_for(&self, sql: &str, expected: &str) {
        let begun = Instant::now();
        loop {
            let line = self.lines(sql).into_iter().next().unwrap_or_default();
            if line == expected {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "{line:?} is not {expected:?}: {sql}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the server has ended the sessions of the runs.
    pub(crate) fn wait_for_the_end(&self) {
        self.wait_for(
            "SELECT count(*)::text AS line FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tenancy'",
            "0",
        );
    }

    /// The address for a role of the server's, made by the test.
    pub(crate) fn url_as(&self, role: &str) -> String {
        let (scheme, rest) = self.home.split_once("://").unwrap();
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{role}:tenancy@{place}")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _gone = std::fs::remove_dir_all(&self.folder);
        }
    }
}

pub(crate) fn run_at(url: &str, sql: &str) {
    let mut connection = PgConnection::establish(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    connection.batch_execute(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

pub(crate) fn lines_at(url: &str, sql: &str) -> Vec<String> {
    let mut connection = PgConnection::establish(url).unwrap_or_else(|error| panic!("{url}: {error}"));
    let lines: Vec<Line> =
        sql_query(sql).load(&mut connection).unwrap_or_else(|error| panic!("{error}: {sql}"));
    lines.into_iter().map(|line| line.line).collect()
}

pub(crate) fn versions_at(url: &str, schema: &str) -> String {
    let table = format!("{schema}.__diesel_schema_migrations");
    if lines_at(url, &format!("SELECT coalesce(to_regclass('{table}')::text, '') AS line")) == [""] {
        return String::new();
    }
    lines_at(url, &format!("SELECT version::text AS line FROM {table} ORDER BY 1")).join(" ")
}

//! What the tests link with and start, and whether it is here.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::output;

/// Something that the tests need.
pub(crate) struct Need {
    /// What it is, and what for.
    pub(crate) what: &'static str,
    /// The package that has it: Debian's and Ubuntu's.
    pub(crate) apt: &'static str,
    /// Homebrew's.
    pub(crate) brew: &'static str,
    /// A variable that names a server to use in its place.
    pub(crate) instead: Option<&'static str>,
    here: fn() -> bool,
}

const NEEDS: [Need; 7] = [
    Need {
        what: "libpq with its headers, which Diesel links with",
        apt: "libpq-dev",
        brew: "libpq",
        instead: None,
        here: libpq,
    },
    Need {
        what: "PostgreSQL's server programs: the tests start a server of their own and end it",
        apt: "postgresql",
        brew: "postgresql@17",
        instead: Some("DATABASE_URL"),
        here: || program("initdb") && program("postgres"),
    },
    Need {
        what: "MariaDB's server: another one that the tests start and end",
        apt: "mariadb-server",
        brew: "mariadb",
        instead: Some("MYSQL_URL"),
        here: || program("mariadbd"),
    },
    Need {
        what: "Redis: another server that the tests start and end",
        apt: "redis-server",
        brew: "redis",
        instead: Some("REDIS_URL"),
        here: || program("redis-server") || program("valkey-server"),
    },
    Need {
        what: "PgBouncer: what stays on its connections, and what the library says of one that is too old, is tested",
        apt: "pgbouncer",
        brew: "pgbouncer",
        instead: None,
        here: || program("pgbouncer"),
    },
    Need {
        what: "nginx: what it forwards and caches in front of an application is tested",
        apt: "nginx-light",
        brew: "nginx",
        instead: None,
        here: || program("nginx"),
    },
    Need {
        what: "xmllint, which compares JUnit's XML with its schema",
        apt: "libxml2-utils",
        brew: "libxml2",
        instead: None,
        here: || program("xmllint"),
    },
];

/// What is needed, not here, and not replaced by a server that the environment names.
pub(crate) fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !need.replaced() && !(need.here)()).collect()
}

impl Need {
    fn replaced(&self) -> bool {
        self.instead.is_some_and(|variable| env::var_os(variable).is_some_and(|value| !value.is_empty()))
    }
}

/// Where `pg_config` says that its headers are: Debian has one without libpq that only says how to install it.
fn libpq() -> bool {
    let asked = output(Command::new("pg_config").arg("--includedir")).unwrap_or_default();
    let folders = [asked.trim(), "/usr/include/postgresql", "/usr/include"];
    env::var_os("PQ_LIB_DIR").is_some()
        || folders.iter().any(|folder| Path::new(folder).join("libpq-fe.h").is_file())
}

/// Folders of programs that are often not in `PATH`, and folders of versions below which there is a `bin`. The tests
/// look for their servers at the same places (`tests/src/server`).
const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];
const VERSIONED: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql"),
    ("/usr/local/opt", "postgresql"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql"),
    ("/opt", "pgsql-"),
];

/// Whether there is a program of this name.
pub(crate) fn program(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(FOLDERS.map(PathBuf::from));
    for (parent, prefix) in VERSIONED {
        let versions = Path::new(parent).read_dir().into_iter().flatten().flatten();
        let versions = versions.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        folders.extend(versions.map(|entry| entry.path().join("bin")));
    }
    folders.iter().any(|folder| folder.join(name).is_file())
}

//! What is said of a database that is not PostgreSQL: why a command is not for it, and what there is instead.

use tenancy_core::placement::DatabaseAddress;

use crate::failure::Failure;

/// Why a command is not for MariaDB, MySQL and SQLite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotHere {
    /// What follows "a MySQL or MariaDB database, which".
    reason: &'static str,
    /// What to do there.
    instead: &'static str,
}

/// The wall, and the keys of its seals.
pub(crate) const WALL: NotHere = NotHere {
    reason: "has no row-level security that a wall could be made of",
    instead: "let the types and the tests keep tenants apart there (`tenancy check`); a database or a file of its own for each tenant is the second wall",
};

/// A tenant's life.
pub(crate) const TENANTS: NotHere = NotHere {
    reason: "has no catalog of tenants and no journal of this command's: a tenant's life is looked after on PostgreSQL",
    instead: "export and delete its rows by the application's scoped statements there; a tenant with a database or a file of its own is copied and removed with that",
};

/// Moves.
pub(crate) const MOVES: NotHere = NotHere {
    reason: "has neither the fence nor the triggers by which a tenant that is moved is followed",
    instead: "suspend the tenant and copy its database or its file (`mariadb-dump`, `VACUUM INTO`), then have the application's catalog name the new place",
};

/// Migrations over a fleet.
pub(crate) const MIGRATIONS: NotHere = NotHere {
    reason: "has no schemas for tenants in it",
    instead: "run the application's migrations by Diesel alone there (`diesel migration run`), for each database or file",
};

/// Who uses the database.
pub(crate) const SESSIONS: NotHere = NotHere {
    reason: "does not say whose its sessions are: only PostgreSQL is looked at",
    instead: "look at MariaDB's own list (`SHOW FULL PROCESSLIST`), and at the application's metrics, which name tenants on every database (`tenancy_axum::MetricsLayer`)",
};

/// Grants of support.
pub(crate) const GRANTS: NotHere = NotHere {
    reason: "has no grants of support of this command's",
    instead: "let the application keep them in a place of its own there, by `tenancy_core::support::SupportStore`",
};

/// The catalog that `adopt` reads.
pub(crate) const ADOPTION: NotHere = NotHere {
    reason: "is not looked at here: its catalog is another",
    instead: "write the declaration by hand there: `schema!` takes what `diesel print-schema` writes, and its errors say what is missing",
};

impl NotHere {
    /// Refuses what is no address of PostgreSQL's.
    pub(crate) fn unless_postgres(self, url: &str, address: &DatabaseAddress) -> Result<(), Failure> {
        match server_of(url) {
            Server::PostgreSql => Ok(()),
            Server::Other(name) => {
                Err(Failure::new(format!("not here: {address} is {name}, which {}", self.reason))
                    .fix(self.instead))
            }
        }
    }
}

enum Server {
    PostgreSql,
    Other(&'static str),
}

/// Which server an address is one of, by its scheme; a file of SQLite has none.
fn server_of(url: &str) -> Server {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let file = url.split(['?', '#']).next().unwrap_or_default();
    match scheme.as_str() {
        "mysql" | "mariadb" => Server::Other("a MySQL or MariaDB database"),
        "sqlite" | "file" => Server::Other("an SQLite database"),
        _ if file == ":memory:"
            || [".sqlite", ".sqlite3", ".db"].iter().any(|end| file.ends_with(end)) && scheme.is_empty() =>
        {
            Server::Other("an SQLite database")
        }
        _ => Server::PostgreSql,
    }
}

#[cfg(test)]
mod tests {
    use super::{Server, server_of};

    #[test]
    fn a_server_is_known_by_its_address() {
        for url in [
            "mysql://a@b/c",
            "MariaDB://a@b/c",
            "sqlite://x",
            "sqlite::memory:",
            ":memory:",
            "var/acme.sqlite",
            "acme.db",
        ] {
            assert!(matches!(server_of(url), Server::Other(_)), "{url}");
        }
        for url in ["postgres://a@b/c", "postgresql://a@b/c.db", "host=/run user=a dbname=c"] {
            assert!(matches!(server_of(url), Server::PostgreSql), "{url}");
        }
    }
}

//! Where a tenant is to live, as the arguments say it.

use clap::{Args, ValueEnum};
use tenancy_core::placement::Placement;
use tenancy_pool::placement::DatabaseName;

use crate::failure::Failure;

/// The kind of place of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// The tables that tenants share, in the catalog's database
    Shared,
    /// A schema of its own, in the catalog's database
    Schema,
    /// Another database on the catalog's server, in a schema of it if one is named
    Database,
    /// A database on another server, in a schema of it if one is named
    Server,
    /// Another node of a Citus cluster, by Citus' own moves
    Node,
}

/// The kind of place of a tenant that comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NewKind {
    /// The tables that tenants share, in the catalog's database
    Shared,
    /// A schema of its own, in the catalog's database
    Schema,
    /// Another database, in a schema of it if one is named
    Database,
}

/// The place of a tenant that comes, by itself or with rows.
#[derive(Debug, Args)]
pub(super) struct NewPlace {
    /// Where the tenant is to live [default: where the catalog has it, or in the shared tables]
    #[arg(long, value_enum)]
    to: Option<NewKind>,
    /// The schema there, with the tenant's tables; needed for `schema`
    #[arg(long, value_name = "NAME", requires = "to")]
    schema: Option<String>,
    /// What the catalog calls the database; needed for `database`
    ///
    /// Its address is in the environment, as TENANCY_DATABASE_NAME: upper case, `_` for `-`, `__` for `_`, `___` for `.`.
    #[arg(long, value_name = "NAME", requires = "to")]
    name: Option<String>,
}

impl NewPlace {
    /// It, if one is named.
    pub(super) fn placement(&self) -> Result<Option<Placement<DatabaseName>>, Failure> {
        let kind = self.to.map(|kind| match kind {
            NewKind::Shared => Kind::Shared,
            NewKind::Schema => Kind::Schema,
            NewKind::Database => Kind::Database,
        });
        kind.map(|kind| placement(kind, self.schema.as_deref(), self.name.as_deref())).transpose()
    }
}

/// The place of that kind, in that schema and that database.
pub(super) fn placement(
    kind: Kind,
    schema: Option<&str>,
    name: Option<&str>,
) -> Result<Placement<DatabaseName>, Failure> {
    let schema = schema
        .map(|name| name.try_into().map_err(|error| Failure::new("--schema").because(error)))
        .transpose()?;
    let name = name
        .map(|name| DatabaseName::try_from(name).map_err(|error| Failure::new("--name").because(error)))
        .transpose()?;
    match (kind, name, schema) {
        (Kind::Shared, None, None) => Ok(Placement::Shared),
        (Kind::Schema, None, Some(schema)) => Ok(Placement::Schema(schema)),
        (Kind::Database | Kind::Server, Some(name), None) => Ok(Placement::Database(name)),
        (Kind::Database | Kind::Server, Some(database), Some(schema)) => {
            Ok(Placement::DatabaseSchema { database, schema })
        }
        (Kind::Shared, ..) => Err(Failure::new(
            "the shared tables are in one place only, and neither --schema nor --name goes with them",
        )
        .fix("leave both out")),
        (Kind::Schema, ..) => {
            Err(Failure::new("a schema takes --schema, and no --name: it is in the catalog's own database")
                .fix("say `--to schema --schema NAME`, or `--to database --name NAME --schema NAME`"))
        }
        (Kind::Node, ..) => {
            Err(Failure::new("a node is no place of the catalog's").fix("say `--to node --node HOST:PORT`"))
        }
        (Kind::Database | Kind::Server, None, _) => {
            Err(Failure::new("nothing says which database").fix("give --name, as the catalog calls it"))
        }
    }
}

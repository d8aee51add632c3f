//! `keys`: the keys that seal tenants. What a database is given is made of a secret, which is in no argument and in no result.

mod generate;
mod install;
mod list;
mod retire;
mod rotate;

use clap::ValueEnum;
use serde::Serialize;
use tenancy_operate::keys::KeyError;
use tenancy_rls::{Binding, Manifest, Server};

use crate::failure::Failure;

subcommands! {
    /// Make a key, from the random numbers of the operating system
    Generate(generate::Arguments),
    /// Let the database accept a key's seals
    ///
    /// Not on a Citus cluster, where each node has keys of its own: `SealingKey::install_on_all_nodes`.
    Install(install::Arguments),
    /// The keys that the database accepts
    ///
    /// Not on a Citus cluster, where each node has keys of its own: `tenancy inspect`, which asks every node.
    List(list::Arguments),
    /// Make and install the next key, and say how the old one is retired
    ///
    /// Not on a Citus cluster, where each node has keys of its own: `SealingKey::install_on_all_nodes`.
    Rotate(rotate::Arguments),
    /// Have the database refuse a key's seals
    ///
    /// Not on a Citus cluster, where each node has keys of its own: `SealingKey::retire_on_all_nodes`.
    Retire(retire::Arguments),
}

/// Which seals a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Use {
    /// Those of one connection: every application connects directly
    Backend,
    /// Those of any connection: a pooler stands between
    Any,
}

impl From<Use> for Binding {
    fn from(good_for: Use) -> Self {
        match good_for {
            Use::Backend => Self::Backend,
            Use::Any => Self::Any,
        }
    }
}

impl From<Binding> for Use {
    fn from(binding: Binding) -> Self {
        match binding {
            Binding::Backend => Self::Backend,
            Binding::Any => Self::Any,
        }
    }
}

impl Use {
    fn in_words(self) -> &'static str {
        match self {
            Self::Backend => "seals of direct connections",
            Self::Any => "seals of any connection",
        }
    }
}

/// Each node of Citus has keys of its own, and this connects to one.
fn not_on_citus(manifest: &Manifest) -> Result<(), Failure> {
    if manifest.row_security().server() == Server::PostgreSql {
        return Ok(());
    }
    Err(Failure::new(
        "not here: the manifest declares a wall of Citus, where each node has keys of its own, and this command works on one node",
    )
    .fix(
        "run on the coordinator what `SealingKey::install_on_all_nodes` and `SealingKey::retire_on_all_nodes` give, and see by `tenancy inspect` \
         which node lacks a key: https://docs.rs/tenancy-rls/latest/tenancy_rls/#citus",
    ))
}

fn failed(what: &str) -> impl FnOnce(KeyError) -> Failure {
    let what = what.to_owned();
    move |error| Failure::new(what).because(error)
}

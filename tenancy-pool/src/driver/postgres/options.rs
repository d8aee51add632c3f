//! What a pool is told that only PostgreSQL has: the second wall, poolers, TLS, search paths.

use diesel::connection::CacheSize;
#[cfg(feature = "rls")]
use tenancy_rls::{Waivers, Wall};

use super::connect::ConnectOptions;

/// How connections are made, and how the database keeps tenants apart.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    pub(crate) connect: ConnectOptions,
    /// Diesel's own is unbounded.
    pub(crate) cache: fn() -> CacheSize,
    pub(crate) wall: WallDecision,
    pub(crate) shared_path: Option<String>,
    pub(crate) shared_schemas: Vec<String>,
    pub(crate) harmless: Vec<String>,
    /// Sessions say whose they are.
    pub(crate) labels: bool,
    #[cfg(feature = "rls")]
    pub(crate) waivers: Waivers,
}

/// Whether there is a second wall.
#[derive(Debug, Clone, Default)]
pub(crate) enum WallDecision {
    /// Nothing was said.
    #[default]
    Undecided,
    /// There is none, for this reason.
    Without(String),
    /// There is this one.
    #[cfg(feature = "rls")]
    Behind(Box<Wall>),
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self::new(ConnectOptions::new())
    }
}

impl PostgresOptions {
    pub(crate) fn new(connect: ConnectOptions) -> Self {
        Self {
            connect,
            cache: || CacheSize::Unbounded,
            wall: WallDecision::Undecided,
            shared_path: None,
            shared_schemas: Vec::new(),
            harmless: Vec::new(),
            labels: false,
            #[cfg(feature = "rls")]
            waivers: Waivers::new(),
        }
    }
}

//! Why a tenant was not moved.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use tenancy_core::placement::EmptyAddress;
use tenancy_pool::placement::ManageError;
use tokio_postgres::error::SqlState;

use crate::ServerError;

/// The index by which a tenant has one move at a time.
const ONE_MOVE: &str = "moves_one_a_tenant";

/// Why a step of a move was not done.
///
/// What had been done stays done, and the same call goes on from there, unless it says otherwise. Until the switch the tenant is served at its
/// source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelocationError {
    /// What was found before anything was changed. Nothing was.
    #[error("the tenant cannot be moved there as things are:{}", listed(.0))]
    Impossible(Vec<Obstacle>),
    /// A statement failed.
    #[error("{doing}: {said}")]
    Database {
        /// What it was for.
        doing: String,
        /// What the server said, but for what may be in rows.
        said: ServerError,
    },
    /// A database could not be connected to.
    #[error("the {place} cannot be connected to")]
    Connect {
        /// Which one.
        place: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The catalog could not be read or changed.
    #[error("the catalog of tenants")]
    Catalog(#[from] ManageError),
    /// The catalog's database could not be connected to.
    #[error("the catalog of tenants cannot be opened")]
    CatalogConnection(#[source] Box<dyn Error + Send + Sync>),
    /// There is no address for a database that the catalog or the call names.
    #[error("there is no address for the database {name:?}: give one")]
    NoAddress {
        /// The database.
        name: String,
    },
    /// The address of the shared tables is blank.
    #[error(transparent)]
    EmptyAddress(#[from] EmptyAddress),
    /// The step does not follow from where the move is.
    #[error("{message}")]
    Refused {
        /// What, and why not.
        message: String,
        /// What to do about it.
        fix: String,
    },
    /// The stop would take, or took, too long; nothing is stopped.
    #[error("{message}")]
    Busy {
        /// What was in the way.
        message: String,
        /// What to do about it.
        fix: String,
    },
    /// Rows differ although every change was followed. Nothing is stopped, and nothing was switched.
    #[error("the rows of the two sides differ, again and again:{}", listed(.0))]
    Different(Vec<Obstacle>),
}

impl RelocationError {
    pub(super) fn refused(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Refused { message: message.into(), fix: fix.into() }
    }

    /// What it leaves out because it shows rows: values that are taken or missing, or what the server said of them. They are the tenant's, and errors end
    /// in logs.
    #[must_use]
    pub fn values(&self) -> Option<String> {
        match self {
            Self::Database { said, .. } => said.values().map(str::to_owned),
            Self::Impossible(obstacles) | Self::Different(obstacles) => {
                let values: Vec<_> = obstacles
                    .iter()
                    .filter_map(|obstacle| Some(format!("{}: {}", obstacle.object, obstacle.value()?)))
                    .collect();
                (!values.is_empty()).then(|| values.join("; "))
            }
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::Impossible(_) | Self::Different(_) => {
                "see to each of these, and run it again; what was begun is taken back by --undo".to_owned()
            }
            Self::Refused { fix, .. } | Self::Busy { fix, .. } => fix.clone(),
            Self::NoAddress { name } => {
                format!("name the address of {name:?}, for a role that may move tenants there")
            }
            Self::Database { said, .. } if said.code() == Some(&SqlState::DISK_FULL) => {
                "make room there and run it again: it goes on where it was; or take it back by --undo, which needs no room. The tenant is \
                 served where it was"
                    .to_owned()
            }
            Self::Database { said, .. } if said.constraint() == Some(ONE_MOVE) => {
                "another move of the tenant has just begun: wait for it".to_owned()
            }
            Self::Database { said, .. }
                if [&SqlState::UNIQUE_VIOLATION, &SqlState::EXCLUSION_VIOLATION]
                    .into_iter()
                    .any(|code| said.code() == Some(code)) =>
            {
                "another tenant at the destination has that value by now: change one of the two and run it again, or take the move back \
                 by --undo"
                    .to_owned()
            }
            _ => "run it again when that is mended: it goes on where it was; or take it back by --undo".to_owned(),
        }
    }
}

/// One thing that is in the way of a move.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Obstacle {
    /// The table, key, role or database.
    pub object: String,
    /// What is wrong with it.
    pub reason: String,
    /// What would mend it.
    pub fix: String,
    /// A value of the rows that it is about.
    #[serde(skip)]
    value: Option<String>,
}

impl Obstacle {
    pub(super) fn new(object: impl Into<String>, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { object: object.into(), reason: reason.into(), fix: fix.into(), value: None }
    }

    pub(super) fn of_value(self, value: String) -> Self {
        Self { value: Some(value), ..self }
    }

    /// A value of the rows that it is about, which no text of it shows: it is the tenant's.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

/// Without the value, which is a tenant's.
impl fmt::Debug for Obstacle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { object, reason, fix, value: _ } = self;
        f.debug_struct("Obstacle")
            .field("object", object)
            .field("reason", reason)
            .field("fix", fix)
            .finish_non_exhaustive()
    }
}

impl Display for Obstacle {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.object, self.reason, self.fix)
    }
}

fn listed(obstacles: &[Obstacle]) -> String {
    obstacles.iter().map(|obstacle| format!("\n  - {obstacle}")).collect()
}

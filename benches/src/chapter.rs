//! A part of the report that is measured in its own way: what it found, in words and as a picture.

use crate::chart::Picture;
use crate::goals::Outcome;

/// What one part found.
pub(crate) struct Chapter {
    /// Its heading.
    pub(crate) title: &'static str,
    /// Its text below the heading, as Markdown.
    pub(crate) text: String,
    /// How its goals went.
    pub(crate) outcomes: Vec<Outcome>,
    /// Its pictures, one below the other.
    pub(crate) pictures: Vec<Picture>,
}

/// What can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Each kind of statement, beside the same by other means.
    Statements,
    /// Many tenants at once, on a few connections.
    Concurrency,
    /// One tenant that floods, and the others.
    Noisy,
    /// More and more tenants, in each kind of place.
    Scale,
    /// What the client does before it sends a statement.
    Client,
    /// How long an application compiles.
    Compile,
}

impl Part {
    pub(crate) const ALL: [Self; 6] =
        [Self::Statements, Self::Client, Self::Concurrency, Self::Noisy, Self::Scale, Self::Compile];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Statements => "statements",
            Self::Concurrency => "concurrency",
            Self::Noisy => "noisy",
            Self::Scale => "scale",
            Self::Client => "client",
            Self::Compile => "compile",
        }
    }

    /// The part of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

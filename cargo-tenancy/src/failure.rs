//! Why a command was not done.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// What could not be done, why, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    fix: Option<String>,
}

impl Failure {
    /// `message` names the thing and what could not be done with it.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None, fix: None }
    }

    /// What stands behind it.
    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What to do about it.
    pub(crate) fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    pub(crate) fn to_do(&self) -> Option<&str> {
        self.fix.as_deref()
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut source = self.source.as_deref().map(|source| source as &dyn Error);
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl Error for Failure {}

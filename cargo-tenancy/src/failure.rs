//! Why a command was not done.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// What could not be done, why, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
    fix: Option<String>,
    values: Option<Values>,
}

/// Values of rows: a tenant's, which no text shows by itself.
struct Values(String);

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Failure {
    /// `message` names the thing and what could not be done with it.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None, fix: None, values: None }
    }

    /// What stands behind it.
    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What to do about it.
    pub(crate) fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// The values of rows that it is about, if there are any.
    pub(crate) fn values(self, values: Option<impl Into<String>>) -> Self {
        Self { values: values.map(|values| Values(values.into())), ..self }
    }

    /// The same, for whoever asked to see them.
    pub(crate) fn shown_values(&self) -> Option<&str> {
        self.values.as_ref().map(|Values(values)| values.as_str())
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

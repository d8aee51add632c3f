//! Why a scope was not sealed, or not opened.

use std::fmt;

use serde_json::error::Category;

use crate::{EmptyReason, InvalidTenantKey};

/// Why something is not a [`ScopeKey`](super::ScopeKey). Nothing of the secret is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScopeKeyError {
    /// The id is not one.
    #[error("a key's id has 1 to 64 ASCII letters, digits, `-`, `_` and `.`")]
    Id,
    /// The secret has another length.
    #[error("a key's secret has 32 bytes, which are 64 hexadecimal digits")]
    Length,
    /// The secret is not written in hexadecimal digits.
    #[error("a key's secret is written in hexadecimal digits")]
    Digits,
    /// The secret is one byte over and over.
    #[error("a key's secret is random, and this one is a placeholder: `openssl rand -hex 32` makes one")]
    Placeholder,
    /// Another key has the id.
    #[error("two keys have one id; a new secret gets a new id")]
    SameId,
}

/// Why a scope was not sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The time to live is nothing, or more than [`SealingAuthority::LONGEST_TTL`](super::SealingAuthority::LONGEST_TTL).
    #[error("a sealed scope lives for a millisecond at least, and 400 days at most")]
    Ttl,
    /// The clock shows a time before 1970, or none that can be written.
    #[error("the clock shows no time that could be sealed")]
    Clock,
    /// The tenant's id has no text that could stand for it.
    #[error(transparent)]
    Tenant(#[from] InvalidTenantKey),
    /// The text of the tenant's id is not read back as this id, so that it would open as another tenant, or never.
    #[error(
        "the tenant's id is not read back as it displays itself; let its `FromStr` read what its `Display` writes"
    )]
    TenantNotReadBack,
    /// The job's payload could not be written. The source is what its `Serialize` said.
    #[error("the payload of the job could not be written as JSON")]
    Payload(#[source] serde_json::Error),
    /// The job's payload is nested deeper than JSON is read, which is 126 levels, so that it would never open; or a number in it,
    /// of a type that writes JSON by itself, is beyond an `f64`.
    #[error(
        "the payload of the job would not be read back: it is nested too deeply, or has a number that is too great"
    )]
    NotReadBack(#[source] PayloadError),
    /// It would be longer than [`SealedScope::LONGEST`](super::SealedScope::LONGEST).
    #[error("it would be longer than a sealed scope may be; let the payload say where the data is")]
    TooLong,
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    Random,
}

/// Where the JSON of a job's payload is not what it should be. Nothing of the payload is in it, since errors are for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadError {
    category: Category,
    line: usize,
    column: usize,
}

impl PayloadError {
    /// Drops the message, which quotes what was read.
    pub(super) fn of(error: &serde_json::Error) -> Self {
        Self { category: error.classify(), line: error.line(), column: error.column() }
    }

    /// The line in what is sealed, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in what is sealed, from 1. The claims of the scope stand before the payload.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.category {
            Category::Data => "a value of another type",
            Category::Syntax => "what is not read as JSON",
            Category::Eof => "the end, too early",
            Category::Io => "a failure to read",
        };
        write!(f, "{what} at line {} column {}", self.line, self.column)
    }
}

impl std::error::Error for PayloadError {}

/// Why a sealed scope was not opened. Say the same of each to whoever sent it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError<E> {
    /// It is not a sealed scope, or one that was cut.
    #[error("this is not a sealed scope")]
    Malformed,
    /// It names a key that is not among these: one that was retired, or somebody else's.
    #[error("it is sealed with a key that is not known here")]
    UnknownKey,
    /// It was not sealed with the key that it names, for this realm, as what it is opened as; or it was changed.
    #[error("its seal is broken")]
    Broken,
    /// It was sealed for something else.
    #[error("it is sealed for another purpose than `{expected}`")]
    WrongPurpose {
        /// What it was opened for.
        expected: &'static str,
    },
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// It was sealed later than now, by more than the leeway: the clocks of two machines differ.
    #[error("it is from the future; the clocks differ")]
    FromTheFuture,
    /// The clock shows a time before 1970.
    #[error("the clock shows no time that could be compared")]
    Clock,
    /// It was sealed for another principal than the one that brought it.
    #[error("it is sealed for another principal")]
    WrongPrincipal,
    /// What is sealed is no longer read as a tenant's id.
    #[error("its tenant is not read as an id")]
    Tenant,
    /// What is sealed is not read as the principal that it was: its `FromStr` does not read what its `Display` writes.
    #[error("its principal is not read back as it displayed itself")]
    Principal,
    /// The job's payload is not read as the type that is asked for.
    #[error("the payload of the job is not what is asked for")]
    Payload(#[source] PayloadError),
    /// The reason for opening it without asking is blank.
    #[error(transparent)]
    EmptyReason(#[from] EmptyReason),
    /// The principal does not belong to the tenant any more, or there is no such tenant.
    #[error("no such tenant for this principal")]
    Denied,
    /// The membership could not answer.
    #[error("the membership of this principal could not be checked")]
    Membership(#[source] E),
}

//! Principals, read back from what is sealed.

use std::borrow::Borrow;
use std::str::FromStr;

/// A principal that is read back from the text that it displays itself as, so that a membership can be asked about it when a
/// sealed scope is opened.
///
/// `str` is one, and each type with a `FromStr` that reads what its `Display` writes; that it does is checked when a scope is opened.
/// A principal that is not read back is named by whoever opens: [`open_for`](super::SealingAuthority::open_for).
#[diagnostic::on_unimplemented(
    message = "the principal `{Self}` cannot be read back from a sealed scope",
    label = "this principal has no `FromStr`",
    note = "implement `FromStr` for it, reading what its `Display` writes; or name the principal: `authority.open_for(&principal, …)`"
)]
pub trait FromSealed {
    /// The principal as a value.
    type Owned: Borrow<Self> + Send;

    /// Reads it; `None` when it is not one.
    fn from_sealed(text: &str) -> Option<Self::Owned>;
}

impl FromSealed for str {
    type Owned = String;

    fn from_sealed(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl<P: FromStr + Send> FromSealed for P {
    type Owned = P;

    fn from_sealed(text: &str) -> Option<P> {
        text.parse().ok()
    }
}

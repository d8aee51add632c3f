//! What a sealed scope is for.

use std::fmt;

/// What a sealed scope is for: it opens for this and for nothing else.
///
/// An application declares each as a constant, so that what is sealed for an invitation does not sign anybody in.
///
/// # Examples
///
/// ```
/// use tenancy_core::sealed_scopes::Purpose;
///
/// const PASSWORD_RESET: Purpose = Purpose::new("password reset");
/// assert_eq!(PASSWORD_RESET.as_str(), "password reset");
/// ```
///
/// A constant without a name does not compile:
///
/// ```compile_fail,E0080
/// # use tenancy_core::sealed_scopes::Purpose;
/// const NOTHING: Purpose = Purpose::new("");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purpose(&'static str);

impl Purpose {
    /// Names a purpose. The name is in what is sealed: who changes it later does not open what was sealed before.
    ///
    /// # Panics
    ///
    /// When `name` is empty: a compile error where it is a constant.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "a purpose needs a name");
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

//! The error of a name that is refused.

use std::borrow::Cow;

use crate::shown::shown;

/// A text cannot be the name that it was given for: of a role, a schema, a database.
///
/// Its message says what it was to name, why it cannot, and what can. The text itself is shown escaped and cut to a safe
/// length, or not at all where it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown} cannot be the name of {named}: {reason}; {fix}")]
pub struct InvalidName {
    named: &'static str,
    shown: Cow<'static, str>,
    reason: Cow<'static, str>,
    fix: &'static str,
}

/// The error of `text`, which was to name `named`: `a role`, with its article. `fix` begins with a verb.
///
/// For this project's crates, which is why it is no method.
pub fn invalid_name(
    named: &'static str,
    text: &str,
    reason: impl Into<Cow<'static, str>>,
    fix: &'static str,
) -> InvalidName {
    InvalidName { named, shown: shown(text).into(), reason: reason.into(), fix }
}

/// The same without the text, which may hold a password.
pub fn invalid_unshown_name(
    named: &'static str,
    reason: impl Into<Cow<'static, str>>,
    fix: &'static str,
) -> InvalidName {
    InvalidName { named, shown: "this text".into(), reason: reason.into(), fix }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_text_the_reason_and_the_fix() {
        let error = invalid_name("a role", "a\nb", "it has a line's end in it", "leave that out");
        assert_eq!(
            error.to_string(),
            r#""a\nb" cannot be the name of a role: it has a line's end in it; leave that out"#
        );
        let error =
            invalid_name("a role", &"x".repeat(10_000), "it is long", "use a shorter one").to_string();
        assert!(error.len() < 200, "{error}");
        let error = invalid_unshown_name("a database", "it looks like an address", "use its key");
        assert_eq!(
            error.to_string(),
            "this text cannot be the name of a database: it looks like an address; use its key"
        );
    }
}

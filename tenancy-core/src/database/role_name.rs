//! The name of a role of PostgreSQL.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::InvalidName;
use super::invalid_name::invalid_name;

/// The longest name, in bytes. PostgreSQL cuts longer ones (`NAMEDATALEN` - 1), and might then mean another role.
const LONGEST: usize = 63;

/// Words that stand for other roles than one of that name. PostgreSQL reads `public` and `none` so even in quotes; whoever
/// writes one of the others means the keyword, and would get a role that nobody has.
const KEYWORDS: [&str; 5] = ["public", "none", "current_user", "current_role", "session_user"];

/// The name of a role of PostgreSQL, as `CREATE ROLE` and `GRANT` take it.
///
/// From 1 to 63 bytes without NUL, with capitals and signs as they are. Not a word that means another role where one is
/// named, such as `PUBLIC`: a right that is granted to it is everybody's. Nor one that begins with `pg_`, which are
/// PostgreSQL's own.
///
/// # Examples
///
/// ```
/// use tenancy_core::database::RoleName;
///
/// let role: RoleName = "app-\"eu\"".parse()?;
/// assert_eq!(role.quoted(), r#""app-""eu""""#);
/// assert!("PUBLIC".parse::<RoleName>().is_err());
/// # Ok::<(), tenancy_core::database::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(Arc<str>);

impl RoleName {
    /// The name, without quotes: for a bound parameter or a message, not for the text of a statement.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as an identifier in a statement.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }
}

fn fault(name: &str) -> Option<String> {
    if name.is_empty() {
        Some("it is empty".to_owned())
    } else if name.len() > LONGEST {
        Some(format!("it has {} bytes, and {LONGEST} is the most", name.len()))
    } else if name.contains('\0') {
        Some("it has a NUL in it".to_owned())
    } else if KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name)) {
        Some("that word means another role where a role is named".to_owned())
    } else if name.starts_with("pg_") {
        Some("PostgreSQL keeps names that begin with pg_ for its own roles".to_owned())
    } else {
        None
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for RoleName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for RoleName {
    type Error = InvalidName;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        match fault(name) {
            None => Ok(Self(name.into())),
            Some(reason) => {
                Err(invalid_name("a role", name, reason, "name a role that was made by CREATE ROLE"))
            }
        }
    }
}

impl TryFrom<String> for RoleName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::try_from(name.as_str())
    }
}

impl FromStr for RoleName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::try_from(name)
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_create_role_takes_is_a_name() {
        let longest = "x".repeat(LONGEST);
        for name in ["app", "App", "app-eu", "a b", "o'neil", "публика", "publics", "user", &longest] {
            let role = RoleName::try_from(name).expect(name);
            assert_eq!((role.as_str(), role.quoted()), (name, format!("\"{name}\"")));
        }
        assert_eq!(
            RoleName::try_from("a\"; DROP ROLE b; --").expect("a name").quoted(),
            "\"a\"\"; DROP ROLE b; --\""
        );
    }

    #[test]
    fn what_means_another_role_is_refused() {
        let long = "x".repeat(LONGEST + 1);
        let cases = [
            ("", "it is empty"),
            (&long, "it has 64 bytes"),
            ("a\0b", "a NUL"),
            ("public", "means another role"),
            ("PUBLIC", "means another role"),
            ("none", "means another role"),
            ("Current_User", "means another role"),
            ("CURRENT_ROLE", "means another role"),
            ("session_user", "means another role"),
            ("pg_monitor", "begin with pg_"),
        ];
        for (name, reason) in cases {
            let error = RoleName::try_from(name).expect_err(name).to_string();
            assert!(error.contains("cannot be the name of a role: ") && error.contains(reason), "{error}");
            assert!(error.contains("; name a role that was made") && !error.contains('\0'), "{error}");
            let json = serde_json::to_string(name).expect("a string");
            assert!(serde_json::from_str::<RoleName>(&json).is_err(), "{name:?}");
        }
    }
}

//! The name of a database in a catalog.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tenancy_core::__private::{invalid_name, invalid_unshown_name};
use tenancy_core::database::InvalidName;

/// The longest name, in bytes: as a schema's.
const LONGEST: usize = 63;

const NAMED: &str = "a database in the catalog";
const REASON: &str = "it is no key of 1 to 63 lower-case letters, digits, `_`, `-` and `.`, a letter first";
const FIX: &str = "use such a key, and keep the address itself in the application's configuration";

/// What a catalog calls a database; the [`AddressBook`](super::AddressBook) knows where it is.
///
/// Lower-case letters, digits, `_`, `-` and `.`, at most 63 of them, the first a letter: it fits a key in a configuration or
/// a secret store, and a whole address with its password does not fit in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseName(Arc<str>);

impl DatabaseName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<&str> for DatabaseName {
    type Error = InvalidName;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.');
        let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if first && name.len() <= LONGEST && name.bytes().all(allowed) {
            Ok(Self(name.into()))
        } else {
            // An address given by mistake may hold a password.
            let secret = name.contains([':', '@', '=']);
            Err(if secret {
                invalid_unshown_name(NAMED, REASON, FIX)
            } else {
                invalid_name(NAMED, name, REASON, FIX)
            })
        }
    }
}

impl TryFrom<String> for DatabaseName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::try_from(name.as_str())
    }
}

impl FromStr for DatabaseName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::try_from(name)
    }
}

impl From<DatabaseName> for String {
    fn from(name: DatabaseName) -> Self {
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_keys_and_not_addresses() {
        for name in ["silo-7", "eu.west_1", "a"] {
            assert_eq!(DatabaseName::try_from(name).expect(name).as_str(), name);
        }
        let long = "x".repeat(LONGEST + 1);
        for name in
            ["", "7", "Silo", "a b", "a/b", "é", &long, "postgres://app:s3cret@db/x", "password=s3cret"]
        {
            let error = DatabaseName::try_from(name).expect_err(name).to_string();
            assert!(
                error.contains("cannot be the name of a database") && !error.contains("s3cret"),
                "{error}"
            );
        }
    }
}

//! A tenant's id, as text.

use std::fmt::{self, Display, Write as _};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::shown::shown;

/// A tenant's id as text: what a setting of the database, a catalog and a pool's limit know the tenant by.
///
/// There is one text for a tenant, and it is checked once, when the key is made. A key is never empty, which stands for
/// no tenant; has no NUL, which PostgreSQL does not store; is at most [`LONGEST`](Self::LONGEST) bytes long, because a
/// catalog's notification carries it; and has no white space around it, because databases that pad (`char(n)`,
/// MariaDB's usual collations) take `"acme "` for `"acme"`.
///
/// Ids become keys through [`ToTenantKey`]. A clone is cheap.
///
/// # Examples
///
/// ```
/// use tenancy_core::{TenantId, TenantKey, ToTenantKey};
///
/// let id = TenantId::new();
/// assert_eq!(id.to_tenant_key()?.as_str(), id.to_string());
/// assert_eq!(TenantKey::new("acme")?, "acme".to_tenant_key()?);
///
/// assert!(TenantKey::new("").is_err());
/// assert!(TenantKey::new("acme ").is_err());
/// # Ok::<(), tenancy_core::InvalidTenantKey>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TenantKey(Arc<str>);

impl TenantKey {
    /// The most bytes that a key has.
    pub const LONGEST: usize = 255;

    /// Checks `text` and keeps it as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidTenantKey`] when it is empty, too long, has a NUL in it, or white space around it.
    pub fn new(text: &str) -> Result<Self, InvalidTenantKey> {
        check_tenant_text(text, None)?;
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a key can have this text, and a column of `longest` characters hold it.
///
/// For this project's crates, which is why it is no method.
///
/// # Errors
///
/// [`InvalidTenantKey`], with what is wrong.
pub fn check_tenant_text(text: &str, longest: Option<usize>) -> Result<(), InvalidTenantKey> {
    let cut = || {
        let (longest, has) = (longest?, text.chars().count());
        (has > longest).then_some(Fault::Cut { has, longest })
    };
    match fault(text).or_else(cut) {
        None => Ok(()),
        Some(fault) => Err(InvalidTenantKey { shown: shown(text), fault }),
    }
}

fn fault(text: &str) -> Option<Fault> {
    if text.is_empty() {
        Some(Fault::Empty)
    } else if text.len() > TenantKey::LONGEST {
        Some(Fault::Long(text.len()))
    } else if text.contains('\0') {
        Some(Fault::Nul)
    } else if text.trim().len() < text.len() {
        Some(Fault::Margins)
    } else {
        None
    }
}

/// An id that transactions can use: compared with the ids in statements, and told to the database as a [`TenantKey`].
///
/// Implemented for every type that can. `Display` has to write what the database reads back as the same id, because the
/// policy of a tenant column compares with that text; and two ids that differ have to differ in it.
///
/// # Examples
///
/// ## What cannot be displayed is no tenant's id
///
/// ```compile_fail,E0277
/// #[derive(Clone, PartialEq)]
/// struct Opaque;
///
/// fn key<I: tenancy_core::ToTenantKey>(id: &I) {}
/// key(&Opaque); // error: `Opaque` is not a tenant id that a transaction can use
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tenant id that a transaction can use",
    label = "this id cannot be compared, displayed or sent to another task",
    note = "derive `Clone` and `PartialEq` for it, and implement `Display` so that the database reads the text back as the id"
)]
pub trait ToTenantKey: PartialEq + Clone + Send + Sync + 'static {
    /// The id as text.
    ///
    /// # Errors
    ///
    /// [`InvalidTenantKey`] when the text is not one that a [`TenantKey`] can have, or the id does not display itself.
    fn to_tenant_key(&self) -> Result<TenantKey, InvalidTenantKey>;
}

#[diagnostic::do_not_recommend]
impl<I: Display + PartialEq + Clone + Send + Sync + 'static> ToTenantKey for I {
    fn to_tenant_key(&self) -> Result<TenantKey, InvalidTenantKey> {
        // A UUID's length, the usual case, is one allocation.
        let mut text = String::with_capacity(36);
        // Not `to_string`, which panics where `Display` fails.
        if write!(text, "{self}").is_err() {
            return Err(InvalidTenantKey { shown: shown(&text), fault: Fault::Unfinished });
        }
        TenantKey::new(&text)
    }
}

impl Display for TenantKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for TenantKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for TenantKey {
    type Error = InvalidTenantKey;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<String> for TenantKey {
    type Error = InvalidTenantKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl FromStr for TenantKey {
    type Err = InvalidTenantKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl From<TenantKey> for String {
    fn from(key: TenantKey) -> Self {
        key.as_str().to_owned()
    }
}

/// A tenant's id has no text that could be a [`TenantKey`].
///
/// Its message names the text, escaped and cut to a safe length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown} cannot stand for a tenant: {fault}")]
pub struct InvalidTenantKey {
    shown: String,
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("an empty text stands for no tenant; let the id's `Display` write something")]
    Empty,
    #[error("it has {0} bytes, and {max} is the most; use a shorter id, such as a UUID", max = TenantKey::LONGEST)]
    Long(usize),
    #[error(
        "it has {has} characters, and the tenant column is declared to hold {longest}, to which some databases cut it; use a \
         shorter id, or a wider column"
    )]
    Cut { has: usize, longest: usize },
    #[error("it has a NUL in it, which databases refuse; use ids without one")]
    Nul,
    #[error("it has white space around it, which some databases ignore; trim the id where it is made")]
    Margins,
    #[error("the id's `Display` gave up after it; let it write the whole id, or nothing that fails")]
    Unfinished,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantId;

    #[test]
    fn ordinary_ids_are_their_own_text() {
        let longest = "é".repeat(127) + "x";
        assert_eq!(longest.len(), TenantKey::LONGEST);
        for text in ["acme", "7", "-1", "acme corp", "o'neil", "\u{1F980}", &longest] {
            let key = TenantKey::new(text).expect(text);
            assert_eq!((key.as_str(), key.as_ref(), key.to_string().as_str()), (text, text, text));
            assert_eq!(text.parse(), Ok(key.clone()));
            assert_eq!(TenantKey::try_from(text), Ok(key.clone()));
            assert_eq!(TenantKey::try_from(text.to_owned()), Ok(key));
        }
        assert_eq!(42_u64.to_tenant_key(), TenantKey::new("42"));
        let id = TenantId::new();
        assert_eq!(id.to_tenant_key(), TenantKey::new(&id.to_string()));
    }

    #[test]
    fn every_other_text_is_refused_with_its_reason() {
        let long = "x".repeat(TenantKey::LONGEST + 1);
        let cases = [
            ("", "stands for no tenant"),
            (&long, "256 bytes, and 255 is the most"),
            ("a\0b", "NUL"),
            ("\0", "NUL"),
            ("acme ", "white space around"),
            (" acme", "white space around"),
            ("acme\n", "white space around"),
            ("acme\u{a0}", "white space around"),
            (" ", "white space around"),
        ];
        for (text, reason) in cases {
            let error = TenantKey::new(text).expect_err(text).to_string();
            assert!(error.contains(reason) && error.contains(';'), "{text:?}: {error}");
            assert!(!error.contains(['\n', '\0']) && error.len() < 300, "{error}");
            assert_eq!(text.to_owned().to_tenant_key().map_err(|error| error.to_string()), Err(error));
        }
    }

    #[test]
    fn what_a_column_cannot_hold_is_refused_by_its_characters() {
        assert_eq!(check_tenant_text("größe", Some(5)), Ok(()));
        let error = check_tenant_text("acme-corporation", Some(8)).expect_err("too long").to_string();
        assert!(error.contains("has 16 characters") && error.contains("declared to hold 8"), "{error}");
        assert!(check_tenant_text("acme ", Some(8)).is_err());
    }

    #[test]
    fn an_id_that_does_not_display_itself_is_an_error_and_no_panic() {
        #[derive(Clone, PartialEq)]
        struct Broken;
        impl Display for Broken {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("acme")?;
                Err(fmt::Error)
            }
        }
        let error = Broken.to_tenant_key().expect_err("half an id").to_string();
        assert!(
            error.starts_with("\"acme\" cannot stand for a tenant: the id's `Display` gave up"),
            "{error}"
        );
    }

    #[test]
    fn serde_checks_as_well() {
        let key = TenantKey::new("acme").expect("a key");
        let json = serde_json::to_string(&key).expect("json");
        assert_eq!(json, "\"acme\"");
        assert_eq!(serde_json::from_str::<TenantKey>(&json).expect("a key"), key);
        for bad in ["\"\"", "\"acme \"", "\"a\\u0000b\"", "7", "null"] {
            assert!(serde_json::from_str::<TenantKey>(bad).is_err(), "{bad}");
        }
    }
}

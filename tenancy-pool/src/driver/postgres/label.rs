//! What a session says in `application_name` while it is a tenant's.

use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use tenancy_core::TenantKey;

/// Before a tenant that is there as a whole.
const WHOLE: &str = "tenant:";

/// Before one whose text is too long: its beginning, and a hash of all of it.
const HASHED: &str = "tenant#";

/// How many hexadecimal digits of the hash there are: 128 bits.
const DIGITS: usize = 32;

/// A tenant in `application_name`: what [`label_sessions`](crate::TenantPoolBuilder::label_sessions) puts there, for whoever looks at
/// `pg_stat_activity` or has `%a` in the log's prefix.
///
/// No two tenants have the same. PostgreSQL cuts the name at 63 bytes and shows what is not printable ASCII as something else, so that other bytes, and `%`, are
/// written `%2F`, and of a longer text there is the beginning and a SHA-256.
///
/// # Examples
///
/// ```
/// use tenancy_core::TenantKey;
/// use tenancy_pool::{LabelledTenant, SessionLabel};
///
/// let acme = TenantKey::new("acme")?;
/// assert_eq!(SessionLabel::of(&acme).as_str(), "tenant:acme");
/// assert_eq!(SessionLabel::read("tenant:acme"), Some(LabelledTenant::Whole(acme)));
/// assert_eq!(SessionLabel::read("psql"), None);
/// # Ok::<(), tenancy_core::InvalidTenantKey>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionLabel(String);

/// Whose a label is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LabelledTenant {
    /// This tenant's.
    Whole(TenantKey),
    /// One's of which only this label is known: its text is too long. It is the one whose [`SessionLabel::of`] is the same.
    Hashed(SessionLabel),
}

impl SessionLabel {
    /// The most bytes of a label, which PostgreSQL does not cut.
    pub const LONGEST: usize = 63;

    /// The tenant's.
    #[must_use]
    pub fn of(tenant: &TenantKey) -> Self {
        let parts = tenant.as_str().bytes().map(written);
        let whole: String = std::iter::once(WHOLE.to_owned()).chain(parts.clone()).collect();
        if whole.len() <= Self::LONGEST {
            return Self(whole);
        }
        let mut label = HASHED.to_owned();
        // Behind the beginning there is a `.` and the hash.
        let room = Self::LONGEST - DIGITS - 1;
        for part in parts {
            if label.len() + part.len() > room {
                break;
            }
            label.push_str(&part);
        }
        label.push('.');
        for byte in Sha256::digest(tenant.as_str().as_bytes()).iter().take(DIGITS / 2) {
            // Writing into a string does not fail.
            let _ = write!(label, "{byte:02x}");
        }
        Self(label)
    }

    /// Whose an `application_name` is; `None` where it is no label.
    #[must_use]
    pub fn read(application_name: &str) -> Option<LabelledTenant> {
        if let Some(rest) = application_name.strip_prefix(WHOLE) {
            let tenant = TenantKey::new(&unwritten(rest)?).ok()?;
            // There is one way to write it.
            return (Self::of(&tenant).0 == application_name).then_some(LabelledTenant::Whole(tenant));
        }
        let (_, hash) = application_name.strip_prefix(HASHED)?.rsplit_once('.')?;
        let is_hash = hash.len() == DIGITS
            && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        is_hash.then(|| LabelledTenant::Hashed(Self(application_name.to_owned())))
    }

    /// The label.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The label as a text in a statement: it has nothing in it that would have to be escaped.
    pub(super) fn literal(&self) -> String {
        format!("'{}'", self.0)
    }
}

impl fmt::Display for SessionLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A byte as it is, or escaped: what is not printable ASCII, the escape itself, and what ends a text in SQL.
fn written(byte: u8) -> String {
    match byte {
        b'%' | b'\'' | b'\\' => format!("%{byte:02X}"),
        b'!'..=b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

fn unwritten(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(tenant: &str) -> String {
        SessionLabel::of(&TenantKey::new(tenant).expect("a key")).0
    }

    #[test]
    fn a_label_is_short_printable_and_read_back() {
        let long = "x".repeat(57);
        for tenant in
            ["7", "acme", "a b", "a%20b", "o'neill\\", "tenant:7", "Grüße", "\u{1}", &long, &long[1..]]
        {
            let label = label(tenant);
            assert!(
                label.len() <= SessionLabel::LONGEST
                    && label.bytes().all(|byte| (b'!'..=b'~').contains(&byte)),
                "{label}"
            );
            assert!(!label.contains(['\'', '\\']), "{label}");
            match SessionLabel::read(&label) {
                Some(LabelledTenant::Whole(read)) => assert_eq!(read.as_str(), tenant),
                Some(LabelledTenant::Hashed(read)) => assert!(tenant == long && read.as_str() == label),
                None => panic!("{label}"),
            }
        }
        assert_eq!(
            label("01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1"),
            "tenant:01956bd2-7e4c-7c3a-9a50-0d4a4ce2a5f1"
        );
    }

    #[test]
    fn no_two_tenants_have_one_label() {
        let beginning = "é".repeat(60);
        let tenants = [
            "a",
            "A",
            "%61",
            "a%",
            "a%25",
            "%",
            "é",
            "e\u{301}",
            "#a",
            "tenant:a",
            &format!("{beginning}1"),
            &format!("{beginning}2"),
            &beginning,
            &"é".repeat(61),
        ];
        let labels: std::collections::BTreeSet<_> = tenants.iter().map(|tenant| label(tenant)).collect();
        assert_eq!(labels.len(), tenants.len(), "{labels:?}");
    }

    #[test]
    fn what_is_no_label_is_nobodys() {
        for name in [
            "",
            "psql",
            "tenant",
            "tenant:",
            "tenant:%",
            "tenant:%4",
            "tenant:%zz",
            "tenant:%61",
            "tenant:%FF",
            "tenant#x",
            "tenant#x.12",
            "tenant: a",
        ] {
            assert_eq!(SessionLabel::read(name), None, "{name}");
        }
    }
}

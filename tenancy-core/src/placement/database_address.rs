//! Where a database is, with what it takes to enter.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

/// The connection URL of a database. It may hold a password, which neither `Debug` nor `Display` shows.
///
/// Two addresses are the same when their text is: another password is another address, so that a pool opened with the old
/// one is not used any more.
///
/// It is read by serde and not written: whoever wants the whole text says [`expose_url`](Self::expose_url).
#[derive(Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseAddress(Arc<str>);

impl DatabaseAddress {
    /// Keeps `url` as it is. Whether it leads anywhere shows when it is connected to.
    ///
    /// # Errors
    ///
    /// [`EmptyAddress`] when it is blank: the drivers read that as "the defaults of this machine".
    pub fn new(url: impl Into<Arc<str>>) -> Result<Self, EmptyAddress> {
        let url = url.into();
        if url.trim().is_empty() { Err(EmptyAddress) } else { Ok(Self(url)) }
    }

    /// The whole URL with its password, for the driver.
    #[must_use]
    pub fn expose_url(&self) -> &str {
        &self.0
    }

    /// The parts that certainly are no secret, or `None` when it is not certain which are.
    fn visible(&self) -> Option<String> {
        let visible = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "-_.:,/[]%".contains(c));
        let Some((scheme, rest)) = self.0.split_once("://") else {
            // A file of SQLite; libpq's `password=… host=…` has signs that are not visible.
            return (visible(&self.0) && !self.0.contains([':', ','])).then(|| self.0.to_string());
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        // A password with a bare `/` or `@` in it: the drivers do not agree on where it ends.
        if tail.contains('@') || authority.matches('@').count() > 1 {
            return None;
        }
        let (user, place) = match authority.split_once('@') {
            Some((credentials, place)) => (credentials.split(':').next(), place),
            None => (None, authority),
        };
        let path = tail.split(['?', '#']).next().unwrap_or_default();
        let ports = place.split(',').all(|host| match host.rsplit_once(':') {
            Some((_, port)) => host.ends_with(']') || port.chars().all(|c| c.is_ascii_digit()),
            None => true,
        });
        let user = user.map(|user| format!("{user}@")).unwrap_or_default();
        let shown = format!("{scheme}://{user}{place}{path}");
        let certain =
            ports && [scheme, place, path].into_iter().all(visible) && visible(user.trim_end_matches('@'));
        certain.then_some(shown)
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.visible() {
            Some(visible) => f.write_str(&visible),
            None => f.write_str("(an address that is not shown)"),
        }
    }
}

impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseAddress({self})")
    }
}

impl TryFrom<&str> for DatabaseAddress {
    type Error = EmptyAddress;

    fn try_from(url: &str) -> Result<Self, Self::Error> {
        Self::new(url)
    }
}

impl TryFrom<String> for DatabaseAddress {
    type Error = EmptyAddress;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        Self::new(url)
    }
}

/// The [`DatabaseAddress`] given is blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of a database is blank: write it as postgres://user@host:port/database")]
pub struct EmptyAddress;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        DatabaseAddress::new(url).expect("an address").to_string()
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let cases = [
            ("postgres://app:s3cret@db.example:5432/main", "postgres://app@db.example:5432/main"),
            ("postgres://app@db/main?sslmode=require&password=s3cret", "postgres://app@db/main"),
            ("postgres://a,b:5433/main", "postgres://a,b:5433/main"),
            ("postgres://app:s3cret@[::1]:5432/x", "postgres://app@[::1]:5432/x"),
            ("postgres:///main?host=/run/postgresql&password=s3cret", "postgres:///main"),
            ("/var/lib/acme.sqlite", "/var/lib/acme.sqlite"),
        ];
        for (url, expected) in cases {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let urls = [
            "postgres://app:s3cret@db/main",
            "postgres://app:s3/cret@db/main",
            "postgres://app:x@s3cret@db/main",
            "postgres://app:x?s3cret@db/main",
            "postgres://app:x#s3cret@db/main",
            "postgres://app:x/s3cret@db/main",
            "postgres://app:s3cret",
            "postgres://app:s3cret/main",
            "postgres://db/main?password=a@s3cret",
            "postgres://db/main#s3cret",
            "host=db user=app password=s3cret",
            "password=s3cret",
            "app:s3cret@db",
            "app:s3cret",
            "postgres:app:s3cret",
        ];
        for url in urls {
            let address = DatabaseAddress::new(url).expect("an address");
            for text in [address.to_string(), format!("{address:?}"), format!("{address:#?}")] {
                assert!(!text.contains("s3cret") && !text.contains("cret"), "{url}: {text}");
            }
            assert_eq!(address.expose_url(), url);
        }
    }

    #[test]
    fn a_blank_address_is_refused() {
        for blank in ["", " ", "\n"] {
            assert_eq!(DatabaseAddress::new(blank), Err(EmptyAddress));
        }
    }
}

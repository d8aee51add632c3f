//! What makes a tenant's names.

use super::encode::{Place, encode, hash_of_rest};
use super::name::{CacheKey, CounterKey, Label, LockKey, StoragePath, Topic};
use crate::{InvalidTenantKey, Scoped, ToTenantKey};

/// The most bytes of a name that is no path.
const LONGEST_NAME: usize = 249;

/// The most bytes of a path.
const LONGEST_PATH: usize = 1024;

/// Makes the names of one tenant in one namespace. It comes from a scope: [`Scoped::names`].
///
/// Parts are texts of any kind, user input among them; see [the module](crate::names) for what becomes of them.
///
/// # Examples
///
/// A tenant is not a part that one could get wrong:
///
/// ```
/// # #[cfg(not(feature = "testing"))] fn main() {}
/// # #[cfg(feature = "testing")] fn main() -> Result<(), tenancy_core::InvalidTenantKey> {
/// use tenancy_core::testing;
///
/// let (acme, globex) = (testing::scope("acme"), testing::scope("globex"));
/// let hostile = acme.names("shop")?.storage_path(["../globex/secret.txt"]);
/// assert_eq!(hostile.as_str(), "shop/acme/_2e_2e_2fglobex_2fsecret.txt");
/// assert_ne!(hostile, globex.names("shop")?.storage_path(["secret.txt"]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TenantNames {
    namespace: String,
    tenant: String,
}

/// What stands between the parts of a [`Topic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TopicSeparator {
    /// `.`: NATS, AMQP. Not Kafka, see [what is not guaranteed](crate::names#what-is-not).
    Dot,
    /// `/`: MQTT.
    Slash,
    /// `:`: Redis, and most web sockets.
    Colon,
}

impl TopicSeparator {
    const fn as_char(self) -> char {
        match self {
            Self::Dot => '.',
            Self::Slash => '/',
            Self::Colon => ':',
        }
    }
}

impl<I: ToTenantKey, B> Scoped<I, B> {
    /// The maker of this tenant's names in `namespace`, which is the application's name, or that of a kind of owner in it.
    ///
    /// # Errors
    ///
    /// [`InvalidTenantKey`] when the tenant's id has no text that could stand for it.
    pub fn names(&self, namespace: &str) -> Result<TenantNames, InvalidTenantKey> {
        let key = self.tenant().to_tenant_key()?;
        Ok(TenantNames {
            namespace: encode(namespace, Place::Name),
            tenant: encode(key.as_str(), Place::Name),
        })
    }
}

impl TenantNames {
    /// The key of a cache entry.
    #[must_use]
    pub fn cache_key<P: AsRef<str>>(&self, parts: impl IntoIterator<Item = P>) -> CacheKey {
        CacheKey::made(self.name(':', "", parts))
    }

    /// What all cache keys, counts and locks of the tenant begin with, and nobody else's: for `SCAN … MATCH prefix*`.
    #[must_use]
    pub fn cache_prefix(&self) -> String {
        self.prefix(':', "")
    }

    /// A file, or an object's key. Each part is one folder; the last is the file.
    #[must_use]
    pub fn storage_path<P: AsRef<str>>(&self, parts: impl IntoIterator<Item = P>) -> StoragePath {
        StoragePath::made(joined(self.storage_prefix(), '/', Place::File, LONGEST_PATH, parts))
    }

    /// What all storage paths of the tenant begin with, and nobody else's: the tenant's folder.
    #[must_use]
    pub fn storage_prefix(&self) -> String {
        self.prefix('/', "")
    }

    /// A topic to publish to.
    #[must_use]
    pub fn topic<P: AsRef<str>>(
        &self,
        separator: TopicSeparator,
        parts: impl IntoIterator<Item = P>,
    ) -> Topic {
        Topic::made(self.name(separator.as_char(), "", parts))
    }

    /// What all topics of the tenant begin with, and nobody else's: with a wildcard of the broker's behind it, a
    /// subscription to all of them.
    #[must_use]
    pub fn topic_prefix(&self, separator: TopicSeparator) -> String {
        self.prefix(separator.as_char(), "")
    }

    /// The key of a count.
    #[must_use]
    pub fn counter_key<P: AsRef<str>>(&self, parts: impl IntoIterator<Item = P>) -> CounterKey {
        // As with locks: no part is encoded as this.
        CounterKey::made(self.name(':', "_count:", parts))
    }

    /// The key of a lock.
    #[must_use]
    pub fn lock_key<P: AsRef<str>>(&self, parts: impl IntoIterator<Item = P>) -> LockKey {
        // No part is encoded as this, so that no cache entry has the name of a lock.
        LockKey::made(self.name(':', "_lock:", parts))
    }

    /// The tenant as one word, for a field of a log or a label of a metric.
    ///
    /// The namespace is not in it: let the field's or label's name say what kind of owner it is.
    #[must_use]
    pub fn label(&self) -> Label {
        Label::made(self.tenant.clone())
    }

    fn name<P: AsRef<str>>(&self, separator: char, kind: &str, parts: impl IntoIterator<Item = P>) -> String {
        joined(self.prefix(separator, kind), separator, Place::Name, LONGEST_NAME, parts)
    }

    fn prefix(&self, separator: char, kind: &str) -> String {
        format!("{}{separator}{}{separator}{kind}", self.namespace, self.tenant)
    }
}

/// `prefix` and the parts, or the hash of these where the name would be longer than `longest`. The prefix stays as it is.
fn joined<P: AsRef<str>>(
    prefix: String,
    separator: char,
    place: Place,
    longest: usize,
    parts: impl IntoIterator<Item = P>,
) -> String {
    let mut name = prefix;
    let start = name.len();
    for part in parts {
        if name.len() > start {
            name.push(separator);
        }
        name.push_str(&encode(part.as_ref(), place));
    }
    if name.len() == start {
        name.push('_');
    } else if name.len() > longest {
        let hash = hash_of_rest(&name[start..]);
        name.truncate(start);
        name.push_str(&hash);
    }
    name
}

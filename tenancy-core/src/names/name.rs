//! The names, each of a type of its own.

use std::fmt;

use super::encode::sha256;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Called by `TenantNames`, which has a scope's tenant.
            pub(super) fn made(text: String) -> Self {
                Self(text)
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name! {
    /// A key of a cache: of Redis, memcached, a map in the process.
    ///
    /// # Examples
    ///
    /// There is none without a scope:
    ///
    /// ```compile_fail,E0599
    /// use tenancy_core::names::CacheKey;
    ///
    /// let everybodys = CacheKey::new("user:42");
    /// ```
    ///
    /// ```compile_fail,E0423
    /// use tenancy_core::names::CacheKey;
    ///
    /// let everybodys = CacheKey("user:42".to_owned());
    /// ```
    ///
    /// ```compile_fail,E0277
    /// use tenancy_core::names::CacheKey;
    ///
    /// let everybodys: CacheKey = String::from("user:42").into();
    /// ```
    CacheKey
}
name! {
    /// A file below a folder of the tenant's, or an object's key in a bucket.
    ///
    /// It has no `..`, no empty folder, nothing that is absolute, and no capitals: file systems that do not tell `A` from `a`
    /// keep the tenants `A` and `a` apart, too. Join it to a root: `root.join(path.as_str())`.
    StoragePath
}
name! {
    /// A topic, channel, subject or routing key.
    ///
    /// It has none of the characters that subscriptions read as wildcards: `+` and `#` of MQTT, `*` and `>` of NATS, `*` and `#` of
    /// AMQP, Redis' `*`, `?`, `[`, `]`, `\` and `^`; nor `$`, with which MQTT's and NATS' own topics begin.
    Topic
}
name! {
    /// A tenant in logs and metrics: one word, whatever is in its id.
    Label
}

name! {
    /// A count of the tenant's: what it has used of a quota, how fast it calls.
    ///
    /// It has no cache entry's name, so that nobody who writes one sets a count.
    CounterKey
}

name! {
    /// A lock of the tenant's: as a text for Redis and others, and as a number for PostgreSQL's advisory locks.
    ///
    /// A lock of the database belongs to the whole database, whichever schema a session looks at
    /// (<https://www.postgresql.org/docs/current/view-pg-locks.html>), so the tenant has to be in its key.
    LockKey
}

impl LockKey {
    /// The number for `pg_advisory_lock(bigint)` and its relatives: the first eight bytes of the text's SHA-256.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(not(feature = "testing"))] fn main() {}
    /// # #[cfg(feature = "testing")] fn main() -> Result<(), tenancy_core::InvalidTenantKey> {
    /// use tenancy_core::testing;
    ///
    /// let key = testing::scope("acme").names("shop")?.lock_key(["billing"]);
    /// let statement = format!("SELECT pg_advisory_xact_lock({})", key.as_i64());
    /// # assert_eq!(statement, "SELECT pg_advisory_xact_lock(7491046123841388636)");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn as_i64(&self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = sha256(self.0.as_bytes());
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

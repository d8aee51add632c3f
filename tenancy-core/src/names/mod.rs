//! Names of what a tenant has outside of the database: cache keys, files, topics, locks, labels.
//!
//! A cache key without the tenant in it shows one tenant another's page, and an application writes hundreds of them. So
//! they are made of a scope: [`Scoped::names`](crate::Scoped::names) gives a [`TenantNames`], and that makes a [`CacheKey`],
//! a [`StoragePath`], a [`Topic`], a [`CounterKey`], a [`LockKey`] or a [`Label`]. Let the function that talks to the cache take a `&CacheKey`;
//! there is no other way to one.
//!
//! ```
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! # #[cfg(feature = "testing")] fn main() -> Result<(), tenancy_core::InvalidTenantKey> {
//! use tenancy_core::names::{CacheKey, TopicSeparator};
//! use tenancy_core::testing;
//!
//! fn fetch(key: &CacheKey) -> Option<Vec<u8>> {
//!     // redis.get(key.as_str())
//! #   None
//! }
//!
//! let scope = testing::scope("acme"); // from `Authority::admit`
//! let names = scope.names("shop")?;
//! assert!(fetch(&names.cache_key(["user", "42"])).is_none());
//!
//! assert_eq!(names.cache_key(["user", "42"]).as_str(), "shop:acme:user:42");
//! assert_eq!(names.storage_path(["invoices", "2026-11.pdf"]).as_str(), "shop/acme/invoices/2026-11.pdf");
//! assert_eq!(names.topic(TopicSeparator::Dot, ["orders", "paid"]).as_str(), "shop.acme.orders.paid");
//! assert_eq!(names.counter_key(["quota", "exports"]).as_str(), "shop:acme:_count:quota:exports");
//! assert_eq!(names.lock_key(["billing"]).as_str(), "shop:acme:_lock:billing");
//! assert_eq!(names.label().as_str(), "acme");
//! # Ok(())
//! # }
//! ```
//!
//! ## What is guaranteed
//!
//! - Two names of one kind are the same only if their namespace, their tenant and all their parts are, whatever stands in
//!   them, a separator or `..` included; also for a system that does not tell upper from lower case. Where a name is too
//!   long to be spelt out, that rests on SHA-256.
//! - A tenant's names begin with its prefix, and nobody else's do: [`TenantNames::cache_prefix`],
//!   [`storage_prefix`](TenantNames::storage_prefix), [`topic_prefix`](TenantNames::topic_prefix).
//! - They hold no character that a broker, a glob or a file system reads as something else.
//! - They are the same in each version of this crate. A change would lose caches and files, so it would be a breaking one.
//!
//! Two numbers of [`LockKey::as_i64`] are the same by chance, once in 2⁶⁴: then one waits for the other.
//!
//! ## The format
//!
//! A name is its namespace, its tenant and its parts, in this order, with the kind's separator between them.
//!
//! | Kind | Separator | At most |
//! |---|---|---|
//! | [`CacheKey`] | `:` | 249 bytes: memcached takes 250 |
//! | [`StoragePath`] | `/` | 1024 bytes, as S3; a part 200, where file systems take 255 |
//! | [`Topic`] | `.`, `/` or `:` | 249 bytes: AMQP takes 255 |
//! | [`CounterKey`] | `:`, and `_count` behind the tenant | 249 bytes |
//! | [`LockKey`] | `:`, and `_lock` behind the tenant | 249 bytes; its number is the first 8 bytes of the text's SHA-256, big-endian |
//! | [`Label`] | the tenant alone | 80 bytes |
//!
//! Each of them is encoded, byte by byte of its UTF-8:
//!
//! | What | becomes |
//! |---|---|
//! | `a`–`z`, `0`–`9`, `-` | itself |
//! | `_` | `__` |
//! | a `.` in a part of a storage path, between two other characters | itself |
//! | any other byte: capitals, separators, wildcards, blanks, what is not ASCII | `_` and two hexadecimal digits |
//! | a `-` at the beginning | `_2d`, so that no program takes a file for an option |
//! | the first letter of what Windows takes for a device (`con`, `nul.txt`, `com1`) | `_` and two digits |
//! | nothing | `_-` |
//! | no parts at all | `_` |
//! | what is then longer than 80 bytes, or 200 in a storage path | `_h` and the SHA-256 of the original, in hexadecimal |
//! | parts that make the name too long | `_r` and the SHA-256 of these parts as they are encoded |
//!
//! ## What is not
//!
//! - The namespace is the application's. Two applications, or two kinds of owner whose ids could be equal (an
//!   organisation 42 and a person 42), take two namespaces.
//! - Who may read a file or subscribe to a topic is decided by the server that has it. A name says whose it is.
//! - Kafka: it takes the dot form as a name, and counts two topics as one where they differ in `.` and `_` only
//!   (`hasCollision` in <https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/internals/Topic.java>):
//!   `shop.acme.a.2eb` and `shop.acme.a_2eb`, which is the part `a.b`. Then it refuses to create the second. Have one topic for
//!   all tenants there, and the tenant in the message, sealed.
//! - SQL's `LIKE` reads a `_` as any character, and names are full of them: escape a prefix that is searched for with it.
//! - A metric with a label for each tenant has as many series as there are tenants.

mod encode;
mod name;
mod tenant_names;
#[cfg(test)]
mod tests;

pub use name::{CacheKey, CounterKey, Label, LockKey, StoragePath, Topic};
pub use tenant_names::{TenantNames, TopicSeparator};

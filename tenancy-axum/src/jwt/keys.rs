//! Where keys come from.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::key::Key;

/// Where the key of a token comes from: [`Key`]s that are given, or a [`Jwks`](super::Jwks).
pub trait Keys: Send + Sync + 'static {
    /// The key that a token with this `kid` was signed with.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unknown`] where there is none, and [`KeyError::Unavailable`] where that cannot be found out.
    fn key<'a>(&'a self, id: Option<&'a str>) -> BoxFuture<'a, Result<Arc<Key>, KeyError>>;
}

/// Why there is no key for a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is none of its `kid`.
    #[error("no key has the token's `kid`")]
    Unknown,
    /// The keys cannot be had now.
    #[error("the set of keys cannot be had: {0}")]
    Unavailable(String),
}

impl Keys for Key {
    fn key<'a>(&'a self, id: Option<&'a str>) -> BoxFuture<'a, Result<Arc<Key>, KeyError>> {
        std::slice::from_ref(self).pick(id)
    }
}

/// While one is replaced by the other.
impl<const N: usize> Keys for [Key; N] {
    fn key<'a>(&'a self, id: Option<&'a str>) -> BoxFuture<'a, Result<Arc<Key>, KeyError>> {
        self.as_slice().pick(id)
    }
}

trait Pick {
    fn pick<'a>(&self, id: Option<&str>) -> BoxFuture<'a, Result<Arc<Key>, KeyError>>;
}

impl Pick for [Key] {
    fn pick<'a>(&self, id: Option<&str>) -> BoxFuture<'a, Result<Arc<Key>, KeyError>> {
        let found = picked(self, id).cloned().map(Arc::new).ok_or(KeyError::Unknown);
        std::future::ready(found).boxed()
    }
}

/// The key of this id. An only key without an id is for every token, and a token without one for the only key, unless that was given an id by hand.
pub(super) fn picked<'a, K: AsRef<Key>>(keys: &'a [K], id: Option<&str>) -> Option<&'a K> {
    match (id, keys) {
        (None, [only]) => (!only.as_ref().is_by_id_only).then_some(only),
        (None, _) => None,
        (Some(_), [only]) if only.as_ref().id.is_none() => Some(only),
        (Some(id), keys) => keys.iter().find(|key| key.as_ref().id.as_deref() == Some(id)),
    }
}

impl AsRef<Key> for Key {
    fn as_ref(&self) -> &Key {
        self
    }
}

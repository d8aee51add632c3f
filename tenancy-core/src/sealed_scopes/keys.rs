//! The keys that seal and open.

use std::fmt;

use pasetors::keys::SymmetricKey;
use pasetors::version4::V4;
use zeroize::Zeroizing;

use super::error::ScopeKeyError;

/// The bytes of a key of PASETO's version 4.
const SECRET: usize = 32;

/// The most letters of an id.
const LONGEST_ID: usize = 64;

/// A key that seals scopes, with the id that what it seals names it by.
///
/// `Debug` shows the id alone. The secret is wiped from memory when the key is dropped; what it was made from is the
/// caller's to wipe.
pub struct ScopeKey {
    id: Box<str>,
    secret: SymmetricKey<V4>,
}

impl ScopeKey {
    /// The key `id`, from a secret of 32 random bytes. An id is used for one secret only.
    ///
    /// # Errors
    ///
    /// [`ScopeKeyError`] when the secret has another length or is one byte over and over, or the id is not of 1 to 64 letters,
    /// digits, `-`, `_` and `.`.
    pub fn new(id: &str, secret: &[u8; SECRET]) -> Result<Self, ScopeKeyError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(allowed) {
            return Err(ScopeKeyError::Id);
        }
        // What is left of a secret that nobody filled in.
        if secret.iter().all(|byte| *byte == secret[0]) {
            return Err(ScopeKeyError::Placeholder);
        }
        let secret = SymmetricKey::from(secret).map_err(|_| ScopeKeyError::Length)?;
        Ok(Self { id: id.into(), secret })
    }

    /// As [`new`](Self::new), from 64 hexadecimal digits, as `openssl rand -hex 32` writes them.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and when `secret` is not that.
    pub fn from_hex(id: &str, secret: &str) -> Result<Self, ScopeKeyError> {
        let digits = secret.as_bytes();
        if digits.len() != 2 * SECRET {
            return Err(ScopeKeyError::Length);
        }
        // Wiped on each way out of here.
        let mut bytes = Zeroizing::new([0; SECRET]);
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(ScopeKeyError::Digits);
            *byte =
                u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).map_err(|_| ScopeKeyError::Digits)?;
        }
        Self::new(id, &bytes)
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) const fn secret(&self) -> &SymmetricKey<V4> {
        &self.secret
    }
}

impl fmt::Debug for ScopeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopeKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys of one authority: the one that seals, and those that still open.
///
/// See [the module](crate::sealed_scopes) for how a key is replaced.
#[derive(Debug)]
pub struct ScopeKeys {
    realm: Box<str>,
    // The first seals.
    keys: Vec<ScopeKey>,
}

impl ScopeKeys {
    /// Seals and opens with `key`.
    ///
    /// The realm is whose keys these are: what is sealed in one does not open in another, even under the same secret. An
    /// application that has several authorities, as one for users and one for API keys, or one for organisations and one for
    /// persons, gives each a realm of its own.
    #[must_use]
    pub fn new(realm: &str, key: ScopeKey) -> Self {
        Self { realm: realm.into(), keys: vec![key] }
    }

    /// Opens with `key` as well: with an older one that is on its way out, or a newer one on its way in.
    ///
    /// # Errors
    ///
    /// [`ScopeKeyError::SameId`] when one of them has that id.
    pub fn accepting(mut self, key: ScopeKey) -> Result<Self, ScopeKeyError> {
        if self.find(key.id()).is_some() {
            return Err(ScopeKeyError::SameId);
        }
        self.keys.push(key);
        Ok(self)
    }

    /// Whose keys these are.
    #[must_use]
    pub fn realm(&self) -> &str {
        &self.realm
    }

    pub(super) fn sealing(&self) -> &ScopeKey {
        // Never empty: `new` puts one in, and nothing takes one out.
        &self.keys[0]
    }

    pub(super) fn find(&self, id: &str) -> Option<&ScopeKey> {
        self.keys.iter().find(|key| key.id() == id)
    }
}

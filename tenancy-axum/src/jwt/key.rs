//! A key, with the one algorithm that it is used by.

use std::fmt;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};

/// The shortest secret of HS256, in bytes (RFC 7518, 3.2).
const SHORTEST_SECRET: usize = 32;

/// How tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, with keys of 2048 bits at least.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// HMAC with SHA-256: whoever checks a token can make one.
    Hs256,
}

impl Algorithm {
    pub(super) const fn of_library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Hs256 => jsonwebtoken::Algorithm::HS256,
        }
    }

    /// Whether a key that says what it is for may be used by it.
    fn is_that_of(self, jwk: &Jwk) -> bool {
        let alg = match self {
            Self::Rs256 => KeyAlgorithm::RS256,
            Self::Es256 => KeyAlgorithm::ES256,
            Self::EdDsa => KeyAlgorithm::EdDSA,
            Self::Hs256 => KeyAlgorithm::HS256,
        };
        let common = &jwk.common;
        let parameters = match (&jwk.algorithm, self) {
            (AlgorithmParameters::RSA(_), Self::Rs256) => true,
            (AlgorithmParameters::EllipticCurve(key), Self::Es256) => key.curve == EllipticCurve::P256,
            (AlgorithmParameters::OctetKeyPair(key), Self::EdDsa) => key.curve == EllipticCurve::Ed25519,
            // A secret in a set that is public is none.
            _ => false,
        };
        parameters
            && common.key_algorithm.is_none_or(|said| said == alg)
            && common.public_key_use.as_ref().is_none_or(|said| *said == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|said| said.contains(&KeyOperations::Verify))
    }
}

/// A key to check tokens with.
#[derive(Clone)]
pub struct Key {
    pub(super) id: Option<String>,
    /// Whether it is for tokens only that name it.
    pub(super) is_by_id_only: bool,
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

/// A key that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKey {
    /// The secret is too short to withstand guessing.
    #[error(
        "the secret has {0} bytes, and HS256 takes {SHORTEST_SECRET} at least (RFC 7518, 3.2): make one at random"
    )]
    ShortSecret(usize),
    /// The text is no JSON Web Key, or is one for something else.
    #[error(
        "the key is no JSON Web Key (RFC 7517) that {0:?} could be checked with: see its `kty`, `crv`, `alg`, `use` and `key_ops`"
    )]
    NotOf(Algorithm),
}

impl Key {
    /// A secret that tokens are signed with by HS256.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::ShortSecret`].
    pub fn secret(secret: &[u8]) -> Result<Self, InvalidKey> {
        let short = InvalidKey::ShortSecret(secret.len());
        if secret.len() < SHORTEST_SECRET {
            return Err(short);
        }
        let key = DecodingKey::from_secret(secret).map_err(|_| short)?;
        Ok(Self { id: None, is_by_id_only: false, algorithm: Algorithm::Hs256, key })
    }

    /// A public key, as a JSON Web Key.
    ///
    /// # Errors
    ///
    /// [`InvalidKey::NotOf`] where it is not one of the algorithm.
    pub fn public(jwk: &str, algorithm: Algorithm) -> Result<Self, InvalidKey> {
        let jwk = serde_json::from_str(jwk).map_err(|_| InvalidKey::NotOf(algorithm))?;
        Self::from_jwk(&jwk, algorithm).ok_or(InvalidKey::NotOf(algorithm))
    }

    /// For tokens whose header has this `kid` only: one without a `kid` is refused.
    ///
    /// A key whose JSON Web Key brings its `kid` along is also for tokens without one, as long as it is the only key (OpenID Connect Core 1.0, 10.1).
    #[must_use = "this returns the key with its id"]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self.is_by_id_only = true;
        self
    }

    pub(super) fn from_jwk(jwk: &Jwk, algorithm: Algorithm) -> Option<Self> {
        let key = algorithm.is_that_of(jwk).then(|| DecodingKey::from_jwk(jwk).ok())??;
        Some(Self { id: jwk.common.key_id.clone(), is_by_id_only: false, algorithm, key })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

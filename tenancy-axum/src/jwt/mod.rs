//! Bearer tokens: JWTs, checked with keys that are given or that a set of keys has (JWKS).
//!
//! The algorithm is what the program says, for each key. A token's header is compared with it and decides nothing: there is no `none`, and no public
//! key that is taken for a secret.
//!
//! ```
//! # #[cfg(feature = "jwks-http")]
//! # fn build() -> Result<(), Box<dyn std::error::Error>> {
//! use tenancy_axum::jwt::{Algorithm, HttpFetcher, Jwks, Jwt};
//! use tenancy_core::TenantId;
//!
//! let keys = Jwks::at("https://id.example.com/.well-known/jwks.json", Algorithm::Rs256, HttpFetcher::new()?);
//! let jwt = Jwt::<TenantId>::new(keys, "https://id.example.com/", "https://app.example.com").tenant_claim("tenant");
//! # Ok(())
//! # }
//! ```
//!
//! # Which cryptography
//!
//! The crate `jsonwebtoken` reads and judges tokens, with whichever provider of cryptography the process has installed for it. Where there is none when the first [`Jwt`] is
//! made, one by `ring` is installed. So it does not matter which of its features other crates turn on: without a provider, or with two, it panics at the
//! first token. A provider of one's own is installed before that.

mod authenticator;
#[cfg(feature = "jwks-http")]
mod http;
mod jwks;
mod key;
mod keys;
mod provider;

pub use self::authenticator::Jwt;
#[cfg(feature = "jwks-http")]
pub use self::http::{FetcherError, HttpFetcher};
pub use self::jwks::{FetchJwks, Jwks, JwksOptions};
pub use self::key::{Algorithm, InvalidKey, Key};
pub use self::keys::{KeyError, Keys};

//! Passwords, by Argon2id. Each takes some ten milliseconds of a processor, so they have threads of their own.

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};

/// The hash, with its salt.
///
/// # Errors
///
/// If the system has no random numbers.
pub fn hash(password: &str) -> Result<String, password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Whether the password is the one of the hash. Without a hash it takes as long, so that nobody learns who has an account.
pub async fn verify(password: String, hash: Option<String>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let checked = tokio::task::spawn_blocking(move || {
        let nobody = || NOBODY.get_or_init(|| self::hash("of nobody").unwrap_or_default()).clone();
        let is_somebody = hash.is_some();
        let hash = hash.unwrap_or_else(nobody);
        let parsed = PasswordHash::new(&hash);
        let is_right =
            parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
        is_somebody && is_right
    });
    checked.await.unwrap_or(false)
}

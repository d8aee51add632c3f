//! A sealing key as a text, for a secret store, an environment variable or a file.

use std::str::FromStr;

use super::error::RowSecurityError;
use super::seal::SealingKey;

/// `3:` and the secret in hexadecimal: the number that the database knows the key by, and at least 32 random bytes. The command
/// `tenancy keys generate` makes such texts.
///
/// No error shows the text.
///
/// # Examples
///
/// ```
/// use tenancy_rls::SealingKey;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let text = "3:0707070707070707070707070707070707070707070707070707070707070707";
/// let key: SealingKey = text.parse()?; // std::env::var("TENANCY_SEALING_KEY")?
/// assert_eq!(key.id(), 3);
/// # Ok(())
/// # }
/// ```
impl FromStr for SealingKey {
    type Err = RowSecurityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |reason| RowSecurityError::KeyText { reason };
        let (id, secret) = text
            .trim()
            .split_once(':')
            .ok_or_else(|| wrong("there is no `:` between the number and the secret"))?;
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let id = id.parse().ok().filter(|_| is_number);
        let id = id.ok_or_else(|| wrong("what stands before the `:` is no number up to 65535"))?;
        let digits = |pair: &[u8]| {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            match *pair {
                [high, low] => Some(digit(high)? * 16 + digit(low)?),
                _ => None,
            }
        };
        let secret: Option<Vec<u8>> = secret.as_bytes().chunks(2).map(digits).collect();
        Self::new(id, secret.ok_or_else(|| wrong("what follows the `:` is not in hexadecimal"))?)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Binding, RowSecurityError, SealingKey};

    #[test]
    fn a_text_is_the_number_and_the_secret() {
        let key: SealingKey = format!("7:{}\n", "0aFf".repeat(16)).parse().unwrap();
        let same = SealingKey::new(7, [0x0a, 0xff].repeat(16)).unwrap();
        assert_eq!(key.install(Binding::Any), same.install(Binding::Any));
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_shown() {
        let secret = "5e".repeat(32);
        for text in [
            String::new(),
            secret.clone(),
            format!(":{secret}"),
            format!("+1:{secret}"),
            format!("65536:{secret}"),
            format!("1:{secret}5"),
            format!("1:{secret}zz"),
            format!("1:{}", &secret[..62]),
        ] {
            let error = text.parse::<SealingKey>().unwrap_err();
            assert!(!error.to_string().contains("5e"), "{error}");
            assert!(matches!(error, RowSecurityError::KeyText { .. } | RowSecurityError::ShortSecret { .. }));
        }
    }
}

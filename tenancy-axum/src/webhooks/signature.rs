//! The three forms of signatures that most providers have.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// How old, or how far ahead of our clock, what is signed with a time may be, unless said otherwise: five minutes, as Stripe's libraries and Standard Webhooks
/// have it.
const TOLERANCE: Duration = Duration::from_secs(300);

/// The shortest secret, in bytes: what GitHub and Stripe generate is longer.
const SHORTEST_SECRET: usize = 16;

/// The most signatures of one header that are looked at.
const MOST_SIGNATURES: usize = 8;

/// How a provider signs, and with which secrets.
///
/// | form | what is signed | the event's id |
/// |---|---|---|
/// | [`stripe`](Self::stripe) | the time and the body | `id` of the body |
/// | [`github`](Self::github) | the body | the body's SHA-256: `X-GitHub-Delivery` is not signed, so whoever replays a body may write another one |
/// | [`standard`](Self::standard) | the id, the time and the body | `webhook-id` |
///
/// Each is an HMAC by SHA-256. All secrets are tried with all signatures, in a time that tells nothing of which was near.
#[derive(Clone, Debug)]
pub struct Signature {
    form: Form,
    secrets: Secrets,
    tolerance: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Stripe,
    GitHub,
    Standard,
}

/// The secrets that a signature may be made with: one, or two while one is replaced by the other.
#[derive(Clone)]
pub struct Secrets(Vec<Vec<u8>>);

/// A secret that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidSecret {
    /// It is too short.
    #[error(
        "the secret has {0} bytes, and {SHORTEST_SECRET} is the least: take the one that the provider shows"
    )]
    Short(usize),
    /// A secret of Standard Webhooks is no base64.
    #[error("the secret is no base64 behind `whsec_`: take the one that the provider shows, whole")]
    NotBase64,
}

impl Secrets {
    /// One secret, as the provider shows it. For [`Signature::standard`] it is base64, with or without `whsec_` in front.
    #[must_use]
    pub fn one(secret: &str) -> Self {
        Self(vec![secret.as_bytes().to_vec()])
    }

    /// The new one and the old one, until nothing is signed with that any more.
    #[must_use]
    pub fn rotating(new: &str, old: &str) -> Self {
        Self(vec![new.as_bytes().to_vec(), old.as_bytes().to_vec()])
    }

    fn checked(self) -> Result<Self, InvalidSecret> {
        match self.0.iter().map(Vec::len).find(|length| *length < SHORTEST_SECRET) {
            Some(length) => Err(InvalidSecret::Short(length)),
            None => Ok(self),
        }
    }

    /// Whether any of the signatures is by any of the secrets. All are tried.
    fn signed(&self, parts: &[&[u8]], signatures: &[Vec<u8>]) -> bool {
        let mut found = false;
        for secret in &self.0 {
            for signature in signatures.iter().take(MOST_SIGNATURES) {
                // HMAC takes keys of any length.
                let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { continue };
                parts.iter().for_each(|part| mac.update(part));
                found |= mac.verify_slice(signature).is_ok();
            }
        }
        found
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.len()).finish()
    }
}

impl Signature {
    /// `Stripe-Signature: t=…,v1=…`.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret::Short`].
    pub fn stripe(secrets: Secrets) -> Result<Self, InvalidSecret> {
        Ok(Self { form: Form::Stripe, secrets: secrets.checked()?, tolerance: TOLERANCE })
    }

    /// `X-Hub-Signature-256: sha256=…`, as GitHub and many others have it. It has no time.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret::Short`].
    pub fn github(secrets: Secrets) -> Result<Self, InvalidSecret> {
        Ok(Self { form: Form::GitHub, secrets: secrets.checked()?, tolerance: TOLERANCE })
    }

    /// `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,…` (<https://www.standardwebhooks.com>).
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`].
    pub fn standard(secrets: Secrets) -> Result<Self, InvalidSecret> {
        let decoded = secrets.0.iter().map(|secret| {
            let base64 = secret.strip_prefix(b"whsec_").unwrap_or(secret);
            STANDARD.decode(base64).map_err(|_| InvalidSecret::NotBase64)
        });
        let secrets = Secrets(decoded.collect::<Result<_, _>>()?);
        Ok(Self { form: Form::Standard, secrets: secrets.checked()?, tolerance: TOLERANCE })
    }

    /// Takes what is at most so old, or so far ahead of our clock, in place of five minutes.
    #[must_use = "this returns the signature with the tolerance"]
    pub const fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The event's id, where the signature is good.
    pub(super) fn check(&self, headers: &HeaderMap, body: &[u8], now: SystemTime) -> Result<String, Fault> {
        match self.form {
            Form::Stripe => self.check_stripe(only(headers, "stripe-signature")?, body, now),
            Form::GitHub => self.check_github(only(headers, "x-hub-signature-256")?, body),
            Form::Standard => {
                let [id, time, signatures] = [
                    only(headers, "webhook-id")?,
                    only(headers, "webhook-timestamp")?,
                    only(headers, "webhook-signature")?,
                ];
                self.check_standard(id, time, signatures, body, now)
            }
        }
    }

    fn check_stripe(&self, header: &str, body: &[u8], now: SystemTime) -> Result<String, Fault> {
        let pairs: Vec<_> = header.split(',').filter_map(|pair| pair.trim().split_once('=')).collect();
        let mut times = pairs.iter().filter(|(name, _)| *name == "t").map(|(_, time)| *time);
        let (Some(time), None) = (times.next(), times.next()) else { return Err(Fault::Malformed) };
        let signatures: Vec<_> =
            pairs.iter().filter(|(name, _)| *name == "v1").filter_map(|(_, hex)| unhex(hex)).collect();
        self.is_signed(&[time.as_bytes(), b".", body], &signatures)?;
        self.is_in_time(time, now)?;
        #[derive(Deserialize)]
        struct Event {
            id: String,
        }
        let event: Event = serde_json::from_slice(body).map_err(|_| Fault::NoId)?;
        Some(event.id).filter(|id| !id.is_empty()).ok_or(Fault::NoId)
    }

    fn check_github(&self, header: &str, body: &[u8]) -> Result<String, Fault> {
        let signature = header.strip_prefix("sha256=").and_then(unhex).ok_or(Fault::Malformed)?;
        self.is_signed(&[body], &[signature])?;
        Ok(Sha256::digest(body).iter().fold(String::with_capacity(64), |mut hex, byte| {
            use fmt::Write as _;
            // Writing into a `String` does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }))
    }

    fn check_standard(
        &self,
        id: &str,
        time: &str,
        header: &str,
        body: &[u8],
        now: SystemTime,
    ) -> Result<String, Fault> {
        // A dot in it would move the border between what is signed.
        if id.is_empty() || id.contains('.') {
            return Err(Fault::Malformed);
        }
        let signatures = header.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        let signatures: Vec<_> = signatures.filter_map(|base64| STANDARD.decode(base64).ok()).collect();
        self.is_signed(&[id.as_bytes(), b".", time.as_bytes(), b".", body], &signatures)?;
        self.is_in_time(time, now)?;
        Ok(id.to_owned())
    }

    fn is_signed(&self, parts: &[&[u8]], signatures: &[Vec<u8>]) -> Result<(), Fault> {
        if self.secrets.signed(parts, signatures) { Ok(()) } else { Err(Fault::Forged) }
    }

    fn is_in_time(&self, seconds: &str, now: SystemTime) -> Result<(), Fault> {
        let seconds: u64 = seconds.parse().map_err(|_| Fault::Malformed)?;
        let at = UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(Fault::Malformed)?;
        let apart = now.duration_since(at).unwrap_or_else(|ahead| ahead.duration());
        if apart <= self.tolerance { Ok(()) } else { Err(Fault::OutOfTime) }
    }
}

/// What is wrong with a signature, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("a header of it is missing, or is there twice")]
    Missing,
    #[error("a header of it cannot be read")]
    Malformed,
    #[error("it is by none of the secrets")]
    Forged,
    #[error("it is too old, or from the future")]
    OutOfTime,
    #[error("the event has no id")]
    NoId,
}

/// A header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Fault> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().map_err(|_| Fault::Malformed),
        _ => Err(Fault::Missing),
    }
}

/// The bytes of a hash in hexadecimal.
fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    (digits.len() == 64 && is_hex).then(|| digits.chunks(2).map(byte).collect()).flatten()
}

#[cfg(test)]
mod tests;

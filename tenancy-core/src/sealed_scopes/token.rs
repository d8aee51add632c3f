//! What is sealed, and the sealing of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pasetors::token::{Local, UntrustedToken};
use pasetors::version4::{LocalToken, V4};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::{OpenError, PayloadError, SealError};
use super::keys::ScopeKeys;
use super::purpose::Purpose;
use super::sealed_scope::SealedScope;

/// What a token is read as. It is authenticated and not written, so a job is never read as a scope.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Scope,
    Job,
}

impl Kind {
    /// The implicit assertion of PASETO: another version of what is sealed gets another number.
    fn assertion(self, realm: &str) -> Vec<u8> {
        let kind = match self {
            Self::Scope => "tenancy-core, scope, version 1: ",
            Self::Job => "tenancy-core, job, version 1: ",
        };
        [kind.as_bytes(), realm.as_bytes()].concat()
    }
}

/// What is sealed. Times are milliseconds since 1970.
///
/// The names are not those that PASETO reserves, because its `exp` is a text.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) purpose: String,
    pub(super) tenant: String,
    pub(super) principal: String,
    pub(super) admitted: u64,
    pub(super) sealed: u64,
    pub(super) expires: u64,
}

#[derive(Serialize)]
struct Written<'a, T> {
    #[serde(flatten)]
    claims: &'a Claims,
    payload: &'a T,
}

/// The payload alone, read after everything else was looked at.
#[derive(Deserialize)]
struct Payload<T> {
    payload: T,
}

pub(super) fn millis(time: SystemTime) -> Option<u64> {
    u64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

pub(super) fn seal<T: Serialize>(
    keys: &ScopeKeys,
    kind: Kind,
    claims: &Claims,
    payload: &T,
) -> Result<String, SealError> {
    let text = serde_json::to_string(&Written { claims, payload }).map_err(SealError::Payload)?;
    // Base64 makes four bytes of three; what that leaves out is looked at below.
    if text.len() > SealedScope::LONGEST {
        return Err(SealError::TooLong);
    }
    // What is nested too deeply is written, and not read.
    serde_json::from_str::<serde_json::Value>(&text)
        .map_err(|error| SealError::NotReadBack(PayloadError::of(&error)))?;
    let key = keys.sealing();
    let footer = Some(key.id().as_bytes());
    let assertion = kind.assertion(keys.realm());
    let sealed = LocalToken::encrypt(key.secret(), text.as_bytes(), footer, Some(&assertion))
        .map_err(|_| SealError::Random)?;
    if sealed.len() > SealedScope::LONGEST { Err(SealError::TooLong) } else { Ok(sealed) }
}

/// What was sealed with one of the keys, and is in its time.
pub(super) struct Opened {
    pub(super) claims: Claims,
    text: String,
}

impl Opened {
    pub(super) fn payload<T: DeserializeOwned, E>(&self) -> Result<T, OpenError<E>> {
        let Payload { payload } =
            serde_json::from_str(&self.text).map_err(|error| OpenError::Payload(PayloadError::of(&error)))?;
        Ok(payload)
    }
}

pub(super) fn open<E>(
    keys: &ScopeKeys,
    kind: Kind,
    sealed: &str,
    purpose: Purpose,
    now: SystemTime,
    leeway: Duration,
) -> Result<Opened, OpenError<E>> {
    if sealed.len() > SealedScope::LONGEST {
        return Err(OpenError::Malformed);
    }
    let token = UntrustedToken::<Local, V4>::try_from(sealed).map_err(|_| OpenError::Malformed)?;
    let id = std::str::from_utf8(token.untrusted_footer()).map_err(|_| OpenError::UnknownKey)?;
    let key = keys.find(id).ok_or(OpenError::UnknownKey)?;

    let assertion = kind.assertion(keys.realm());
    let footer = Some(key.id().as_bytes());
    let trusted =
        LocalToken::decrypt(key.secret(), &token, footer, Some(&assertion)).map_err(|_| OpenError::Broken)?;
    let text = trusted.payload().to_owned();
    // Whoever has the key has written something else.
    let claims: Claims = serde_json::from_str(&text).map_err(|_| OpenError::Broken)?;

    if claims.purpose != purpose.as_str() {
        return Err(OpenError::WrongPurpose { expected: purpose.as_str() });
    }
    let now = millis(now).ok_or(OpenError::Clock)?;
    let leeway = u64::try_from(leeway.as_millis()).unwrap_or(u64::MAX);
    if claims.sealed > now.saturating_add(leeway) {
        return Err(OpenError::FromTheFuture);
    }
    if now >= claims.expires {
        return Err(OpenError::Expired);
    }
    Ok(Opened { claims, text })
}

//! What an erasure leaves behind: what was erased, what was kept and why, and what is left elsewhere.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tenancy_core::TenantKey;
use uuid::Uuid;

use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::export::hex;

/// What was erased of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureCertificate {
    /// Always `tenancy-erasure`.
    pub format: String,
    /// The format's version.
    pub version: u32,
    /// The operation, in the journal.
    pub operation: Uuid,
    /// Whose rows they were.
    pub tenant: TenantKey,
    /// The database, by its own name.
    pub database: String,
    /// Which PostgreSQL it is.
    pub server: String,
    /// The role that erased them.
    pub operator: String,
    /// When, by the server's clock, in RFC 3339: the begin of the one transaction that did all of it.
    pub erased_at: String,
    /// Why it was erased without being suspended in a catalog first, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_catalog: Option<String>,
    /// Why rows of others were let change by triggers, where that was allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite_triggers: Option<String>,
    /// The other database, where the tenant lived, if it did not live in the catalog's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<ErasedElsewhere>,
    /// Every declared table of tenants where the tenant lived, in the order in which its rows were erased, and those in which a move had left some.
    pub tables: Vec<ErasedTable>,
    /// What is left in other places of the database.
    pub left: Vec<Left>,
    /// What triggers and foreign keys changed in the same transaction, beside the rows that were erased.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
}

/// What was erased in another database than the catalog's: a transaction of its own, which was committed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedElsewhere {
    /// What the catalog calls the database.
    pub name: String,
    /// The database, by its own name.
    pub database: String,
    /// Which PostgreSQL it is.
    pub server: String,
    /// The role that erased the rows.
    pub operator: String,
    /// When, by that server's clock, in RFC 3339.
    pub erased_at: String,
}

/// What triggers and foreign keys changed in one table, by the server's counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Its schema.
    pub schema: String,
    /// Its name; a partition's own.
    pub table: String,
    /// How many rows came.
    pub inserted: u64,
    /// How many were changed.
    pub updated: u64,
    /// How many were deleted.
    pub deleted: u64,
    /// What the catalog calls the database, where that is not its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
}

/// What became of one table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedTable {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// How many rows were erased.
    pub erased: u64,
    /// Those that were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What the catalog calls the database, where that is not its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
}

impl ErasedTable {
    pub(super) fn kept_rows(&self) -> u64 {
        self.kept.iter().map(|kept| kept.rows).sum()
    }
}

/// Rows of the tenant's that were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// How many.
    pub rows: u64,
    /// By what.
    pub by: KeptBy,
    /// The reason that was given, or what refers to them.
    pub reason: String,
}

/// By what rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptBy {
    /// A duty that somebody named.
    Law,
    /// Rows that stay refer to them.
    Reference,
}

/// Something of the tenant's that is left in another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The schema.
    pub schema: String,
    /// The table.
    pub table: String,
    /// The columns by which it was found.
    pub columns: Vec<String>,
    /// How many rows; `None` where this role may not look.
    pub rows: Option<u64>,
    /// What they are.
    pub what: LeftWhat,
    /// The same in words.
    pub why: String,
    /// What the catalog calls the database, where that is not its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
}

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftWhat {
    /// Rows that are not the tenant's refer to rows of the tenant's, which were kept for that.
    Refers,
    /// Rows of a table that is not a declared tenant's name the tenant in a column.
    NamesTenant,
    /// The row of the table of tenants.
    TenantRow,
    /// Rows that only this tenant linked, and that nobody sees now.
    Unlinked,
    /// Rows that belong to the tenant through others, in tables of a declared name where it does not live.
    OtherPlace,
}

/// A certificate with what shows that nobody has changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedCertificate {
    /// What was erased.
    pub certificate: ErasureCertificate,
    /// The SHA-256 of the certificate as JSON without white space, in hexadecimal.
    pub sha256: String,
    /// The HMAC-SHA256 of the same text, where a key was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hmac_sha256: Option<String>,
}

/// A secret that certificates are signed with.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// The fewest bytes that are a key: what HMAC-SHA256 gives (RFC 2104, section 3).
    pub const SHORTEST: usize = 32;

    /// Takes a secret.
    ///
    /// # Errors
    ///
    /// When it has fewer than [`SHORTEST`](Self::SHORTEST) bytes.
    pub fn new(secret: impl Into<Vec<u8>>) -> Result<Self, OperateError> {
        let secret = secret.into();
        if secret.len() >= Self::SHORTEST {
            return Ok(Self(secret));
        }
        Err(OperateError::new(
            OperateErrorKind::Request,
            format!(
                "the signing key has {} bytes, and fewer than {} can be guessed",
                secret.len(),
                Self::SHORTEST
            ),
        )
        .fix("make one: `openssl rand -out erasure.key 32`"))
    }

    fn mac(&self, text: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length; the error is of other constructions.
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| Hmac::new(&Default::default()));
        mac.update(text);
        mac
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl SealedCertificate {
    /// Seals a certificate, and signs it where there is a key.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON.
    pub fn new(certificate: ErasureCertificate, key: Option<&SigningKey>) -> Result<Self, OperateError> {
        let text = text(&certificate)?;
        let sha256 = hex(&Sha256::digest(&text));
        let hmac_sha256 = key.map(|key| hex(&key.mac(&text).finalize().into_bytes()));
        Ok(Self { certificate, sha256, hmac_sha256 })
    }

    /// Whether the certificate is what was sealed and, where a key is given, signed with it.
    #[must_use]
    pub fn holds(&self, key: Option<&SigningKey>) -> bool {
        Self::new(self.certificate.clone(), key).is_ok_and(|again| {
            again.sha256 == self.sha256 && (key.is_none() || again.hmac_sha256 == self.hmac_sha256)
        })
    }
}

fn text(certificate: &ErasureCertificate) -> Result<Vec<u8>, OperateError> {
    serde_json::to_vec(certificate).map_err(|error| {
        OperateError::new(OperateErrorKind::Storage, "the certificate cannot be written as JSON")
            .because(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> ErasureCertificate {
        ErasureCertificate {
            format: "tenancy-erasure".to_owned(),
            version: 1,
            operation: Uuid::nil(),
            tenant: TenantKey::new("7").unwrap(),
            database: "app".to_owned(),
            server: "15".to_owned(),
            operator: "operator".to_owned(),
            erased_at: "2026-01-01T00:00:00Z".to_owned(),
            without_catalog: None,
            despite_triggers: None,
            elsewhere: None,
            tables: Vec::new(),
            left: Vec::new(),
            effects: Vec::new(),
        }
    }

    #[test]
    fn a_certificate_that_was_changed_or_signed_by_another_does_not_hold() {
        let (key, other) = (SigningKey::new([7; 32]).unwrap(), SigningKey::new([8; 32]).unwrap());
        let sealed = SealedCertificate::new(certificate(), Some(&key)).unwrap();
        assert!(sealed.holds(None) && sealed.holds(Some(&key)) && !sealed.holds(Some(&other)));
        let mut changed = sealed.clone();
        changed.certificate.operator = "nobody".to_owned();
        assert!(!changed.holds(None));
        let unsigned = SealedCertificate::new(certificate(), None).unwrap();
        assert!(unsigned.holds(None) && !unsigned.holds(Some(&key)));
        assert!(SigningKey::new([7; 31]).is_err());
    }
}

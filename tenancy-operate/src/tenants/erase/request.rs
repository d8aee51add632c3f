//! What an erasure is asked to do.

use std::time::Duration;

use serde_json::{Value, json};
use tenancy_core::{Reason, TenantKey};

use super::certificate::SigningKey;
use crate::tenants::error::{OperateError, OperateErrorKind};

/// A table whose rows are kept, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    table: String,
    reason: String,
}

impl Keep {
    /// Keeps the tenant's rows of `table`, `schema.table` or its name alone, because of a duty.
    ///
    /// # Errors
    ///
    /// When there is no reason.
    pub fn new(table: impl Into<String>, reason: impl Into<String>) -> Result<Self, OperateError> {
        let (table, reason) = (table.into(), reason.into());
        if reason.trim().is_empty() {
            return Err(OperateError::new(
                OperateErrorKind::Request,
                format!("{table} is to be kept without a reason, and the certificate could not say which duty that is"),
            )
            .fix("give one, such as \"invoices are kept for ten years\""));
        }
        Ok(Self { table, reason })
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    pub(super) fn reason(&self) -> &str {
        &self.reason
    }
}

/// An erasure of a tenant.
#[derive(Debug, Clone)]
#[must_use]
pub struct Erasure {
    pub(super) tenant: TenantKey,
    pub(super) keep: Vec<Keep>,
    pub(super) settle: Duration,
    pub(super) without_catalog: Option<Reason>,
    pub(super) despite_triggers: Option<Reason>,
    pub(super) key: Option<SigningKey>,
}

impl Erasure {
    /// Of `tenant`, whose id is said twice: by whoever asks, and by whoever means it.
    ///
    /// It waits until the tenant has been suspended for a minute.
    ///
    /// # Errors
    ///
    /// When the two are not the same.
    pub fn new(tenant: TenantKey, confirmed: &str) -> Result<Self, OperateError> {
        if tenant.as_str() == confirmed {
            let settle = Duration::from_secs(60);
            return Ok(Self {
                tenant,
                keep: Vec::new(),
                settle,
                without_catalog: None,
                despite_triggers: None,
                key: None,
            });
        }
        Err(OperateError::new(
            OperateErrorKind::Request,
            format!("the tenant {:?} is to be erased, and {confirmed:?} was confirmed", tenant.as_str()),
        )
        .fix("give the id of the tenant that is meant twice, exactly"))
    }

    /// Keeps a table's rows, and what they refer to.
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep.push(keep);
        self
    }

    /// How long the tenant has to have been suspended: as long as servers keep the catalog's answers, and the longest transaction.
    pub fn settle(self, settle: Duration) -> Self {
        Self { settle, ..self }
    }

    /// Where the database has no catalog, so that nothing says that the tenant is served no more: the reason stands in the certificate.
    pub fn without_catalog(self, reason: Reason) -> Self {
        Self { without_catalog: Some(reason), ..self }
    }

    /// Goes on where a trigger writes rows of others in the declared tables: the reason stands in the certificate.
    ///
    /// A trigger that swaps rows of two tenants deletes as many as it should. So without this such an erasure is refused.
    pub fn despite_triggers(self, reason: Reason) -> Self {
        Self { despite_triggers: Some(reason), ..self }
    }

    /// What the journal says of it: what makes it another erasure.
    pub(super) fn request(&self) -> Value {
        let keep: Vec<_> = self.keep.iter().map(|keep| json!([keep.table, keep.reason])).collect();
        json!({ "keep": keep })
    }

    /// Signs the certificate.
    pub fn sign(self, key: SigningKey) -> Self {
        Self { key: Some(key), ..self }
    }
}

//! The operator's audit trail: denials, and every use of what goes round the tenants' borders, in a table.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tenancy_diesel::{AuditEvent, AuditSink};
use tenancy_pool::prelude::*;

use crate::clock;
use crate::database::{Database, on};
use crate::model::{Result, new_id};
use crate::schema::audit_events;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
pub struct Entry {
    pub id: String,
    pub what: String,
    pub who: String,
    pub tenant: String,
    pub reason: String,
    pub created_at: i64,
}

/// Takes events in the middle of requests, and keeps them until they are written.
pub struct Trail(SyncSender<Entry>);

/// As many wait. When more come than can be written, the log has them.
const WAITING: usize = 10_000;

impl Trail {
    #[must_use]
    pub fn new() -> (Self, Pending) {
        let (sender, receiver) = sync_channel(WAITING);
        (Self(sender), Pending(std::sync::Mutex::new(receiver)))
    }
}

impl AuditSink for Trail {
    fn record(&self, event: &AuditEvent<'_>) {
        let (what, who, tenant, reason) = match event {
            AuditEvent::Denied { principal, tenant } => ("denied", *principal, *tenant, String::new()),
            AuditEvent::CrossTenantGranted { principal, reason, .. } => {
                ("allowed across tenants", *principal, "", (*reason).to_owned())
            }
            AuditEvent::CrossTenantDenied { principal, reason, .. } => {
                ("denied across tenants", *principal, "", (*reason).to_owned())
            }
            AuditEvent::CrossTenantUsed { principal, reason, subject, access, .. } => {
                ("went across tenants", *principal, "", format!("{reason} ({} {subject})", access.as_str()))
            }
            AuditEvent::ActionRefused { principal, tenant, action, reason } => {
                ("refused an action", *principal, *tenant, format!("{action}: {reason}"))
            }
            // Admissions are each request, and are in the log.
            _ => return,
        };
        let (what, who, tenant) = (what.to_owned(), who.to_owned(), tenant.to_owned());
        let entry = Entry { id: new_id(), what, who, tenant, reason, created_at: clock::now() };
        if let Err(full) = self.0.try_send(entry) {
            tracing::error!(%full, "the audit trail is behind");
        }
    }
}

/// What is not written yet.
pub struct Pending(std::sync::Mutex<Receiver<Entry>>);

impl Pending {
    /// Writes what waits.
    pub async fn write(&self, db: &Database) -> Result<()> {
        loop {
            let next = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).try_recv();
            let Ok(entry) = next else { return Ok(()) };
            on!(db, pools => pools.house.global().execute(diesel::insert_into(audit_events::table).values(&entry)).await)?;
        }
    }
}

/// Writes what somebody did outside of this program.
pub async fn note(db: &Database, what: &str, who: &str, tenant: &str, reason: &str) -> Result<()> {
    let (what, who, tenant, reason) = (what.to_owned(), who.to_owned(), tenant.to_owned(), reason.to_owned());
    let entry = Entry { id: new_id(), what, who, tenant, reason, created_at: clock::now() };
    on!(db, pools => pools.house.global().execute(diesel::insert_into(audit_events::table).values(&entry)).await)
        .map(drop)
}

/// The last entries.
pub async fn last(db: &Database, most: i64) -> Result<Vec<Entry>> {
    let all = audit_events::table.order(audit_events::id.desc()).limit(most);
    on!(db, pools => pools.house.global().load(all.select(Entry::as_select())).await)
}

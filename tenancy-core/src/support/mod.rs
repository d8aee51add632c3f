//! Short-lived access of a named person to one tenant: for support, with a reason and an end.
//!
//! A [`WithSupport`] stands before the application's own [`Membership`](crate::Membership). It asks that first; where it says no, it asks a
//! [`SupportStore`] whether somebody has granted this person this tenant. What it admits so is told apart: [`Through::Support`] has the
//! reason and the end, the audit sink hears of [`AuditEvent::AdmittedForSupport`](crate::AuditEvent::AdmittedForSupport), and the store
//! has recorded the use, where the tenant reads it, before anybody is admitted.
//!
//! `tenancy_operate::support` has a store in PostgreSQL, with the command `tenancy support` to grant and revoke. Any other place is a store as well, as
//! in the example: a table of SQLite, the directory of one's company.
//!
//! # What is guaranteed
//!
//! - **Members first.** The store is not asked about whom the membership admits, and not where the membership could not answer.
//! - **One tenant.** Neither [`tenants_of`](crate::Membership::tenants_of), nor [`descendants_of`](crate::Membership::descendants_of), nor
//!   [`check_cross_tenant`](crate::Membership::check_cross_tenant) is any wider for whoever was let in for support.
//! - **No use without a record.** A store that does not answer admits nobody: the error is
//!   [`SupportError::Store`].
//! - **It ends.** Whatever asks the membership again ends with the grant: the next request, a sealed scope when it is opened, a live socket
//!   when it asks the next time. Each of these is a use, and in the record.
//!
//! # What is not
//!
//! - A scope that was admitted before the end is as good as it was: a request that has begun goes on, as after any
//!   [`Admission`](crate::Admission).
//! - What somebody does in the tenant is the application's to limit and to log. [`Through::Support`] says that they are no member.
//! - A use is recorded when the membership is asked. Where the edge refuses the request for another reason
//!   ([`Authority::deny`](crate::Authority::deny)), it is in the record all the same.
//!
//! # Examples
//!
//! ## A store in memory
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::Mutex;
//! use std::time::{Duration, SystemTime};
//! use tenancy_core::support::{SupportAccess, SupportStore, Through, WithSupport};
//! use tenancy_core::{
//!     Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership, Reason, TenantKey,
//! };
//!
//! struct Owners;
//!
//! impl Membership for Owners {
//!     type TenantId = u32;
//!     type Principal = str;
//!     type Error = Infallible;
//!
//!     async fn check(&self, who: &str, tenant: &u32) -> Result<Decision, Infallible> {
//!         Ok(self.check_details(who, tenant).await?.decision())
//!     }
//! }
//!
//! impl DetailedMembership for Owners {
//!     type Details = &'static str;
//!
//!     async fn check_details(&self, who: &str, tenant: &u32) -> Result<DetailedDecision<&'static str>, Infallible> {
//!         Ok(DetailedDecision::admit_if_some((who == "alice" && *tenant == 7).then_some("owner")))
//!     }
//! }
//!
//! struct Grant { person: &'static str, tenant: &'static str, reason: &'static str, until: SystemTime }
//!
//! struct Memory { grants: Vec<Grant>, uses: Mutex<Vec<String>> }
//!
//! impl SupportStore for Memory {
//!     type Error = Infallible;
//!
//!     async fn use_grant(&self, person: &str, tenant: &TenantKey) -> Result<Option<SupportAccess>, Infallible> {
//!         let now = SystemTime::now();
//!         let mut grants = self.grants.iter();
//!         let found = grants.find(|grant| grant.person == person && grant.tenant == tenant.as_str() && now < grant.until);
//!         Ok(found.map(|grant| {
//!             self.uses.lock().unwrap().push(format!("{person} in {tenant}"));
//!             let reason = Reason::new(grant.reason).expect("it is not blank");
//!             SupportAccess::new("1", reason, "carol", grant.until)
//!         }))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let until = SystemTime::now() + Duration::from_secs(3600);
//! let grants = vec![Grant { person: "bob", tenant: "7", reason: "ticket 12: an import that fails", until }];
//! let store = Memory { grants, uses: Mutex::default() };
//! let authority = Authority::new(WithSupport::new(Owners, store, |who: &str| Some(who.to_owned())));
//!
//! let bob = authority.admit_with_details("bob", Claimed::new(7)).await.unwrap();
//! assert!(matches!(bob.details(), Through::Support(access) if access.reason().as_str().starts_with("ticket 12")));
//! assert_eq!(*authority.membership().store().uses.lock().unwrap(), ["bob in 7"]);
//!
//! let alice = authority.admit_with_details("alice", Claimed::new(7)).await.unwrap();
//! assert_eq!(alice.details().member(), Some(&"owner"));
//! assert!(authority.admit("bob", Claimed::new(8)).await.is_err());
//! # }
//! ```

mod access;
mod store;
mod with_support;

pub use self::access::{SupportAccess, Through};
pub use self::store::SupportStore;
pub use self::with_support::{SupportError, WithSupport};

#[cfg(test)]
mod tests;

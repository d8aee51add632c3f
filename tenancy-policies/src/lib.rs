//! What a tenant may do, how often and how much: rate limits, caps, quotas, plan limits, feature flags, settings and usage meters, each
//! of them by a scope. No database and no web framework; Redis by a feature.
//!
//! Scopes come from [`tenancy_core`]: whoever has an application on Diesel gets them from `tenancy-diesel`, which re-exports them.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tenancy_policies::Refusal> {
//! use tenancy_core::testing;
//! use tenancy_policies::{Period, Quota, Rate, RateLimit, Store};
//!
//! let store = Store::in_process("shop");
//! let calls = RateLimit::fixed(&store, "calls", Rate::per_second(20).burst(50));
//! let exports = Quota::fixed(&store, "exports", Period::Month, 100);
//!
//! let scope = testing::scope("acme"); // from `Authority::admit`
//! calls.check(&scope).await?;
//! let reservation = exports.reserve(&scope, 1).await?;
//! // … export …
//! reservation.commit().await.expect("in the process it is always there");
//! # Ok(())
//! # }
//! ```
//!
//! Nothing is counted without a scope: that a text is a tenant's id is no reason to count for it.
//!
//! ```compile_fail,E0277
//! # let store = tenancy_policies::Store::in_process("shop");
//! # let calls: tenancy_policies::RateLimit = tenancy_policies::RateLimit::fixed(&store, "calls", tenancy_policies::Rate::per_second(20));
//! let header = "acme".to_owned();
//! drop(calls.check(&header)); // error: `String` is no scope
//! ```
//!
//! ## What is guaranteed
//!
//! - A limit is asked by a [`Scoped`](tenancy_core::Scoped), and one whose rule looks at a plan by an
//!   [`Admitted`](tenancy_core::Admitted) with that plan ([`Caller`]).
//! - Keys are made by [`tenancy_core::names`]: those of two tenants, two limits or two namespaces are never the same.
//! - No two get the last unit of a [`Quota`], in one process or, with Redis, in many.
//! - A [`Refusal`] tells what no waiting changes (403) from what passes (429), and both from what cannot be decided (503).
//! - Without an answer nothing is allowed. Letting through when Redis is away is a choice that is written down, and audited.
//! - Memory is bounded: by the tenants that are at work, and by figures that are given.
//! - Every future is `Send`, and those of limits borrow nothing.
//!
//! ## What is not
//!
//! - Figures that are counted in the process are lost with it, and are not those of another process; nor is a [`ConcurrencyLimit`].
//! - Redis is no ledger. What has to be right to the unit is counted in the transaction that uses it: the README has the statement.
//! - A plan is what the membership learnt when the scope was made.
//! - Usage that was counted since the last flush dies with a process that is killed.
//!
//! ## Map
//!
//! | To | Use |
//! |---|---|
//! | slow a tenant, or each person in it | [`RateLimit`], [`Rate`] |
//! | let a tenant have so many at once | [`ConcurrencyLimit`], [`Permit`] |
//! | let it have so many in a month | [`Quota`], [`Period`], [`Reservation`] |
//! | let it have so many in all | [`PlanLimit`] |
//! | say what each plan has | [`Allowance`] |
//! | turn features on | [`Flag`], [`Flags`] |
//! | keep settings with defaults | [`Settings`], [`OverlaySource`] |
//! | count what it uses | [`UsageMeters`], [`Meter`], [`UsageSink`] |
//! | ask before an action | [`Governance`], [`Rules`], [`Rule`] |
//! | answer a refusal, by the name of its limit | [`Refusal`], [`LimitName`] |
//! | say where is counted | [`Store`] |
//!
//! ## Features
//!
//! | Feature | Adds |
//! |---|---|
//! | `redis` | `Store::redis`, and Redis' client |

mod allowance;
mod caller;
mod concurrency;
#[doc = include_str!("../docs/design.md")]
pub mod design {}
mod flag;
mod governance;
mod plan_limit;
mod quota;
mod rate;
mod rate_limit;
mod refusal;
mod settings;
mod store;
mod usage;

pub use allowance::Allowance;
pub use caller::{Asked, Caller};
pub use concurrency::{ConcurrencyLimit, Permit};
pub use flag::{Flag, FlagOverrides, Flags, NeedsFlag};
pub use governance::{Governance, Held, Permission, Rule, Rules};
pub use plan_limit::PlanLimit;
pub use quota::{Hold, Period, Quota, Reservation, SettleError, SpendError, Spending};
pub use rate::Rate;
pub use rate_limit::RateLimit;
pub use refusal::{LimitName, Refusal};
pub use settings::{
    InvalidSetting, OnInvalid, OverlaySource, Settings, SettingsError, SettingsFlags, SettingsOptions,
};
pub use store::Store;
#[cfg(feature = "redis")]
pub use store::{RedisOptions, WhenAway};
pub use usage::{FlushError, Meter, MeterError, Unflushed, Usage, UsageBatch, UsageMeters, UsageSink};

/// Redis' client, whose connection [`Store::redis`] takes.
#[cfg(feature = "redis")]
pub use redis;

/// The `tracing` target of this crate's events. Those of the audit trail are under [`TracingSink::TARGET`](tenancy_core::TracingSink::TARGET).
pub const TARGET: &str = "tenancy::policies";

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
enum Readme {}

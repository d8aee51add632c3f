//! Sources: what a FROM clause may contain, and how far each of them reaches.
//!
//! - [`reach`]: one tenant's rows, every tenant's, or a global table's; [`condition`] is the same in SQL.
//! - [`tenant_id`], [`scope_for`], [`cross_tenant_for`]: what gives a source its reach.
//! - [`scoped_table`] and [`alias`]: the sources. [`fragment`] prints them, [`selection`] is what they select.
//! - [`stands`], [`rule`] and [`transaction_source`]: which sources may meet in one query, or in one transaction.
//! - [`view`]: which of the rows within reach a source has.
//! - [`join`]: joins without an explicit ON.

pub(crate) mod alias;
mod before_admission;
mod condition;
mod cross_tenant_for;
mod fragment;
pub(crate) mod join;
mod reach;
mod recalled;
mod rule;
mod scope_for;
mod scoped_table;
mod selection;
mod stands;
mod tenant_id;
mod transaction_source;
pub(crate) mod view;
mod within_any;

pub use self::before_admission::{AdmissionColumn, BeforeAdmission, Unadmitted};
pub(crate) use self::condition::{Condition, TenantIs};
pub use self::cross_tenant_for::CrossTenantFor;
pub(crate) use self::fragment::SourceFragment;
pub(crate) use self::reach::Reach;
pub use self::reach::{EveryTenant, SharedByAll, Within};
pub(crate) use self::recalled::reach_of;
pub(crate) use self::rule::Among;
pub use self::rule::{Beside, First, InTransaction};
pub use self::scope_for::ScopeFor;
pub use self::scoped_table::ScopedTable;
pub(crate) use self::selection::Selection;
pub use self::stands::{IsBare, IsGlobal, Stands};
pub use self::tenant_id::TenantIdFor;
pub use self::transaction_source::TransactionSource;
pub(crate) use self::view::OwnRows;
pub use self::view::{OrShared, OverShared, Own, Unfiltered, View};
pub use self::within_any::WithinAny;

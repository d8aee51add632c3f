#![doc = include_str!("../../docs/tenants.md")]

pub(crate) mod citus;
mod clone;
mod erase;
pub(crate) mod error;
mod export;
pub(crate) mod failpoint;
mod hooks;
mod journal;
pub(crate) mod layout;
pub(crate) mod lifecycle;
mod progress;
mod residence;
mod restore;
mod session;
pub(crate) mod sql;

pub use self::clone::clone;
pub use self::erase::{
    Effect, Erased, ErasedElsewhere, ErasedTable, Erasure, ErasureCertificate, Keep, Kept, KeptBy, Left,
    LeftWhat, SealedCertificate, SigningKey, erase,
};
pub use self::error::{OperateError, OperateErrorKind};
pub use self::export::{
    Belongs, Export, ExportManifest, Exported, ExportedColumn, ExportedTable, FORMAT, IfThere, LeftOut,
    LeftOutPart, VERSION, export,
};
pub use self::hooks::{HookCall, HookStep, Hooks, NoHooks};
pub use self::journal::JOURNAL_MIGRATION;
pub use self::lifecycle::{
    Changed, Created, TenantEntry, create, list, prepare, resume, suspend, undo_create,
};
pub use self::progress::{NoProgress, Progress};
pub use self::restore::{
    Afterwards, ChangedRows, FreshKey, Restore, Restored, RestoredTable, Scrub, Triggers, restore,
};
pub use self::session::Session;

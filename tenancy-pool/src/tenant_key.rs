//! Ids that can be told to a database.

use std::fmt::Display;

/// A tenant's id as transactions use it: compared with the ids in statements, and displayed for the database's setting.
///
/// Implemented for every type that can do so. It has to display itself as the database would read it back: the tenant
/// column's policy compares with that text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant id that a transaction can use",
    label = "this id cannot be compared, displayed or sent to another task",
    note = "derive `Clone` and `PartialEq` for it, and implement `Display` so that the database reads the text back as the id"
)]
pub trait TenantKey: Display + PartialEq + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<I: Display + PartialEq + Clone + Send + Sync + 'static> TenantKey for I {}

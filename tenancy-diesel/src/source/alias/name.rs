//! The name that a table goes by.

use std::marker::PhantomData;

use crate::source::fragment::SourceName;
use crate::table::DeclaredTable;

/// A second name for a declared table. [`alias!`](crate::alias) implements it for a type of its own.
pub trait TableAlias: Copy + Default + 'static {
    /// The table that goes by the name.
    type Target: DeclaredTable + AliasColumns<Self>;

    /// The name in the query.
    const NAME: &'static str;
}

/// The columns of a table under alias `A`. Generated for every declared table.
pub trait AliasColumns<A> {
    /// All columns, in the order of the declaration.
    type Columns;

    /// The columns, as a value.
    fn columns() -> Self::Columns;
}

/// Whether alias `Self` is alias `Other`. Generated for aliases that are declared together.
pub trait AliasCount<Other> {
    /// Diesel's `Once` or `Never`.
    type Count;
}

/// Alias `A` as something that a FROM clause may contain.
#[derive(Debug, Clone, Copy)]
pub struct AliasName<A>(PhantomData<A>);

impl<A: TableAlias> SourceName for AliasName<A> {
    type Table = A::Target;

    const NAME: &'static str = A::NAME;
}

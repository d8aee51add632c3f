//! Bounds that no type satisfies, one for each mistake, with what the compiler is to say.
//!
//! Each has a parameter, of lifetime or type: a bound without any is checked where it is written instead of where it is
//! used. Each has a supertrait that cannot be named from outside, so that nobody can implement it by hand.

mod sealed {
    /// Implemented for nothing.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be declared proven by hand",
        label = "this bound is the library's own and holds for no type",
        note = "scope the table instead: `table.scoped(&scope)`",
        note = "T0012: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0012"
    )]
    pub trait Proven<'tenant> {}

    /// Implemented for no backend.
    pub trait RunsWithoutTenant<T> {}
    impl<T> RunsWithoutTenant<T> for super::NoBackend {}

    /// Implemented for keys that nobody can name.
    pub trait Runnable<'tenant, Key> {}
    impl<'tenant, T> Runnable<'tenant, Undecided> for T {}
    impl<'tenant, T> Runnable<'tenant, StillUndecided> for T {}

    pub enum Undecided {}
    pub enum StillUndecided {}
}

/// A tenant table may be read without a tenant: it never may.
#[diagnostic::on_unimplemented(
    message = "tenant table `{Self}` is read without a tenant",
    label = "this would read every tenant's rows",
    note = "scope it: `{Self}.scoped(&scope)`, with the `&Scoped<_>` that `Authority::admit` returned",
    note = "for work that spans tenants, audited: `{Self}.across_tenants(&cross_tenant)`",
    note = "T0001: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0001"
)]
pub trait ReadWithinTenant<'tenant>: sealed::Proven<'tenant> {}

/// A tenant table may be run as a query without a tenant: it never may.
///
/// This is the bound of `load` and its like. Their callers write the row type (`load::<Agent>`) or leave it to be inferred,
/// and then use `?`, `unwrap` or `await`. That is to be one error. So the result type is a projection of this bound: both
/// fail at the same place and for the same reason, and the compiler gives up on the type without another word.
///
/// As long as the row type is unknown the projection must not fail yet, or the method would not be considered at all. So
/// `Key` is `Asked` only once the row type is known (`RowKey`); two other keys, which hold, keep it undecided until then.
#[diagnostic::on_unimplemented(
    message = "tenant table `{Self}` is read without a tenant",
    label = "this would read every tenant's rows",
    note = "scope it: `{Self}.scoped(&scope)`, with the `&Scoped<_>` that `Authority::admit` returned",
    note = "for work that spans tenants, audited: `{Self}.across_tenants(&cross_tenant)`",
    note = "T0001: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0001"
)]
pub trait RunWithinTenant<'tenant, Key = Asked>: sealed::Runnable<'tenant, Key> {
    /// Stands for the result.
    type Refused;
}

/// The key of the bound that is asked for.
#[derive(Debug)]
pub enum Asked {}

/// The key that a row type, or a backend, stands for: always the same, once the type is known.
pub trait RowKey {
    /// The key.
    type Key;
}

impl<Row: ?Sized> RowKey for Row {
    type Key = Asked;
}

#[diagnostic::do_not_recommend]
impl<'tenant, T> RunWithinTenant<'tenant, sealed::Undecided> for T {
    type Refused = sealed::Undecided;
}

#[diagnostic::do_not_recommend]
impl<'tenant, T> RunWithinTenant<'tenant, sealed::StillUndecided> for T {
    type Refused = sealed::StillUndecided;
}

/// A backend may run a statement that mentions tenant table `T` bare: none may.
///
/// The bound is on the backend, not on the table, for two reasons. While the connection is unknown it is undecided, so the
/// compiler does not search without end for another way to print the statement. And the compiler reports the innermost
/// bound that fails only if its type is another than that of the outermost one.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` is used without a tenant",
    label = "this would read or change every tenant's rows",
    note = "scope it: `{T}.scoped(&scope)`, with the `&Scoped<_>` that `Authority::admit` returned; to write, \
            `tenancy_diesel::insert_into`, `update` and `delete` take the scoped table",
    note = "for work that spans tenants, audited: `{T}.across_tenants(&cross_tenant)`",
    note = "T0003: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0003"
)]
pub trait RunsWithoutTenant<T>: sealed::RunsWithoutTenant<T> {}

/// What may run a statement that mentions a bare tenant table. It is no backend of Diesel's, and has no value.
///
/// Of a trait that nothing implements the compiler has nothing to show, and lists what implements the outermost one instead, which
/// is dozens of lines of Diesel's. So this implements it, and is named: of a type that is not in the documentation it shows nothing either.
#[derive(Debug)]
pub enum NoBackend {}

impl<T> RunsWithoutTenant<T> for NoBackend {}

/// A tenant table may be joined without a tenant: it never may.
#[diagnostic::on_unimplemented(
    message = "tenant table `{Self}` is joined without a tenant",
    label = "this would join every tenant's rows",
    note = "scope each table of the join: `{Self}.scoped(&scope)`, also before `.on(…)`",
    note = "for work that spans tenants, audited: `{Self}.across_tenants(&cross_tenant)`",
    note = "T0002: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0002"
)]
pub trait JoinWithinTenant<'tenant>: sealed::Proven<'tenant> {}

/// A table's tenant column may be assigned: it never may.
#[diagnostic::on_unimplemented(
    message = "the tenant column of `{Self}` is assigned, or taken from an alias of Diesel's",
    label = "only read and compared, so that nobody chooses a row's tenant by hand",
    note = "leave the column out: `tenancy_diesel::insert_into({Self}.scoped(&scope))` fills it, and no update moves a row",
    note = "in a model that derives `Insertable` or `AsChangeset`, mark the field `#[diesel(skip_insertion, skip_update)]`; `.checked(&row)` compares it. For an alias, `tenancy_diesel::alias!`",
    note = "T0006: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0006"
)]
pub trait TenantColumnAssigned<'tenant>: sealed::Proven<'tenant> {}

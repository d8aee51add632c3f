//! Bounds that no type satisfies, one for each mistake, with what the compiler is to say.
//!
//! Each has a lifetime parameter: a bound without any parameter is checked where it is written instead of where it is
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
}

/// A tenant table may be read without a tenant: it never may.
#[diagnostic::on_unimplemented(
    message = "tenant table `{Self}` is read without a tenant",
    label = "this would read every tenant's rows",
    note = "scope it: `{Self}.scoped(&scope)`, with the `&Scoped<_>` that `Authority::admit` returned",
    note = "for work that spans tenants, audited: `{Self}.across_tenants(&cross_tenant)`",
    note = "T0001: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0001"
)]
pub trait ReadWithinTenant<'tenant>: sealed::Proven<'tenant> {
    /// Stands for the result; the compiler gives up on it, and on what is called on it.
    type Refused;

    /// Never called.
    fn refuse() -> Self::Refused;
}

/// A tenant table may be joined without a tenant: it never may.
#[diagnostic::on_unimplemented(
    message = "tenant table `{Self}` is joined without a tenant",
    label = "this would join every tenant's rows",
    note = "scope each table of the join: `{Self}.scoped(&scope)`, also before `.on(…)`",
    note = "for work that spans tenants, audited: `{Self}.across_tenants(&cross_tenant)`",
    note = "T0002: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0002"
)]
pub trait JoinWithinTenant<'tenant>: sealed::Proven<'tenant> {
    /// As in [`ReadWithinTenant`].
    type Refused;

    /// Never called.
    fn refuse() -> Self::Refused;
}

/// A tenant table may be updated or deleted from without a tenant: it never may.
#[diagnostic::on_unimplemented(
    message = "tenant table `{Self}` is updated or deleted from without a tenant",
    label = "this would change every tenant's rows",
    note = "write `tenancy_diesel::update({Self}.scoped(&scope))` or `tenancy_diesel::delete(…)`; filters come after",
    note = "for work that spans tenants, audited: `{Self}.write_across_tenants(&cross_tenant)`",
    note = "T0004: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0004"
)]
pub trait ChangeWithinTenant<'tenant>: sealed::Proven<'tenant> {}

/// A table's tenant column may be assigned: it never may.
#[diagnostic::on_unimplemented(
    message = "the tenant column of `{Self}` is assigned",
    label = "this would choose the row's tenant by hand",
    note = "leave the column out: `tenancy_diesel::insert_into({Self}.scoped(&scope))` fills it, and no update moves a row",
    note = "in a model that derives `Insertable` or `AsChangeset`, drop the field or move it to a struct that only reads",
    note = "T0006: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0006"
)]
pub trait TenantColumnAssigned<'tenant>: sealed::Proven<'tenant> {}

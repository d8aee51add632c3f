//! The views of an aliased table: the same as those of the table itself.

use super::{ScopedAlias, TableAlias};
use crate::source::{EveryTenant, OrShared, OverShared, Unfiltered, Within, WithinAny};
use crate::statement::ColumnNames;
use crate::table::HasSharedRows;

impl<A: TableAlias, I, B> ScopedAlias<A, Within<I, B>> {
    /// The tenant's rows without the table's filter: see [`ScopedTable::unfiltered`](crate::ScopedTable::unfiltered).
    pub fn unfiltered(self) -> ScopedAlias<A, Within<I, B, Unfiltered>> {
        ScopedAlias::reaching(self.reach.viewed())
    }

    /// The tenant's rows, and those that all tenants share: see [`ScopedTable::or_shared`](crate::ScopedTable::or_shared).
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! {
    /// #     #[tenant_scoped(tenant_id, shared)]
    /// #     settings (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, value -> Text, }
    /// # }
    /// use diesel::prelude::*;
    ///
    /// // The tenant's settings, each beside the default of the same name.
    /// # #[cfg(feature = "sqlite")]
    /// fn beside_defaults(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<(String, String)>> {
    ///     let all = tenancy_diesel::alias!(settings as all);
    ///     settings::table
    ///         .scoped(scope)
    ///         .inner_join(all.scoped(scope).or_shared().on(all.field(settings::name).eq(settings::name)))
    ///         .filter(all.field(settings::tenant_id).is_null())
    ///         .select((settings::value, all.field(settings::value)))
    ///         .load(connection)
    /// }
    /// ```
    pub fn or_shared(self) -> ScopedAlias<A, Within<I, B, OrShared>>
    where
        A::Target: HasSharedRows,
    {
        ScopedAlias::reaching(self.reach.viewed())
    }

    /// The tenant's rows, and those shared ones of whose `key` the tenant has no row of its own: see
    /// [`ScopedTable::over_shared`](crate::ScopedTable::over_shared). `key` is the table's, not the alias' field.
    pub fn over_shared<Key, Shape>(self, _key: Key) -> ScopedAlias<A, Within<I, B, OverShared<Key, Shape>>>
    where
        A::Target: HasSharedRows,
        Key: ColumnNames<A::Target, Shape>,
    {
        ScopedAlias::reaching(self.reach.viewed())
    }
}

impl<A: TableAlias> ScopedAlias<A, EveryTenant> {
    /// Every tenant's rows without the table's filter.
    pub fn unfiltered(self) -> ScopedAlias<A, EveryTenant<Unfiltered>> {
        ScopedAlias::reaching(self.reach.unfiltered())
    }
}

impl<A: TableAlias, I> ScopedAlias<A, WithinAny<I>> {
    /// The tenants' rows without the table's filter.
    pub fn unfiltered(self) -> ScopedAlias<A, WithinAny<I, Unfiltered>> {
        ScopedAlias::reaching(self.reach.viewed())
    }

    /// The tenants' rows, and those that all tenants share.
    pub fn or_shared(self) -> ScopedAlias<A, WithinAny<I, OrShared>>
    where
        A::Target: HasSharedRows,
    {
        ScopedAlias::reaching(self.reach.viewed())
    }
}

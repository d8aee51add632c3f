//! Where a tenant's rows are, and the connection that leads there.

use tenancy_core::TenantKey;
use tenancy_core::placement::Placement;
use tenancy_pool::placement::DatabaseName;
use tenancy_rls::Tables;

use super::error::{OperateError, OperateErrorKind};
use super::layout::Layout;
use super::lifecycle::status;
use super::session::Session;

/// The place of a tenant's rows.
pub(crate) struct Residence<'s> {
    home: &'s Session,
    /// A connection to another database than the catalog's.
    other: Option<Session>,
    placement: Placement<DatabaseName>,
    /// The declared tables, as they are called there.
    tables: Tables,
    /// The same of the tables that tenants of that database share.
    shared: Tables,
}

impl<'s> Residence<'s> {
    /// Where the catalog has the tenant: in the shared tables, unless there is a catalog that says something else.
    pub(crate) async fn of(
        home: &'s Session,
        tables: &Tables,
        tenant: &TenantKey,
    ) -> Result<Self, OperateError> {
        let placement = status::place_of(home, tenant).await?.unwrap_or(Placement::Shared);
        Self::at(home, tables, placement).await
    }

    /// At a place, whoever lives there.
    pub(crate) async fn at(
        home: &'s Session,
        tables: &Tables,
        placement: Placement<DatabaseName>,
    ) -> Result<Self, OperateError> {
        let other = match placement.database() {
            None => None,
            Some(name) => {
                let other = home.other(name).await?;
                // A name may lead home. Two connections would wait for each other there.
                (home.which().await? != other.which().await?).then_some(other)
            }
        };
        let at_place = match placement.schema() {
            Some(schema) => tables.clone().tenant_tables_in_schema(schema.as_str()),
            None => tables.clone(),
        };
        Ok(Self { home, other, placement, tables: at_place, shared: tables.clone() })
    }

    /// The connection to its database.
    pub(crate) fn session(&self) -> &Session {
        self.other.as_ref().unwrap_or(self.home)
    }

    /// The connection to it and what the catalog calls it, where it is another than the catalog's own.
    pub(crate) fn elsewhere(&self) -> Option<(&Session, &DatabaseName)> {
        self.other.as_ref().zip(self.placement.database())
    }

    pub(crate) fn placement(&self) -> &Placement<DatabaseName> {
        &self.placement
    }

    /// The declared tables, as they are called there.
    pub(crate) fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Refuses where the catalog has another place by now. To be asked while the tenant's entry is held.
    pub(crate) async fn is_still_there(&self, tenant: &TenantKey) -> Result<(), OperateError> {
        let placement = status::place_of(self.home, tenant).await?.unwrap_or(Placement::Shared);
        if placement == self.placement {
            return Ok(());
        }
        Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!("the tenant {:?} was given another place meanwhile", tenant.as_str()),
        )
        .fix("run it again"))
    }

    /// The declared tables there.
    pub(crate) async fn layout(&self, tenant: &TenantKey) -> Result<Layout, OperateError> {
        Layout::read(self.session(), &self.tables, tenant).await
    }

    /// The same of those tables that there are.
    pub(crate) async fn layout_present(&self, tenant: &TenantKey) -> Result<Layout, OperateError> {
        Layout::read_present(self.session(), &self.tables, tenant).await
    }

    /// Those, and with them what a move may have left in the shared tables of the same database.
    pub(crate) async fn layout_with_leftovers(&self, tenant: &TenantKey) -> Result<Layout, OperateError> {
        let layout = self.layout(tenant).await?;
        if self.placement.schema().is_none() {
            return Ok(layout);
        }
        let leftovers = Layout::read_present(self.session(), &self.shared, tenant).await?;
        let layout = layout.with(leftovers);
        layout.sees_every_row(self.session()).await?;
        Ok(layout)
    }

    /// What a move may have left in the shared tables of the catalog's database, where the tenant lives in another.
    pub(crate) async fn leftovers_at_home(&self, tenant: &TenantKey) -> Result<Option<Layout>, OperateError> {
        if self.other.is_none() {
            return Ok(None);
        }
        Layout::read_present(self.home, &self.shared, tenant).await.map(Some)
    }
}

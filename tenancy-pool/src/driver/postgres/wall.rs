//! The second wall, as the pool keeps it: looked at before it is relied on, and told the tenant of each transaction.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use diesel::pg::Pg;
use diesel_async::AsyncConnection;
use tenancy_core::TenantKey;
use tenancy_core::placement::Placement;
use tenancy_rls::{Inspection, RowSecurity, SETTING, Sealer, Server, Waivers, Wall};

use super::Session;
use super::connect::Route;
use super::opening::{Opening, Reset, Seal};
use super::options::PostgresOptions;
use super::told::Told;
use crate::error::{BuildError, PoolError};
use crate::transaction::Tenants;

/// The wall, and what is known of it.
pub(super) struct Guard {
    wall: Wall,
    waivers: Waivers,
    /// A pooler stands between.
    pooled: bool,
    /// Places with a schema of their own that were looked at and found whole.
    inspected: Mutex<HashSet<Placement>>,
}

impl Guard {
    pub(super) fn new(wall: &Wall, options: &PostgresOptions) -> Self {
        Self {
            wall: wall.clone(),
            waivers: options.waivers.clone(),
            pooled: options.connect.route() == Route::Pooler,
            inspected: Mutex::default(),
        }
    }

    pub(super) fn on_citus(&self) -> bool {
        self.wall.row_security().server() == Server::Citus
    }

    pub(super) fn declared_tables(&self) -> Vec<&str> {
        self.wall.row_security().tables().iter().map(tenancy_rls::Table::name).collect()
    }

    /// Refuses a database whose wall has holes.
    pub(super) async fn inspect(
        &self,
        connection: &mut impl AsyncConnection<Backend = Pg>,
    ) -> Result<(), BuildError> {
        self.compare(connection, self.wall.row_security()).await
    }

    /// Refuses a connection that may do more before admission than read what is declared.
    pub(super) async fn inspect_admission(
        &self,
        connection: &mut impl AsyncConnection<Backend = Pg>,
    ) -> Result<(), BuildError> {
        let security = self.wall.row_security();
        if security.admission_role().is_none() {
            return Err(BuildError::NoAdmissionRole);
        }
        let inspection = Inspection::new(security).waivers(self.waivers.clone()).before_admission();
        let report = inspection.run(connection).await?;
        if report.is_clean() { Ok(()) } else { Err(BuildError::Holes(Box::new(report))) }
    }

    /// Refuses a schema of a tenant's own whose wall has holes.
    pub(super) async fn inspect_schema(
        &self,
        connection: &mut impl AsyncConnection<Backend = Pg>,
        session: &mut Session,
        placement: &Placement,
    ) -> Result<(), PoolError> {
        let Some(schema) = placement.schema() else { return Ok(()) };
        // A panic under the lock leaves the set whole.
        let known = || self.inspected.lock().unwrap_or_else(PoisonError::into_inner);
        if known().contains(placement) {
            return Ok(());
        }
        // As the connection was opened: it tries what the role may do, and a session that only reads may do nothing.
        if session.reset == Some(Reset::All) && (session.changed || session.told != Told::Nothing) {
            // Also if this is dropped meanwhile.
            session.told = Told::Unknown;
            connection.batch_execute(Reset::All.statements()).await?;
            session.told = Told::Nothing;
            session.changed = false;
        }
        let security = self.wall.row_security().in_tenant_schema(schema);
        self.compare(connection, &security).await.map_err(|refused| PoolError::Unsafe(Box::new(refused)))?;
        known().insert(placement.clone());
        Ok(())
    }

    async fn compare(
        &self,
        connection: &mut impl AsyncConnection<Backend = Pg>,
        security: &RowSecurity,
    ) -> Result<(), BuildError> {
        let inspection = Inspection::new(security).waivers(self.waivers.clone());
        let inspection = if self.pooled { inspection.behind_pooler() } else { inspection };
        let inspection = match self.wall.sealer() {
            Some(sealer) => inspection.sealed_by(sealer),
            None => inspection,
        };
        let report = inspection.run(connection).await?;
        if report.is_clean() { Ok(()) } else { Err(BuildError::Holes(Box::new(report))) }
    }

    /// Has the transaction tell the database its tenants, or that it has none: a session may have begun with one.
    ///
    /// # Errors
    ///
    /// [`PoolError::NoSetsRole`] for a set, where the wall has no role that reads over one.
    pub(super) fn tell(
        &self,
        tenants: &Tenants,
        session: &Session,
        opening: &mut Opening,
    ) -> Result<(), PoolError> {
        match tenants {
            Tenants::Nobody => opening.push(if self.on_citus() {
                "SELECT tenancy.set_tenant('')".to_owned()
            } else {
                format!("SET LOCAL {SETTING} = ''")
            }),
            Tenants::One(tenant) => self.tell_one(tenant, session, opening),
            Tenants::Set(tenants) => self.tell_set(tenants, session, opening)?,
        }
        Ok(())
    }

    /// In the role for sets. Bound, sealed or not: a set is long, and the SELECT that tells it also keeps the transaction read only, which
    /// it can be made not to be before its first.
    fn tell_set(
        &self,
        tenants: &[TenantKey],
        session: &Session,
        opening: &mut Opening,
    ) -> Result<(), PoolError> {
        let role = self.wall.row_security().sets().ok_or(PoolError::NoSetsRole)?;
        opening.push(format!("SET LOCAL ROLE {}", role.quoted()));
        let tenants = tenants.iter().map(TenantKey::as_str);
        let value = self.wall.setting_of_set(tenants, session.backend_pid, SystemTime::now());
        opening.seal = Some(Seal { value, local: true, by_function: false });
        Ok(())
    }

    /// Has the session told its tenant, or that it has none, until it is told another. Returns when it was sealed, if it was.
    pub(super) fn tell_session(
        &self,
        tenant: Option<&TenantKey>,
        session: &Session,
        now: SystemTime,
        opening: &mut Opening,
    ) -> Option<SystemTime> {
        let Some(tenant) = tenant else {
            opening.push(format!("SET {SETTING} = ''"));
            return None;
        };
        match self.wall.sealer() {
            None => {
                opening.push(self.wall.set_session(tenant.as_str()));
                None
            }
            Some(sealer) => {
                let value = sealer.seal(tenant.as_str(), session.backend_pid, now);
                opening.seal = Some(Seal { value, local: false, by_function: false });
                Some(now)
            }
        }
    }

    /// The setting that [`tell_session`](Self::tell_session) has told, and when it was sealed.
    #[cfg(feature = "one-sync")]
    pub(super) fn session_setting(
        &self,
        tenant: Option<&TenantKey>,
        session: &Session,
        now: SystemTime,
    ) -> (String, Option<SystemTime>) {
        match (tenant, self.wall.sealer()) {
            (None, _) => (String::new(), None),
            (Some(tenant), None) => (tenant.as_str().to_owned(), None),
            (Some(tenant), Some(sealer)) => {
                (sealer.seal(tenant.as_str(), session.backend_pid, now), Some(now))
            }
        }
    }

    /// For how long a seal is good; `None` for a plain wall.
    pub(super) fn seals_for(&self) -> Option<Duration> {
        self.wall.sealer().map(Sealer::seal_lifetime)
    }

    fn tell_one(&self, tenant: &TenantKey, session: &Session, opening: &mut Opening) {
        let (now, by_function) = (SystemTime::now(), self.on_citus());
        match self.wall.sealer() {
            None if by_function => opening.push(self.wall.select_set_tenant(tenant.as_str(), now)),
            None => opening.push(self.wall.set_local(tenant.as_str(), None, now)),
            Some(sealer) => {
                // A Citus worker checks it as well, and its backend is not the coordinator's.
                let backend_pid = session.backend_pid.filter(|_| !by_function);
                let value = sealer.seal(tenant.as_str(), backend_pid, now);
                opening.seal = Some(Seal { value, local: true, by_function });
            }
        }
    }
}

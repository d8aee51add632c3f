//! The targets of a call with their addresses, and how several are worked on at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tenancy_core::placement::DatabaseAddress;
use tokio_postgres::{Client, Config};

use super::Migrator;
use super::catalog::Fleet;
use super::error::MigrationError;
use super::target::Target;

/// A target with the way there.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) target: Target,
    pub(super) address: DatabaseAddress,
    /// Host and port, as the address has them.
    server: String,
}

impl Migrator {
    /// The targets that the options ask for. An address that is missing is an error before anything is begun.
    pub(super) async fn sites(&self, home: &Client) -> Result<(Fleet, Vec<Site>), MigrationError> {
        let mut fleet = Fleet::read(home).await?;
        fleet.add(&self.options.more);
        for tenant in &self.options.canaries {
            fleet.of(tenant.as_str())?;
        }
        let chosen: BTreeSet<Target> = match &self.options.only {
            Some(tenants) => {
                let mut chosen: BTreeSet<_> = self.options.more.iter().cloned().collect();
                for tenant in tenants {
                    chosen.insert(fleet.of(tenant)?.clone());
                }
                chosen
            }
            None => fleet.targets.keys().cloned().collect(),
        };
        let mut addresses = BTreeMap::new();
        let mut sites = Vec::with_capacity(chosen.len());
        for target in chosen {
            let address = match addresses.get(&target.database) {
                Some(address) => DatabaseAddress::clone(address),
                None => self.address(&target).await?,
            };
            addresses.insert(target.database.clone(), address.clone());
            let server = server(&address);
            sites.push(Site { target, address, server });
        }
        Ok((fleet, sites))
    }

    async fn address(&self, target: &Target) -> Result<DatabaseAddress, MigrationError> {
        let Some(name) = &target.database else { return Ok(self.home.clone()) };
        let addresses = Arc::clone(&self.addresses);
        match addresses.address(name).await {
            Ok(Some(address)) => Ok(address),
            Ok(None) => Err(MigrationError::no_address(name)),
            Err(error) => Err(MigrationError::new(format!(
                "the address of the database {:?} is not known",
                name.as_str()
            ))
            .because(error)),
        }
    }

    /// Does `work` at each site, so many at a time as the options say.
    pub(super) async fn each<T, F, W>(&self, sites: Vec<Site>, work: F) -> Vec<T>
    where
        F: Fn(Site) -> W,
        W: Future<Output = T>,
    {
        let mut waiting: std::collections::VecDeque<Site> = sites.into();
        let mut busy: HashMap<String, usize> = HashMap::new();
        let mut running = FuturesUnordered::new();
        let mut done = Vec::new();
        loop {
            while running.len() < self.options.jobs {
                let free = |site: &Site| {
                    busy.get(&site.server).is_none_or(|count| *count < self.options.jobs_a_server)
                };
                let Some(site) = waiting.iter().position(free).and_then(|position| waiting.remove(position))
                else {
                    break;
                };
                let server = site.server.clone();
                *busy.entry(server.clone()).or_default() += 1;
                let work = work(site);
                running.push(async move { (server, work.await) });
            }
            let Some((server, result)) = running.next().await else { return done };
            busy.entry(server).and_modify(|count| *count -= 1);
            done.push(result);
        }
    }
}

/// The server that an address leads to, as far as the address says it.
fn server(address: &DatabaseAddress) -> String {
    let url = address.expose_url();
    // The driver does not know every word that may stand behind the question mark.
    let place = url.split('?').next().unwrap_or(url);
    place.parse::<Config>().map_or_else(
        |_| address.to_string(),
        |config| format!("{:?} {:?}", config.get_hosts(), config.get_ports()),
    )
}

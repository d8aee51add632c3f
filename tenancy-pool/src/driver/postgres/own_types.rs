//! Types of a place's own, for which a connection that has served another place has other numbers.
//!
//! The driver keeps, on each connection, which number a type's name stands for, and a prepared statement keeps the types of its
//! columns. Where a type of one name is in two schemas, both are wrong for the other. So a connection on which a type was named
//! serves no place any more where the name stands for another one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::pg::Pg;
use diesel::sql_types::{Array, Text};
use diesel::{QueryResult, QueryableByName};
use diesel_async::{AsyncConnection, RunQueryDsl};
use tenancy_core::placement::Placement;

use super::shared_schemas::SharedSchemas;

/// The types in schemas `$1`, other than those that come with a table or with another type.
const OWN_TYPES: &str = "
    SELECT t.typname::text AS name FROM pg_catalog.pg_type AS t
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
    WHERE n.nspname = ANY ($1) AND t.typcategory <> 'A' AND (t.typrelid = 0 OR c.relkind = 'c')";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// A place, and the types that it has for itself.
#[derive(Debug)]
pub(super) struct Place {
    placement: Placement,
    /// `None` where nobody knows: the role's own path leads there.
    own: Option<HashSet<String>>,
}

/// Whose a type is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Owner {
    /// The same for all places that have none of their own by its name.
    All,
    /// One place's.
    Place(Placement),
}

impl Place {
    fn owner(&self, name: &str) -> Owner {
        match &self.own {
            Some(own) if !own.contains(name) => Owner::All,
            _ => Owner::Place(self.placement.clone()),
        }
    }
}

/// The places that were looked at. Types that are created in one later are not noticed.
#[derive(Debug, Default)]
pub(super) struct OwnTypes(Mutex<HashMap<Placement, Arc<Place>>>);

impl OwnTypes {
    /// The place; `None` if nobody has looked.
    pub(super) fn of(&self, placement: &Placement) -> Option<Arc<Place>> {
        // A panic under the lock leaves the map whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(placement).cloned()
    }

    /// Looks, once for each place, which types are in the schemas of `path` that are not shared.
    pub(super) async fn look(
        &self,
        connection: &mut impl AsyncConnection<Backend = Pg>,
        placement: &Placement,
        path: Option<&str>,
        shared: &SharedSchemas,
    ) -> QueryResult<()> {
        if self.of(placement).is_some() {
            return Ok(());
        }
        let own = match path {
            None => None,
            Some(path) => {
                let schemas: Vec<String> = path
                    .split(", ")
                    .map(|name| name.trim_matches('"').replace("\"\"", "\""))
                    .filter(|name| !shared.contains(name))
                    .collect();
                let query = diesel::sql_query(OWN_TYPES).bind::<Array<Text>, _>(schemas);
                let names: Vec<Name> = query.load(connection).await?;
                Some(names.into_iter().map(|name| name.name).collect())
            }
        };
        let place = Arc::new(Place { placement: placement.clone(), own });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(placement.clone(), place);
        Ok(())
    }
}

/// The types that a connection knows by their names.
#[derive(Debug, Default)]
pub(super) struct KnownTypes {
    /// The place that it serves.
    place: Option<Arc<Place>>,
    /// Few: an application names a handful.
    known: Vec<(String, Owner)>,
}

impl KnownTypes {
    /// Whether what it knows is right there as well. Then it serves that place from now on.
    pub(super) fn serve(&mut self, place: Arc<Place>) -> bool {
        let fits = self.known.iter().all(|(name, owner)| place.owner(name) == *owner);
        self.place = Some(place);
        fits
    }

    /// Takes note of types that are looked up at the place that it serves.
    pub(super) fn note(&mut self, names: Vec<String>) {
        let Some(place) = &self.place else { return };
        for name in names {
            if self.known.iter().all(|(known, _)| *known != name) {
                let owner = place.owner(&name);
                self.known.push((name, owner));
            }
        }
    }
}

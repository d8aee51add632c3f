//! What only PostgreSQL has: the second wall, poolers, TLS, search paths.

use std::time::Duration;

use diesel::connection::CacheSize;
#[cfg(feature = "rls")]
use tenancy_rls::{Waivers, Wall};

use super::TenantPoolBuilder;
#[cfg(feature = "tls")]
use crate::driver::postgres::connect::Tls;
use crate::driver::postgres::{PostgresOptions, WallDecision};
use crate::driver::{Driver, TenantConnection};

/// For either connection to PostgreSQL.
impl<C: TenantConnection + Driver<Options = PostgresOptions>> TenantPoolBuilder<C> {
    /// Behind the second wall: every transaction tells the database its tenant, and row-level security compares with it.
    ///
    /// [`build`](Self::build) compares the database with what the wall's migration was generated from, and refuses to serve if
    /// anything is missing; a database or a schema of a tenant's own is compared when it is first opened.
    #[cfg(feature = "rls")]
    pub fn wall(mut self, wall: Wall) -> Self {
        self.options.wall = WallDecision::Behind(Box::new(wall));
        self
    }

    /// Without the second wall. There is no raw SQL then, except across tenants.
    pub fn without_wall(mut self, reason: &str) -> Self {
        self.options.wall = WallDecision::Without(reason.to_owned());
        self
    }

    /// Holes of the wall that are known and accepted, each with a reason. They stay in the report.
    #[cfg(feature = "rls")]
    pub fn waive(mut self, waivers: Waivers) -> Self {
        self.options.waivers = waivers;
        self
    }

    /// The schemas of the shared tables, and of what else their statements name without a schema, in this order.
    ///
    /// Unless it is said, the search path of the role applies; behind the wall, where a [`catalog`](Self::catalog) gives tenants
    /// schemas of their own, it is the schemas in which the declared tables are.
    pub fn shared_search_path<S: AsRef<str>>(mut self, schemas: impl IntoIterator<Item = S>) -> Self {
        let schemas =
            schemas.into_iter().map(|schema| format!("\"{}\"", schema.as_ref().replace('"', "\"\"")));
        // Named last, or else it is searched first: a temporary table would stand before the declared one.
        self.options.shared_path = Some(schemas.chain(["pg_temp".to_owned()]).collect::<Vec<_>>().join(", "));
        self
    }

    /// Schemas that are on every tenant's path, behind its own and in this order: where extensions are (`CREATE EXTENSION citext
    /// SCHEMA extensions`), and the types that tenants in schemas of their own use in common. Without them such a tenant finds
    /// nothing of an extension: its operators are missing, or others are taken in their place.
    ///
    /// They are behind the shared tables' path as well, where the pool sets that; otherwise the role's own path has to have them.
    ///
    /// # Tenancy
    ///
    /// [`build`](Self::build) refuses a schema in which the role may create, and one with a table or view in it that no extension
    /// keeps there, or that is called as a declared one: every tenant without a table of that name would read it. So
    /// `public` is seldom one.
    ///
    /// An enum that each schema has for itself works too, but a connection on which a statement has named it serves that schema and no
    /// other place, and is closed for the next: put types that are the same everywhere into a shared schema.
    pub fn shared_schemas<S: Into<String>>(mut self, schemas: impl IntoIterator<Item = S>) -> Self {
        self.options.shared_schemas.extend(schemas.into_iter().map(Into::into));
        self
    }

    /// Functions of the database that change nothing about a session and leave nothing in it, as a statement calls them:
    /// `"similarity"`, or `"public.similarity"` if it says the schema. For an operator, the operator.
    ///
    /// A connection on which a tenant's statement has called anything but the server's own well-known functions is closed after
    /// the transaction, because a function can leave a setting, a lock or a prepared statement for the next tenant. That costs a
    /// new connection each time.
    ///
    /// # Tenancy
    ///
    /// Name none that runs what it is given (`query_to_xml`), sets what it is given (`set_config`), or is written in a language
    /// in which it could, unless you have read it.
    pub fn harmless_functions<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.options.harmless.extend(names.into_iter().map(Into::into));
        self
    }

    /// A pooler in transaction mode stands between: PgBouncer 1.21 or later with `max_prepared_statements`, PgCat, PgDog. On
    /// `OneSyncConnection` (feature `one-sync`) older ones will do: there statements have no names behind a pooler.
    ///
    /// Without this, a connection that does not lead to the server itself is refused.
    pub fn behind_pooler(mut self) -> Self {
        self.options.connect = self.options.connect.behind_pooler();
        self
    }

    /// How to verify the server, where its address asks for TLS.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options.connect = self.options.connect.tls(tls);
        self
    }

    /// The name under which the connections show in `pg_stat_activity`.
    pub fn application_name(mut self, name: &str) -> Self {
        self.options.connect = self.options.connect.application_name(name);
        self
    }

    /// Has each session say in its `application_name` whose it is, as a [`SessionLabel`](crate::SessionLabel), so that whoever looks at `pg_stat_activity` sees which tenant uses the
    /// database: `tenancy top` and `tenancy_operate::activity` do. Off unless this is said.
    ///
    /// It is told in the message that tells the session its tenant, and takes no further round trip behind the wall. Without a wall nothing is told otherwise: there a change of the
    /// tenant on a connection is one message more, and before a single write one round trip. Statements of nobody's, across tenants, over a set, or before admission have the
    /// [`application_name`](Self::application_name).
    ///
    /// Behind a pooler in transaction mode a session is a tenant's for a transaction: the label is set for it and ends with it, so that none stays on a connection to the server that
    /// the pooler lends to another tenant, or to another program. Between transactions such a connection is nobody's.
    ///
    /// # Tenancy
    ///
    /// PostgreSQL shows the names of all sessions to every role: raw SQL of one tenant can read which others are at work, unless `pg_stat_get_activity` is taken away from its role (the
    /// mend of rule R093). So can whoever reads the server's log, where it has `%a`.
    pub fn label_sessions(mut self) -> Self {
        self.options.labels = true;
        self
    }

    /// How long one attempt to connect may take; ten seconds unless said otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options.connect = self.options.connect.connect_timeout(timeout);
        self
    }

    /// Prepares every statement anew instead of keeping it prepared on its connection.
    pub fn without_statement_cache(mut self) -> Self {
        self.options.cache = || CacheSize::Disabled;
        self
    }
}

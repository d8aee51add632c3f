//! A database of a part's own: created for it, and dropped afterwards.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tenancy_pool::{TenantPool, TenantPoolBuilder};
use tenancy_rls::Wall;

use crate::Failure;
use crate::databases::{APPLICATION, Databases, Kind, NO_WALL};
use crate::groups::Scopes;
use crate::schema;

/// A role with the application's rights that no policy holds for: the rows without a wall are the rows behind it, and fit the
/// server's memory once.
pub(super) const UNWALLED: &str = "bench_unwalled";

/// Makes the role.
pub(super) async fn create_role(databases: &Databases) -> Result<(), Failure> {
    let sql = format!(
        "DROP ROLE IF EXISTS {UNWALLED};
         CREATE ROLE {UNWALLED} LOGIN BYPASSRLS IN ROLE {APPLICATION}"
    );
    Ok(databases.superuser_at("postgres").await?.batch_execute(&sql).await?)
}

/// A database.
pub(super) struct Home<'a> {
    databases: &'a Databases,
    pub(super) name: String,
}

impl<'a> Home<'a> {
    /// Creates it, with empty tables.
    pub(super) async fn create(databases: &'a Databases, name: impl Into<String>) -> Result<Self, Failure> {
        let home = Self { databases, name: name.into() };
        // One of an earlier try may be left.
        home.statements_at(
            "postgres",
            &[&home.dropping(), &format!("CREATE DATABASE {} TEMPLATE template0", home.name)],
        )
        .await?;
        home.superuser().await?.batch_execute(schema::TABLES).await?;
        Ok(home)
    }

    /// Drops it, with whoever is connected.
    pub(super) async fn drop(self) -> Result<(), Failure> {
        self.statements_at("postgres", &[&self.dropping()]).await
    }

    fn dropping(&self) -> String {
        format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)
    }

    /// Runs statements as the superuser, one after the other: some run in no transaction.
    pub(super) async fn statements(&self, statements: &[&str]) -> Result<(), Failure> {
        self.statements_at(&self.name, statements).await
    }

    async fn statements_at(&self, database: &str, statements: &[&str]) -> Result<(), Failure> {
        let mut superuser = self.databases.superuser_at(database).await?;
        for statement in statements {
            superuser.batch_execute(statement).await?;
        }
        Ok(())
    }

    /// Puts the wall of that kind up, instead of another.
    pub(super) async fn wall(&self, kind: Kind) -> Result<(), Failure> {
        let up = kind.security()?.migration().up();
        self.statements(&[&up]).await?;
        if kind == Kind::Sealed {
            self.statements(&[&self.databases.install_key()]).await?;
        }
        Ok(())
    }

    /// A connection of the superuser's.
    pub(super) async fn superuser(&self) -> Result<AsyncPgConnection, Failure> {
        self.databases.superuser_at(&self.name).await
    }

    /// The address for a role.
    pub(super) fn address(&self, role: &str) -> String {
        self.databases.socket(role, &self.name)
    }

    /// A connection for a role, with a name by which the server knows it.
    pub(super) async fn connection(&self, role: &str, name: &str) -> Result<AsyncPgConnection, Failure> {
        let address = format!("{}?application_name={name}", self.address(role));
        Ok(AsyncPgConnection::establish(&address).await?)
    }

    /// Starts to build a `TenantPool`: behind the wall of that kind, or past it.
    pub(super) fn builder(&self, kind: Kind) -> Result<TenantPoolBuilder<AsyncPgConnection>, Failure> {
        let builder = |role| TenantPool::builder(self.address(role));
        let walled = |wall| builder(APPLICATION).wall(wall).waive(self.databases.waivers());
        Ok(match kind {
            Kind::Open => builder(UNWALLED).without_wall(NO_WALL),
            Kind::Plain => walled(Wall::plain(kind.security()?)),
            Kind::Sealed => walled(Wall::sealed(kind.security()?, self.databases.sealer())),
        })
    }

    /// A `TenantPool` of one connection, with the scopes.
    pub(super) async fn tenants(
        &self,
        kind: Kind,
        scopes: &Scopes,
    ) -> Result<(TenantPool<AsyncPgConnection>, Scopes), Failure> {
        Ok((self.builder(kind)?.max_connections(1).build().await?, scopes.clone()))
    }
}

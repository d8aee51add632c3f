//! What tests prepare behind the product's back.

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use saas::database::PASSWORD;
use saas::model::membership::Role;
use saas::model::{SCHEDULER, Scope, accounts, new_id, operator, people};
use saas::web::User;
use saas::{clock, password};
use tenancy_diesel::{Claimed, TenantId};

use crate::client::{Person, Product};

impl Product {
    pub async fn tenant(&self, slug: &str) -> TenantId {
        self.app.authority.membership().named(slug).await.unwrap().unwrap()
    }

    /// The scheduler's scope in an organisation.
    pub async fn scope(&self, slug: &str) -> Scope {
        self.app.authority.admit(SCHEDULER, Claimed::new(self.tenant(slug).await)).await.unwrap()
    }

    /// Lets somebody be this.
    pub async fn make(&self, email: &str, slug: &str, role: Role) {
        let (scope, user) = (self.scope(slug).await, self.id_of(email).await);
        let changed = people::change(&self.app.db, &scope, Role::Owner, &user, Some(role)).await.unwrap();
        assert_eq!(changed, people::Changed::Done);
    }

    /// Somebody new in an organisation, who has signed in.
    pub async fn joined(&self, name: &str, slug: &str, role: Role) -> Person {
        let (db, scope) = (&self.app.db, self.scope(slug).await);
        let email = format!("{name}@{slug}.example");
        let account = accounts::create(db, &email, name, &password::hash(PASSWORD).unwrap()).await.unwrap();
        if role == Role::Support {
            let olga = self.id_of("olga@saas.example").await;
            let across = self.app.authority.cross_tenant(olga.as_str(), "ticket 4711").await.unwrap();
            let (user, until) = (User::from(&account), clock::now() + 3600);
            operator::let_in(db, &across, *scope.tenant(), &new_id(), &user, until, "ticket 4711")
                .await
                .unwrap();
        } else {
            let (id, token) = (new_id(), new_id());
            people::invite(db, &scope, &id, &token, &email, role).await.unwrap();
            assert!(people::accept(db, &scope, &people::token_hash(&token), &account).await.unwrap());
        }
        self.signed_in(&email).await
    }

    /// What the database has counted, by name: each row is a text and a number.
    pub async fn counted(&self, query: &str) -> Vec<(String, i64)> {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = Text)]
            name: String,
            #[diesel(sql_type = BigInt)]
            number: i64,
        }
        let query =
            sql_query(format!("SELECT name, CAST(number AS BIGINT) AS number FROM ({query}) AS counted"));
        let found: Vec<Counted> = match self.database_url() {
            Some(url) => {
                let mut connection = AsyncPgConnection::establish(url).await.unwrap();
                diesel_async::RunQueryDsl::load(query, &mut connection).await.unwrap()
            }
            None => {
                let file = self.folder().join("saas.sqlite3");
                query.load(&mut SqliteConnection::establish(file.to_str().unwrap()).unwrap()).unwrap()
            }
        };
        found.into_iter().map(|one| (one.name, one.number)).collect()
    }

    /// Runs SQL as the database's owner, round everything.
    pub async fn sql(&self, sql: &str) {
        match self.database_url() {
            Some(url) => {
                AsyncPgConnection::establish(url).await.unwrap().batch_execute(sql).await.unwrap();
            }
            None => {
                let file = self.folder().join("saas.sqlite3");
                let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
                connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                connection.batch_execute(sql).unwrap();
            }
        }
    }
}

//! Who is signed in: sessions of `tower-sessions`, kept in our own table, and what of them the edge asks for.

use std::time::Duration;

use async_trait::async_trait;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use tenancy_axum::{Authenticate, AuthenticationError, Credential, Problem};
use tenancy_diesel::TenantId;
use tenancy_pool::prelude::*;
use time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore, cookie::SameSite};

use crate::clock;
use crate::database::{Database, on};
use crate::model::accounts::Account;
use crate::schema::sessions;

/// Who is signed in, as the session has them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct User {
    pub id: String,
    pub name: String,
    pub email: String,
    pub is_staff: bool,
}

impl From<&Account> for User {
    fn from(account: &Account) -> Self {
        let Account { id, email, name, is_staff, .. } = account.clone();
        Self { id, name, email, is_staff }
    }
}

const USER: &str = "user";

/// Signs somebody in, with a new id: the old one may be known to others.
pub async fn sign_in(session: &Session, account: &Account) -> Result<(), Problem> {
    session.cycle_id().await.map_err(unreached)?;
    session.insert(USER, User::from(account)).await.map_err(unreached)
}

/// Signs whoever it is out.
pub async fn sign_out(session: &Session) -> Result<(), Problem> {
    session.flush().await.map_err(unreached)
}

/// The user of a session, if somebody is signed in.
pub async fn user(session: &Session) -> Result<Option<User>, Problem> {
    session.get(USER).await.map_err(unreached)
}

/// A store that does not answer now may do so in a moment.
fn unreached(error: tower_sessions::session::Error) -> Problem {
    match error {
        tower_sessions::session::Error::Store(Error::Backend(said)) => {
            tracing::warn!(said, "sessions cannot be reached");
            Problem::unavailable(Duration::from_secs(1))
        }
        other => Problem::internal(&other),
    }
}

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(session) = parts.extensions.get::<Session>() else {
            return Err(Problem::unauthenticated("Session"));
        };
        user(session).await?.ok_or(Problem::unauthenticated("Session"))
    }
}

/// The session's user, for the edge.
pub struct Sessions;

impl Authenticate for Sessions {
    type Principal = String;
    type TenantId = TenantId;

    async fn authenticate(
        &self,
        request: &Parts,
    ) -> Result<Credential<String, TenantId>, AuthenticationError> {
        let session = request.extensions.get::<Session>();
        let session =
            session.ok_or_else(|| AuthenticationError::unavailable("there is no layer of sessions"))?;
        let user: Option<User> = session.get(USER).await.map_err(AuthenticationError::unavailable)?;
        Ok(Credential::of(user.ok_or(AuthenticationError::Missing)?.id))
    }

    fn challenge(&self) -> &'static str {
        "Session"
    }
}

/// The layer. Its cookie is not sent along with other sites' forms, and no script reads it.
pub fn layer(db: &Database) -> SessionManagerLayer<Store> {
    SessionManagerLayer::new(Store(db.clone()))
        .with_name("saas")
        .with_same_site(SameSite::Lax)
        .with_http_only(true)
        // An example is tried over HTTP. Yours is not.
        .with_secure(false)
        .with_expiry(Expiry::OnInactivity(time::Duration::hours(8)))
}

#[derive(Clone)]
pub struct Store(Database);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

fn unanswered(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        // An id has 128 random bits: the key refuses the second of two.
        let row = row(record)?;
        on!(&self.0, pools => pools.house.global().execute(diesel::insert_into(sessions::table).values(row)).await)
            .map(drop)
            .map_err(unanswered)
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let (id, data, end) = row(record)?;
        let one = diesel::update(sessions::table.filter(id)).set((data, end));
        on!(&self.0, pools => pools.house.global().execute(one).await).map(drop).map_err(unanswered)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let one = sessions::table
            .filter(sessions::id.eq(id.to_string()).and(sessions::expires_at.gt(clock::now())));
        let one = one.select((sessions::data, sessions::expires_at));
        let found: Vec<(String, i64)> =
            on!(&self.0, pools => pools.house.global().load(one).await).map_err(unanswered)?;
        let Some((data, end)) = found.into_iter().next() else { return Ok(None) };
        let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date =
            OffsetDateTime::from_unix_timestamp(end).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let one = diesel::delete(sessions::table.filter(sessions::id.eq(id.to_string())));
        on!(&self.0, pools => pools.house.global().execute(one).await).map(drop).map_err(unanswered)
    }
}

type Row = (
    diesel::dsl::Eq<sessions::id, String>,
    diesel::dsl::Eq<sessions::data, String>,
    diesel::dsl::Eq<sessions::expires_at, i64>,
);

fn row(record: &Record) -> session_store::Result<Row> {
    let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    Ok((
        sessions::id.eq(record.id.to_string()),
        sessions::data.eq(data),
        sessions::expires_at.eq(record.expiry_date.unix_timestamp()),
    ))
}

impl super::App {
    /// Signs everybody out, as after a secret became known.
    pub async fn end_all_sessions(&self) -> Result<usize, tenancy_pool::PoolError> {
        on!(&self.db, pools => pools.house.global().execute(diesel::delete(sessions::table)).await)
    }
}

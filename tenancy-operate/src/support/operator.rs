//! What an operator does: prepare, grant, revoke, look.

use std::time::Duration;

use serde::Serialize;
use tenancy_core::{Reason, TenantKey};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use super::log::{LOG, LogEntry};
use super::migration::{LIMIT, SupportMigration};
use super::person::Person;
use crate::tenants::Session;
use crate::tenants::error::{OperateError, OperateErrorKind, database};
use crate::tenants::lifecycle::status;

/// A grant, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Grant {
    /// What it is known by.
    pub id: String,
    /// To which tenant.
    pub tenant: String,
    /// Whom.
    pub person: String,
    /// Why.
    pub reason: String,
    /// Who has granted it.
    pub granted_by: String,
    /// The login of the database that it was granted with.
    pub granted_as: String,
    /// Since when, by the database's clock, in RFC 3339.
    pub from: String,
    /// Until when, if nobody has revoked it.
    pub until: String,
    /// Whether it lets anybody in.
    pub state: GrantState,
    /// Who has revoked it, if somebody has.
    pub revoked_by: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<String>,
    /// How often it was used.
    pub uses: i64,
}

/// Whether a grant lets anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// It does.
    Open,
    /// Its time is over.
    Ended,
    /// Somebody has ended it before its time.
    Revoked,
}

/// Which grants are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those that let somebody in.
    Open,
    /// Also those that have ended.
    All,
}

/// What is granted, to whom.
#[derive(Debug, Clone)]
pub struct GrantRequest {
    tenant: TenantKey,
    person: Person,
    reason: Reason,
    lasts: Duration,
    by: Option<String>,
}

impl GrantRequest {
    /// Lets `person` into `tenant` for `reason`, from now on for as long as `lasts`, in whole seconds.
    #[must_use]
    pub fn new(tenant: TenantKey, person: Person, reason: Reason, lasts: Duration) -> Self {
        Self { tenant, person, reason, lasts, by: None }
    }

    /// Who grants it, as the tenant will read it: the login of the database, unless this is said. The login is kept in any case.
    #[must_use]
    pub fn by(self, name: impl Into<String>) -> Self {
        Self { by: Some(name.into()), ..self }
    }
}

const COLUMNS: &str = r#"a.id::text AS id, a.tenant, a.person, a.reason, a.granted_by, a.granted_as,
    to_char(a.starts_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS starts, to_char(a.ends_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ends,
    to_char(a.revoked_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS revoked, a.revoked_by, a.ends_at <= now() AS is_over,
    (SELECT count(*) FROM tenancy.support_uses AS u WHERE u.access = a.id) AS uses"#;

impl Grant {
    fn read(row: &Row) -> Self {
        let revoked_at: Option<String> = row.get("revoked");
        let state = match (&revoked_at, row.get("is_over")) {
            (Some(_), _) => GrantState::Revoked,
            (None, true) => GrantState::Ended,
            (None, false) => GrantState::Open,
        };
        Self {
            id: row.get("id"),
            tenant: row.get("tenant"),
            person: row.get("person"),
            reason: row.get("reason"),
            granted_by: row.get("granted_by"),
            granted_as: row.get("granted_as"),
            from: row.get("starts"),
            until: row.get("ends"),
            state,
            revoked_by: row.get("revoked_by"),
            revoked_at,
            uses: row.get("uses"),
        }
    }
}

/// Makes the tables, or says anew who may use them and how long a grant may last.
///
/// # Errors
///
/// When this role may not make tables in the schema `tenancy`, when a named role does not exist, and when the tenants are to read and there is no wall.
pub async fn prepare(session: &Session, migration: &SupportMigration) -> Result<(), OperateError> {
    let up = format!("BEGIN;\n{}\nCOMMIT", migration.up());
    let made = session.client().batch_execute(&up).await;
    if made.is_err() {
        session.roll_back().await;
    }
    made.map_err(|error| {
        let no_wall = error.code() == Some(&SqlState::UNDEFINED_FUNCTION);
        let failed = database("the tables of grants cannot be made")(error);
        if no_wall {
            failed.fix("run the wall's migration first: the tenants' policies call tenancy.tenant()")
        } else {
            failed
        }
    })
}

/// Lets somebody into a tenant for a time.
///
/// # Errors
///
/// When it would last longer than the tables allow, or no time; when there is a catalog of tenants and it does not have this one; when the tables are
/// not there, or this role is not their owner's.
pub async fn grant(session: &Session, request: &GrantRequest) -> Result<Grant, OperateError> {
    let seconds = request.lasts.as_secs();
    if seconds == 0 {
        return Err(OperateError::new(
            OperateErrorKind::Request,
            "a grant of less than a second lets nobody in",
        )
        .fix("say how long it lasts, such as two hours"));
    }
    let by = named(request.by.as_deref())?;
    if request.reason.as_str().contains(char::is_control) {
        return Err(OperateError::new(OperateErrorKind::Request, "the reason is not one line of text")
            .fix("say it in one line: the tenant reads it in a list"));
    }
    as_owner(session, async {
        status::known(session, &request.tenant).await?;
        let longest = longest(session).await?;
        if longest.is_some_and(|longest| seconds > longest) {
            return Err(too_long(seconds, longest.unwrap_or_default()));
        }
        let insert = format!(
            "INSERT INTO tenancy.support_access AS a (tenant, person, reason, granted_by, ends_at)
             VALUES ($1, $2, $3, coalesce($4, session_user), now() + make_interval(secs => $5)) RETURNING {COLUMNS}"
        );
        let (tenant, person, reason) = (request.tenant.as_str(), request.person.as_str(), request.reason.as_str());
        // Exact for as long as a grant may be.
        #[allow(clippy::cast_precision_loss, reason = "it is at most seven days")]
        let lasts = seconds as f64;
        let row = session
            .client()
            .query_one(&insert, &[&tenant, &person, &reason, &by, &lasts])
            .await
            .map_err(database(format!("{person:?} is not let into the tenant {tenant:?}")))?;
        Ok(Grant::read(&row))
    })
    .await
}

/// Ends what somebody was granted in a tenant: each grant that is open. It can be done again, and is empty then.
///
/// The next admission is denied. A request that has begun goes on.
///
/// # Errors
///
/// When this person was never granted this tenant, and as [`grant`].
pub async fn revoke(
    session: &Session,
    tenant: &TenantKey,
    person: &Person,
    by: Option<&str>,
) -> Result<Vec<Grant>, OperateError> {
    let by = named(by)?;
    as_owner(session, async {
        let update = format!(
            "UPDATE tenancy.support_access AS a SET revoked_at = now(), revoked_by = coalesce($3, session_user), revoked_as = session_user
              WHERE a.tenant = $1 AND a.person = $2 AND a.revoked_at IS NULL AND a.ends_at > now() RETURNING {COLUMNS}"
        );
        let rows = session
            .client()
            .query(&update, &[&tenant.as_str(), &person.as_str(), &by])
            .await
            .map_err(database("nothing is revoked"))?;
        if rows.is_empty() {
            let query = "SELECT EXISTS (SELECT FROM tenancy.support_access WHERE tenant = $1 AND person = $2)";
            let known = session.client().query_one(query, &[&tenant.as_str(), &person.as_str()]).await;
            if !known.map_err(database("the grants cannot be read"))?.get::<_, bool>(0) {
                return Err(OperateError::new(
                    OperateErrorKind::Request,
                    format!("{:?} was never let into the tenant {:?}", person.as_str(), tenant.as_str()),
                )
                .fix("`tenancy support list` has who was, written as they were granted"));
            }
        }
        Ok(rows.iter().map(Grant::read).collect())
    })
    .await
}

/// The grants of a tenant, or of all, those that end last first.
///
/// # Errors
///
/// As [`grant`].
pub async fn list(
    session: &Session,
    tenant: Option<&TenantKey>,
    which: Which,
) -> Result<Vec<Grant>, OperateError> {
    as_owner(session, async {
        let open = match which {
            Which::Open => "AND a.revoked_at IS NULL AND a.ends_at > now()",
            Which::All => "",
        };
        let query = format!(
            "SELECT {COLUMNS} FROM tenancy.support_access AS a WHERE (a.tenant = $1 OR $1 IS NULL) {open}
              ORDER BY a.ends_at DESC, a.id"
        );
        let rows = session.client().query(&query, &[&tenant.map(TenantKey::as_str)]).await;
        Ok(rows.map_err(database("the grants cannot be read"))?.iter().map(Grant::read).collect())
    })
    .await
}

/// What the tenant may read: who was let in by whom, why and until when, each use, and each end.
///
/// # Errors
///
/// As [`grant`].
pub async fn log(session: &Session, tenant: &TenantKey) -> Result<Vec<LogEntry>, OperateError> {
    as_owner(session, async {
        let rows = session.client().query(LOG, &[&tenant.as_str()]).await;
        Ok(rows.map_err(database("the trail cannot be read"))?.iter().map(LogEntry::read).collect())
    })
    .await
}

/// A name of who does it: none, or one that is not blank.
fn named(by: Option<&str>) -> Result<Option<&str>, OperateError> {
    let by = by.map(str::trim);
    if by == Some("") {
        return Err(OperateError::new(
            OperateErrorKind::Request,
            "the name of who grants or revokes is blank",
        )
        .fix("name them, or leave it out: then it is the login of the database"));
    }
    Ok(by)
}

/// Does `work` in a transaction of whoever sees all grants.
///
/// Row-level security is on in it, because it also holds for the owner, who has a policy of their own; so that nobody else gets a part of the grants for
/// all of them, it is asked first who this is.
async fn as_owner<T: Send>(
    session: &Session,
    work: impl Future<Output = Result<T, OperateError>> + Send,
) -> Result<T, OperateError> {
    session.run("the transaction cannot be begun", "BEGIN; SET LOCAL row_security = on").await?;
    let done = match is_owner(session).await {
        Ok(()) => work.await,
        Err(error) => Err(error),
    };
    let done = match done {
        Ok(value) => session.run("the transaction cannot be ended", "COMMIT").await.map(|()| value),
        Err(error) => Err(error),
    };
    if done.is_err() {
        session.roll_back().await;
    }
    done
}

async fn is_owner(session: &Session) -> Result<(), OperateError> {
    let query = "SELECT pg_has_role(c.relowner, 'USAGE') OR (SELECT r.rolbypassrls FROM pg_roles AS r WHERE r.rolname = current_user),
                        pg_get_userbyid(c.relowner)::text
                   FROM pg_class AS c
                  WHERE c.oid = to_regclass('tenancy.support_access') AND to_regclass('tenancy.support_uses') IS NOT NULL";
    let rows = session.rows("the tables of grants cannot be looked for", query).await?;
    let Some(row) = rows.first() else {
        return Err(OperateError::new(
            OperateErrorKind::Request,
            "there are no grants of support in this database: the table tenancy.support_access is missing",
        )
        .fix("give the address of the catalog's database, or make it with `tenancy support prepare`"));
    };
    if row.get(0) {
        return Ok(());
    }
    let owner: String = row.get(1);
    Err(OperateError::new(
        OperateErrorKind::Role,
        "this role is not the one that keeps the grants of support, and would see a part of them at most",
    )
    .fix(format!("connect as {owner:?}, or a member of it")))
}

/// How many seconds a grant may last. The database keeps it; this is for the message.
async fn longest(session: &Session) -> Result<Option<u64>, OperateError> {
    let query = format!(
        "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint
          WHERE conrelid = 'tenancy.support_access'::regclass AND conname = '{LIMIT}'"
    );
    let rows = session.rows("the limit of grants cannot be read", &query).await?;
    Ok(rows.first().and_then(|row| row.get::<_, Option<String>>(0)).and_then(|seconds| seconds.parse().ok()))
}

fn too_long(seconds: u64, longest: u64) -> OperateError {
    OperateError::new(
        OperateErrorKind::Request,
        format!("a grant of {seconds} seconds is longer than the {longest} that are allowed here"),
    )
    .fix("grant a shorter time, and again when it is over; `tenancy support prepare --longest` changes what is allowed")
}

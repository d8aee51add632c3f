//! What an application without the library does behind the wall: a transaction that sets its tenant.

use std::time::SystemTime;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use tenancy_rls::Wall;

use super::Bench;
use crate::Failure;
use crate::databases::Kind;
use crate::measure::{Key, Variant};
use crate::schema;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The function by which a transaction sets its tenant.
    fn set_config(name: Text, value: Text, local: Bool) -> Text;

    /// The process that serves a connection.
    fn pg_backend_pid() -> diesel::sql_types::Integer;
}

/// What the transactions of a connection are set to.
pub(crate) struct Setting {
    wall: Wall,
    /// The one that a seal is good for.
    backend: Option<i32>,
}

impl Setting {
    /// As `wall` wants it, on the connection that `backend` serves.
    pub(super) fn new(wall: Wall, backend: Option<i32>) -> Self {
        Self { wall, backend }
    }

    /// For a transaction of the tenant that begins now.
    pub(crate) fn of(&self, tenant: usize) -> String {
        self.wall.setting(&schema::tenant(tenant as u64).to_string(), self.backend, SystemTime::now())
    }
}

/// The statement by which a transaction sets its tenant.
type SetTenant = diesel::dsl::select<set_config<&'static str, String, bool>>;

/// Sets it behind the plain wall.
pub(crate) fn set_tenant(tenant: usize) -> SetTenant {
    set(schema::tenant(tenant as u64).to_string())
}

/// Sets it to what the wall wants.
pub(crate) fn set(setting: String) -> SetTenant {
    diesel::select(set_config("tenancy.tenant", setting, true))
}

/// An `async fn` that runs a statement by hand. (Of an `AsyncFn` one cannot say that its future is `Send`, as a transaction wants it.)
pub(super) trait ByHand<'conn, T>:
    Fn(&'conn mut AsyncPgConnection, Key) -> Self::Answer + Send + Sync
{
    type Answer: Future<Output = QueryResult<T>> + Send;
}

impl<'conn, T, F, A> ByHand<'conn, T> for F
where
    F: Fn(&'conn mut AsyncPgConnection, Key) -> A + Send + Sync,
    A: Future<Output = QueryResult<T>> + Send,
{
    type Answer = A;
}

/// `statement` in such a transaction, behind each wall. It is called `name` and takes `round_trips`.
pub(super) async fn by_hand<T: Send + 'static>(
    bench: &Bench<'_>,
    name: &str,
    round_trips: usize,
    statement: impl for<'conn> ByHand<'conn, T> + Copy + 'static,
    check: impl Fn(T, Key) -> Result<(), Failure> + Copy + 'static,
) -> Result<Vec<Variant>, Failure> {
    let mut variants = Vec::new();
    for kind in Kind::WALLED {
        let (mut connection, _) = bench.connection(kind).await?;
        let backend: i32 = diesel::select(pg_backend_pid()).get_result(&mut connection).await?;
        let state = (connection, bench.setting(kind, Some(backend))?);
        variants.push(Variant::new(
            format!("BEGIN, set_config, {name}, COMMIT by hand, {}", kind.words()),
            3 + round_trips,
            state,
            async move |(connection, setting): &mut (AsyncPgConnection, Setting), key| {
                let setting = setting.of(key.tenant);
                let answer = connection
                    .transaction(async |connection| {
                        set(setting).execute(connection).await?;
                        statement(connection, key).await
                    })
                    .await?;
                check(answer, key)
            },
        ));
    }
    Ok(variants)
}

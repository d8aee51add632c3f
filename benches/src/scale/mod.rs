//! More and more tenants, in each kind of place: the curve, not one point.

mod catalog;
mod curve;
mod home;
mod memory;
mod schemas;
mod shared;
mod silos;

use std::rc::Rc;

use diesel_async::AsyncPgConnection;
use tenancy_pool::TenantPool;
use tokio::task::LocalSet;

use crate::chapter::Chapter;
use crate::groups::{Scopes, read};
use crate::measure::{Effort, Key};
use crate::{Context, Failure, chart};

/// How many rows a tenant has.
const ROWS: u64 = 20;

/// The tasks that visit all tenants.
const VISITORS: usize = 16;

/// Measures all kinds of places.
pub(crate) async fn measure(context: &Context<'_>) -> Result<Chapter, Failure> {
    let &Context { databases, quick, .. } = context;
    home::create_role(databases).await?;
    let effort = if quick { Effort { rounds: 4, block: 10 } } else { Effort { rounds: 20, block: 60 } };
    let tenants: &[usize] = if quick { &[10, 100] } else { &[10, 100, 1000, 10_000, 100_000] };
    let shared = shared::measure(databases, tenants, effort).await?;
    let schemas: &[usize] = if quick { &[1, 5] } else { &[1, 10, 100, 1000] };
    let schemas = schemas::measure(databases, schemas, effort).await?;
    let (silos, pools): (&[usize], _) = if quick { (&[1, 3], 2) } else { (&[1, 10, 30], 16) };
    let silos = silos::measure(databases, silos, pools).await?;
    let mut text = introduction(effort);
    // Writing to a string cannot fail.
    let _ =
        shared.write(&mut text).and_then(|()| schemas.write(&mut text)).and_then(|()| silos.write(&mut text));
    let (counts, firsts) = schemas.first_times();
    let pictures = vec![
        shared.selects.picture("Point select in shared tables, by tenants"),
        shared.lists.picture("List of 20 in shared tables, by tenants"),
        schemas.warm.picture("Point select in a schema of the tenant's own, by schemas"),
        chart::lines(
            "First statement of a tenant in its schema, by schemas",
            &counts,
            "microseconds",
            &firsts,
        ),
    ];
    Ok(Chapter { title: "More and more tenants", text, outcomes: Vec::new(), pictures })
}

fn introduction(Effort { rounds, block }: Effort) -> String {
    format!(
        "Each count has databases of its own, filled, vacuumed and analyzed for it, with {ROWS} agents a tenant, on the local socket; \
         {rounds} rounds of {block} operations, the variants of a table side by side, with keys of tenants drawn from all. The ratios to the \
         hand-written statement are paired and in brackets have their quartiles; those to the smallest count compare times of \
         different minutes, so look at their curve and not at one of them. What is without a wall is done by a role that no policy \
         holds for, in the same tables: so the largest, 2,000,000 rows of 341 MB with their index, fit the server's 512 MB of shared buffers \
         once. Nothing is read from a disk here: a table that does not fit costs what the disk costs, by hand as well.\n"
    )
}

/// Has each of the first `count` tenants served once, by several tasks.
async fn visit(
    tenants: &Rc<TenantPool<AsyncPgConnection>>,
    scopes: &Scopes,
    count: usize,
) -> Result<(), Failure> {
    let set = LocalSet::new();
    let visitors: Vec<_> = (0..VISITORS)
        .map(|first| {
            let (tenants, scopes) = (tenants.clone(), scopes.clone());
            set.spawn_local(async move {
                for tenant in (first..count).step_by(VISITORS) {
                    read::through(&tenants, &scopes[tenant], Key { tenant, agent: 1, turn: 0 }).await?;
                }
                Ok::<_, Failure>(())
            })
        })
        .collect();
    set.run_until(async {
        for visitor in visitors {
            visitor.await??;
        }
        Ok(())
    })
    .await
}

/// The key of a row that there is.
fn within(key: Key) -> Key {
    Key { agent: key.agent % ROWS, ..key }
}

//! More and more tenants, in each kind of place: the curve, not one point.

mod curve;
mod home;
mod memory;
mod shared;

use std::rc::Rc;

use diesel_async::AsyncPgConnection;
use tenancy_diesel::tenants::Tenants;
use tokio::task::LocalSet;

use crate::chapter::Chapter;
use crate::groups::{Scopes, read};
use crate::measure::{Effort, Key};
use crate::{Context, Failure};

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
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = shared.write(&mut text);
    let pictures = vec![
        shared.selects.picture("Point select in shared tables, by tenants"),
        shared.lists.picture("List of 20 in shared tables, by tenants"),
    ];
    Ok(Chapter { title: "More and more tenants", text, outcomes: Vec::new(), pictures })
}

/// Has each of the first `count` tenants served once, by several tasks.
async fn visit(
    tenants: &Rc<Tenants<AsyncPgConnection>>,
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

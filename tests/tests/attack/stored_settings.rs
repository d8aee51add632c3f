//! What one tenant's SQL can store for the role, and so for every later session.

use diesel::connection::SimpleConnection as _;
use tenancy_pool::BuildError;

use crate::tenants::{scope, sealed};

/// The server allows it, and no policy has a say. The next start has to find it.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_path_for_everybody_is_found_at_the_next_start() {
    let (database, builder) = sealed("attack_stored");
    let tenants = builder.build().await.unwrap();
    let mut tx = tenants.begin(&scope(1)).await.unwrap();
    tx.raw("an attack", "ALTER ROLE CURRENT_USER SET search_path = 'elsewhere'")
        .unwrap()
        .execute()
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let again = tenancy_pool::TenantPool::<diesel_async::AsyncPgConnection>::builder(database.url("app"))
        .wall(tenancy_rls::Wall::sealed(database.wall(), crate::tenants::sealer()))
        .waive(tenancy_tests::server::known_holes())
        .build()
        .await;
    let Err(BuildError::Holes(report)) = again else { panic!("it starts: {again:?}") };
    let codes: Vec<_> = report.refusals().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["R007"], "{report}");
    for finding in report.refusals() {
        database.superuser().batch_execute(&finding.mend).unwrap();
    }
}

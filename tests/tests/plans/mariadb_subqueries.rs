//! MariaDB, statements with queries in them: another order than by hand, and the same ways in.
//!
//! MariaDB turns EXISTS and IN into joins with the subquery, and chooses their order by cost; a scoped source counts as a
//! join there, of which it may begin with the subquery where by hand it begins with the table around it. What must
//! hold of both orders: the same tables, each entered by a key that leads with the tenant.

use diesel::query_builder::QueryFragment;

use super::mariadb;

type Backend = diesel::mysql::Mysql;

struct Plans {
    strict: mariadb::Plans,
}

impl Plans {
    async fn open() -> Option<Self> {
        Some(Self { strict: mariadb::Plans::open().await? })
    }

    async fn same(&mut self, ours: impl QueryFragment<Backend> + Send, by_hand: &str, values: &[i32]) {
        let [ours, written] =
            [self.strict.plan(ours).await, self.strict.plan(mariadb::written(by_hand, values)).await]
                .map(tables);
        assert_eq!(ours, written, "the tables of: {by_hand}");
    }
}

/// The tables' names, in order. All keys of the fixture lead with the tenant, so any key will do.
fn tables(plan: Vec<mariadb::Table>) -> Vec<String> {
    let entered = |table: mariadb::Table| {
        assert!(
            matches!(&*table.way_in, "unique" | "ref" | "range") && table.key.is_some(),
            "{table:?} is read whole"
        );
        table.name
    };
    let mut names: Vec<_> = plan.into_iter().map(entered).collect();
    names.sort_unstable();
    names
}

#[path = "subqueries.rs"]
mod subqueries;

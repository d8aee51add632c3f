//! Whether two sets of shards have the same rows.

use super::super::error::{Obstacle, RelocationError};
use super::super::session::Session;
use super::super::sql::{columns, literals};
use super::super::verify::Checked;
use super::cluster::{Group, Table};
use super::node::Node;

/// Shards of each table, and the node that has them.
pub(super) struct Side<'a> {
    pub(super) node: &'a Node,
    pub(super) shards: Vec<Vec<String>>,
}

/// What the rows of a table's shards add up to. Sums of parts add up to that of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    rows: u64,
    halves: (i128, i128),
}

/// Counts and adds up the rows of both sides, each on its node, as it has them there.
pub(super) async fn compare(
    session: &Session,
    group: &Group,
    one: &Side<'_>,
    other: &Side<'_>,
) -> Result<Vec<Checked>, RelocationError> {
    let asked = [(one.node, one.statement(group)), (other.node, other.statement(group))];
    let answers = on_nodes(session, &asked, "adding up the rows of the shards").await?;
    let answer = |number: usize| answers.get(number).map_or("", String::as_str);
    let (before, after) = (one.sums(answer(0))?, other.sums(answer(1))?);
    let pairs = || group.tables.iter().zip(before.iter().zip(&after));
    let different: Vec<_> = pairs()
        .filter(|(_, (before, after))| before != after)
        .map(|(table, (before, after))| {
            Obstacle::new(
                table.name.clone(),
                format!(
                    "its shards on {} have {} rows that add up to {}, and those on {} have {} that add up to {}",
                    one.node,
                    before.rows,
                    before.checksum(),
                    other.node,
                    after.rows,
                    after.checksum()
                ),
                "nothing was moved; look for what writes to shards past Citus",
            )
        })
        .collect();
    if !different.is_empty() {
        return Err(RelocationError::Different(different));
    }
    let checked = |(table, (_, sum)): (&Table, (&Sum, &Sum))| Checked {
        table: table.name.clone(),
        rows: sum.rows,
        checksum: sum.checksum(),
    };
    Ok(pairs().map(checked).collect())
}

impl Sum {
    fn checksum(self) -> String {
        format!("{}:{}", self.halves.0, self.halves.1)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            halves: (self.halves.0 + other.halves.0, self.halves.1 + other.halves.1),
        }
    }
}

impl Side<'_> {
    /// What the node is asked, past the coordinator's routing: what was moved away is there until Citus clears it up.
    fn statement(&self, group: &Group) -> String {
        let parts = group.tables.iter().zip(&self.shards).flat_map(|(table, shards)| {
            shards.iter().map(move |shard| format!("({})", sum_of(shard, table)))
        });
        format!("SELECT json_build_array({})::text", parts.collect::<Vec<_>>().join(", "))
    }

    /// What it answered, by table.
    fn sums(&self, answer: &str) -> Result<Vec<Sum>, RelocationError> {
        let not_understood = || {
            RelocationError::refused(
                format!("what the node {} answers is not understood: {answer}", self.node),
                "look whether the nodes have the same version of Citus",
            )
        };
        let numbers: Vec<(u64, String, String)> =
            serde_json::from_str(answer).map_err(|_| not_understood())?;
        let mut numbers = numbers.into_iter();
        let mut sums = Vec::with_capacity(self.shards.len());
        for shards in &self.shards {
            let mut sum = Sum::default();
            for _ in shards {
                let (rows, one, other) = numbers.next().ok_or_else(not_understood)?;
                let half = |text: String| text.parse::<i128>().map_err(|_| not_understood());
                sum = sum.plus(Sum { rows, halves: (half(one)?, half(other)?) });
            }
            sums.push(sum);
        }
        Ok(sums)
    }
}

/// As a move between databases adds rows up.
fn sum_of(shard: &str, table: &Table) -> String {
    let half = |from: u32| {
        format!(
            "coalesce(sum(('x' || encode(substr(s.sum, {from}, 8), 'hex'))::bit(64)::bigint::numeric), 0)::text"
        )
    };
    format!(
        "SELECT json_build_array(count(*), {}, {}) FROM (SELECT sha256(convert_to(ROW({})::text, 'UTF8')) AS sum FROM {shard} AS r) AS s",
        half(1),
        half(9),
        columns("r", table.columns.iter().map(String::as_str)),
    )
}

/// Has a node run a statement, and answers with its one value.
pub(super) async fn on_node(
    session: &Session,
    node: &Node,
    statement: &str,
    doing: &str,
) -> Result<String, RelocationError> {
    let answers = on_nodes(session, &[(node, statement.to_owned())], doing).await?;
    Ok(answers.into_iter().next().unwrap_or_default())
}

/// Has nodes run a statement each, at the same time. One that fails is an error.
async fn on_nodes(
    session: &Session,
    asked: &[(&Node, String)],
    doing: &str,
) -> Result<Vec<String>, RelocationError> {
    let ports: Vec<_> = asked.iter().map(|(node, _)| node.port.to_string()).collect();
    let query = format!(
        "SELECT success, result FROM pg_catalog.master_run_on_worker(ARRAY[{}]::text[], ARRAY[{}]::integer[], ARRAY[{}]::text[], true)",
        literals(asked.iter().map(|(node, _)| node.name.as_str())),
        ports.join(", "),
        literals(asked.iter().map(|(_, statement)| statement.as_str())),
    );
    let rows = session.texts(doing, &query).await?;
    let mut answers = Vec::with_capacity(asked.len());
    for ((node, _), row) in asked.iter().zip(rows) {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let (success, result) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        if success != "t" {
            return Err(RelocationError::refused(
                format!("{doing}: the node {node} says: {result}"),
                "see that the node runs, and that this role may connect to it from the coordinator",
            ));
        }
        answers.push(result);
    }
    Ok(answers)
}

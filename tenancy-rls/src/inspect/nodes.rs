//! The nodes of a Citus cluster: each has shards, grants, functions and keys of its own, of which the coordinator's catalog says
//! nothing.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel::sql_query;
use diesel::sql_types::{Nullable, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};

use super::finding::Finding;
use super::statement::Parameters;

/// A node of which nothing is known.
const UNKNOWN: &str = "R083";

/// What the nodes answer. Where one has no metadata, it does not know its own shards.
const ASK: &str = "
SELECT format('%s:%s', n.nodename, n.nodeport) AS node,
       CASE WHEN NOT r.success THEN r.result
            WHEN NOT (n.hasmetadata AND n.metadatasynced) THEN 'it has no metadata, and does not know its shards' END AS failure,
       f.code, f.object, f.reason, f.mend
  FROM run_command_on_all_nodes($1) AS r
  JOIN pg_catalog.pg_dist_node AS n USING (nodeid)
  LEFT JOIN LATERAL json_to_recordset(CASE WHEN r.success THEN r.result::json END)
                 AS f (code text, object text, reason text, mend text) ON true
 ORDER BY n.nodeid";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    node: String,
    #[diesel(sql_type = Nullable<Text>)]
    failure: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    object: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    mend: Option<String>,
}

/// Where something was found.
struct Place {
    first: String,
    others: usize,
    mend: String,
}

/// What the rules find on the nodes, and was not found on the coordinator already. What is wrong with a table's shards is one
/// finding, however many there are.
pub(super) async fn findings<C>(
    connection: &mut C,
    parameters: &Parameters,
    known: &[Finding],
) -> Result<Vec<Finding>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    let rows: Vec<Row> = sql_query(ASK).bind::<Text, _>(parameters.on_a_node()).load(connection).await?;
    let mut unknown = BTreeMap::new();
    let mut found: BTreeMap<(String, String, String), Place> = BTreeMap::new();
    for row in rows {
        if let Some(failure) = row.failure {
            unknown.insert(row.node.clone(), failure);
        }
        let (Some(code), Some(object), Some(reason), Some(mend)) =
            (row.code, row.object, row.reason, row.mend)
        else {
            continue;
        };
        let table = of_its_table(&object);
        if known.iter().any(|finding| finding.code == code && of_its_table(&finding.object) == table) {
            continue;
        }
        let place = if table == object { row.node } else { format!("{object} on {}", row.node) };
        found
            .entry((code, table, of_its_table(&reason)))
            .and_modify(|place| place.others += 1)
            .or_insert(Place { first: place, others: 0, mend });
    }
    let unknown = unknown.into_iter().map(|(node, failure)| {
        Finding::new(
            UNKNOWN.to_owned(),
            node,
            format!("nothing is known of the node, nor of the shards that it has: {failure}"),
            "-- let the application's role connect from the coordinator to each node, and itself; \
             SELECT start_metadata_sync_to_all_nodes()"
                .to_owned(),
        )
    });
    let found = found.into_iter().map(|((code, object, reason), place)| {
        let others = match place.others {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        let mend = place.mend.lines().map(|line| format!("-- {line}\n")).collect::<String>();
        Finding::new(
            code,
            object,
            format!("{reason} (seen at {}{others})", place.first),
            format!("-- on each node, and for a table and its shards on the coordinator:\n{mend}"),
        )
    });
    Ok(unknown.chain(found).collect())
}

/// `text` with the names of shards as those of their tables: Citus adds the shard's number to each.
fn of_its_table(text: &str) -> String {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    let mut named = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = at + 1 + digits;
        let ends = bytes.get(end).is_none_or(|byte| !is_word(*byte));
        if bytes[at] == b'_' && at > 0 && is_word(bytes[at - 1]) && digits >= 6 && ends {
            at = end;
        } else {
            named.push(bytes[at]);
            at += 1;
        }
    }
    // Only whole ASCII characters were left out.
    String::from_utf8_lossy(&named).into_owned()
}

#[cfg(test)]
mod tests {
    use super::of_its_table;

    #[test]
    fn a_shard_is_its_table_s() {
        assert_eq!(of_its_table("public.agents_102008 policy own"), "public.agents policy own");
        assert_eq!(of_its_table("\"Ünder\".\"agents_102008\""), "\"Ünder\".\"agents\"");
        assert_eq!(of_its_table("agents_5"), "agents_5");
        assert_eq!(of_its_table("_102008 agents_1020081x"), "_102008 agents_1020081x");
    }
}

//! What an export leaves out, and why.

use tenancy_rls::Ownership;

use super::format::{LeftOut, LeftOutPart};
use crate::tenants::layout::{LaidTable, Layout};

pub(super) fn left_out(layout: &Layout) -> Vec<LeftOut> {
    layout.tables.iter().flat_map(of_table).collect()
}

fn of_table(table: &LaidTable) -> Vec<LeftOut> {
    let entry =
        |what, why: String| LeftOut { schema: table.schema.clone(), table: table.name.clone(), what, why };
    let mut entries = Vec::new();
    match table.ownership {
        Ownership::Global => {
            entries.push(entry(
                LeftOutPart::Table,
                "it is declared global: its rows are no tenant's".to_owned(),
            ));
        }
        Ownership::Column { shared: Some(_), .. } => {
            entries
                .push(entry(LeftOutPart::SharedRows, "they are all tenants', and no one's own".to_owned()));
        }
        _ => {}
    }
    if table.own.is_some() {
        let numbers = table.columns.iter().filter(|column| column.is_oid);
        entries.extend(numbers.map(|column| {
            let why = format!(
                "the numbers of the column {} are in it, and large objects have no owner among tenants",
                column.name
            );
            entry(LeftOutPart::LargeObjects, why)
        }));
    }
    entries
}

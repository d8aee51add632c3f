//! In which order rows are written so that what they refer to is there.

use tenancy_rls::Ownership;

use super::{LaidTable, Layout};

/// Tarjan's strongly connected components (SIAM Journal on Computing 1, 1972), which come out so that each follows those it leads to.
pub(super) fn parents_first(layout: &Layout) -> Vec<Vec<&LaidTable>> {
    let tables: Vec<_> = layout.owned().collect();
    let edges = tables.iter().map(|table| parents(layout, table, &tables)).collect();
    let mut search = Search { edges, ..Search::default() };
    search.index = vec![None; tables.len()];
    search.low = vec![0; tables.len()];
    for node in 0..tables.len() {
        if search.index[node].is_none() {
            search.visit(node);
        }
    }
    search.groups.into_iter().map(|group| group.into_iter().map(|node| tables[node]).collect()).collect()
}

/// The places of the tables that rows of `table` refer to or belong through.
fn parents(layout: &Layout, table: &LaidTable, tables: &[&LaidTable]) -> Vec<usize> {
    let place = |oid: u32| tables.iter().position(|other| other.oid == oid);
    let keys = layout.foreign_keys.iter().filter(|key| key.from == table.oid && key.to != table.oid);
    let mut parents: Vec<_> = keys.filter_map(|key| place(key.to)).collect();
    if let Ownership::Parent(link) = &table.ownership {
        parents.extend(layout.named(&link.schema, &link.table).and_then(|parent| place(parent.oid)));
    }
    parents
}

#[derive(Default)]
struct Search {
    edges: Vec<Vec<usize>>,
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    stack: Vec<usize>,
    next: usize,
    groups: Vec<Vec<usize>>,
}

impl Search {
    /// As deep as the longest chain of declared tables.
    fn visit(&mut self, node: usize) {
        let number = self.next;
        self.next += 1;
        self.index[node] = Some(number);
        self.low[node] = number;
        self.stack.push(node);
        for other in self.edges[node].clone() {
            match self.index[other] {
                None => {
                    self.visit(other);
                    self.low[node] = self.low[node].min(self.low[other]);
                }
                Some(index) if self.stack.contains(&other) => self.low[node] = self.low[node].min(index),
                Some(_) => {}
            }
        }
        if self.low[node] == number {
            let begins = self.stack.iter().position(|other| *other == node).unwrap_or_default();
            let mut group = self.stack.split_off(begins);
            group.sort_unstable();
            self.groups.push(group);
        }
    }
}

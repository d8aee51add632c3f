//! The statements that are prepared on a connection, and under which names.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

use super::row::Column;

/// By what a prepared statement is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// By the type of the query, without printing it.
    Query(TypeId),
    /// By its text and the types of its values.
    Text(Arc<str>, Box<[u32]>),
    /// One of our own.
    Own(&'static str),
}

/// A statement that the server has prepared.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Empty: the server's unnamed one, which the next replaces.
    pub(super) name: String,
    pub(super) sql: Arc<str>,
    pub(super) types: Box<[u32]>,
    pub(super) columns: Arc<[Column]>,
}

/// The statements of a connection.
#[derive(Debug)]
pub(super) struct Statements {
    kept: HashMap<Key, Arc<Prepared>>,
    /// None is kept: a pooler gives each transaction another backend, or the application says so.
    keeps: bool,
    number: u64,
    /// Names that may be on the server, and that nobody will use any more.
    unneeded: Vec<String>,
    /// Names that were sent to be prepared, of which the server has yet to say that they are.
    under_way: Vec<String>,
}

impl Statements {
    pub(super) fn new(keeps: bool) -> Self {
        Self { kept: HashMap::new(), keeps, number: 0, unneeded: Vec::new(), under_way: Vec::new() }
    }

    /// From now on none is kept, or all are.
    pub(super) fn set_keeps(&mut self, keeps: bool) {
        self.keeps = keeps;
        if !keeps {
            self.forget();
        }
    }

    /// The statement, if it is prepared for values of these types.
    pub(super) fn find(&self, key: &Key, types: &[u32]) -> Option<&Arc<Prepared>> {
        self.kept.get(key).filter(|prepared| *prepared.types == *types)
    }

    /// The text of a statement that is prepared.
    pub(super) fn text(&self, key: &Key) -> Option<Arc<str>> {
        self.kept.get(key).map(|prepared| prepared.sql.clone())
    }

    /// A name for a statement that is to be prepared: no other on this connection has had it. Empty where none is kept.
    pub(super) fn name(&mut self, key: &Key) -> String {
        if !self.keeps {
            return String::new();
        }
        let name = match key {
            Key::Own(name) => (*name).to_owned(),
            Key::Query(_) | Key::Text(..) => {
                self.number += 1;
                format!("tenancy_{}", self.number)
            }
        };
        self.under_way.push(name.clone());
        name
    }

    /// Keeps a statement that the server has prepared.
    pub(super) fn keep(&mut self, key: Key, prepared: Prepared) {
        self.under_way.retain(|name| *name != prepared.name);
        if let Some(replaced) = self.kept.insert(key, Arc::new(prepared)) {
            self.unneeded.push(replaced.name.clone());
        }
    }

    /// The server has said all about what was sent: what it has not prepared by now, it did not.
    pub(super) fn answered(&mut self) {
        self.under_way.clear();
    }

    /// Prepares all anew from now on: one of them does not fit the database any more, or the server has lost it.
    pub(super) fn forget(&mut self) {
        self.unneeded.extend(self.kept.drain().map(|(_, prepared)| prepared.name.clone()));
    }

    /// Names to be closed ahead of what is sent next. What was under way when its future was dropped is among them, and all of them stay so
    /// until the server has said all about it: what is put together may never be sent, and to close a name twice does no harm.
    pub(super) fn unneeded(&mut self) -> Vec<String> {
        self.under_way.append(&mut self.unneeded);
        self.under_way.clone()
    }
}

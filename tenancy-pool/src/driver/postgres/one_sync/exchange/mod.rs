//! What is sent in one write, and what is awaited for it.
//!
//! All of it is encoded before anything is awaited. The server runs what stands before one Sync as one transaction, and nothing behind
//! what fails; its answer counts when it is ready again, and not before: a deferred constraint fails behind the last row.

mod answer;

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::{BufMut as _, BytesMut};
use diesel::QueryResult;
use diesel::result::Error;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend::{self, BindError};

use super::row::{Column, WireRow};
use super::statements::{Key, Statements};

/// Values in PostgreSQL's binary form, each with the number of its type beside it in [`Run::types`].
pub(super) type Values = Vec<Option<Vec<u8>>>;

/// A statement that is to be run.
pub(super) struct Run {
    pub(super) key: Key,
    /// Whether it may be kept prepared.
    pub(super) keep: bool,
    /// `None` where it is prepared.
    pub(super) sql: Option<Arc<str>>,
    pub(super) types: Vec<u32>,
    pub(super) values: Values,
}

/// What becomes of the rows of a statement.
enum Rows {
    Ignored,
    /// It has to be one row, of these texts.
    Compared(Vec<String>),
    Returned,
}

impl fmt::Debug for Rows {
    /// What is told, a seal among it, is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ignored => "Ignored",
            Self::Compared(_) => "Compared",
            Self::Returned => "Returned",
        })
    }
}

/// What the server says next.
#[derive(Debug)]
enum Awaited {
    /// The end of a transaction that nobody has waited for.
    End,
    /// All that a message of text brings. What nothing relies on may fail.
    Text {
        counts: bool,
    },
    Closed,
    Parsed(usize),
    Described(usize),
    Bound,
    Rows(Rows),
    Ready,
}

/// A statement that is prepared on the way.
#[derive(Debug)]
struct Fresh {
    /// `None` where it is not kept.
    key: Option<Key>,
    name: String,
    sql: Arc<str>,
    types: Box<[u32]>,
}

/// What is sent in one write.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    messages: BytesMut,
    awaited: VecDeque<Awaited>,
    answers: usize,
    fresh: Vec<Fresh>,
    columns: Option<Arc<[Column]>>,
    /// Whether a Sync is still to come.
    open: bool,
}

/// What a statement has brought.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) rows: Vec<WireRow>,
    pub(super) affected: usize,
}

impl Exchange {
    pub(super) fn new(statements: &mut Statements) -> QueryResult<Self> {
        let mut exchange = Self::default();
        for name in statements.unneeded() {
            frontend::close(b'S', &name, &mut exchange.messages).map_err(unfit)?;
            exchange.awaited.push_back(Awaited::Closed);
            exchange.open = true;
        }
        Ok(exchange)
    }

    /// An end of a transaction that was sent before, and whose answer comes ahead of all others.
    pub(super) fn behind_an_end(&mut self) {
        self.awaited.push_front(Awaited::End);
    }

    /// A message of text, which is a transaction by itself, or several.
    pub(super) fn text(&mut self, sql: &str, counts: bool) -> QueryResult<()> {
        self.sync();
        frontend::query(sql, &mut self.messages).map_err(unfit)?;
        self.awaited.push_back(Awaited::Text { counts });
        self.answers += 1;
        Ok(())
    }

    /// A statement without rows or values, which is not kept.
    pub(super) fn step(&mut self, sql: &str) -> QueryResult<()> {
        frontend::parse("", sql, [], &mut self.messages).map_err(unfit)?;
        let fresh = Fresh { key: None, name: String::new(), sql: sql.into(), types: Box::default() };
        self.awaited.push_back(Awaited::Parsed(self.fresh.len()));
        self.fresh.push(fresh);
        self.bind("", Vec::new(), Rows::Ignored)
    }

    /// One of our own statements, whose values are texts. Where it is said what its row has to be, another one ends the connection.
    pub(super) fn own(
        &mut self,
        statements: &mut Statements,
        (name, sql): (&'static str, &'static str),
        values: &[String],
        expected: Option<Vec<String>>,
    ) -> QueryResult<()> {
        let types: Box<[u32]> = values.iter().map(|_| TEXT).collect();
        let key = Key::Own(name);
        let name = match statements.find(&key, &types) {
            Some(prepared) => prepared.name.clone(),
            None => {
                let name = statements.name(&key);
                frontend::parse(&name, sql, types.iter().copied(), &mut self.messages).map_err(unfit)?;
                self.awaited.push_back(Awaited::Parsed(self.fresh.len()));
                let key = (!name.is_empty()).then_some(key);
                self.fresh.push(Fresh { key, name: name.clone(), sql: sql.into(), types });
                name
            }
        };
        let values = values.iter().map(|value| Some(value.clone().into_bytes())).collect();
        self.bind(&name, values, expected.map_or(Rows::Ignored, Rows::Compared))
    }

    /// The statement whose rows are returned: one, and the last.
    pub(super) fn run(&mut self, statements: &mut Statements, run: Run) -> QueryResult<()> {
        // Of one that may not be kept the text can be another each time, whatever its type.
        let found = if run.keep { statements.find(&run.key, &run.types).cloned() } else { None };
        let name = match (found, run.sql) {
            (Some(prepared), _) => {
                self.columns = Some(prepared.columns.clone());
                prepared.name.clone()
            }
            (None, Some(sql)) => {
                let name = if run.keep { statements.name(&run.key) } else { String::new() };
                frontend::parse(&name, &sql, run.types.iter().copied(), &mut self.messages).map_err(unfit)?;
                frontend::describe(b'S', &name, &mut self.messages).map_err(unfit)?;
                self.awaited.push_back(Awaited::Parsed(self.fresh.len()));
                self.awaited.push_back(Awaited::Described(self.fresh.len()));
                let key = (!name.is_empty()).then_some(run.key);
                self.fresh.push(Fresh { key, name: name.clone(), sql, types: run.types.into() });
                name
            }
            // It was printed unless it was prepared, and nothing has come between.
            (None, None) => return Err(Error::QueryBuilderError("the statement was not printed".into())),
        };
        self.bind(&name, run.values, Rows::Returned)
    }

    fn bind(&mut self, name: &str, values: Values, rows: Rows) -> QueryResult<()> {
        let write = |value: Option<Vec<u8>>, buffer: &mut BytesMut| match value {
            Some(value) => {
                buffer.put_slice(&value);
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        };
        frontend::bind("", name, [BINARY], values, write, [BINARY], &mut self.messages).map_err(|error| {
            match error {
                BindError::Conversion(error) => Error::SerializationError(error),
                BindError::Serialization(error) => unfit(error),
            }
        })?;
        frontend::execute("", 0, &mut self.messages).map_err(unfit)?;
        self.awaited.extend([Awaited::Bound, Awaited::Rows(rows)]);
        self.open = true;
        Ok(())
    }

    fn sync(&mut self) {
        if std::mem::take(&mut self.open) {
            frontend::sync(&mut self.messages);
            self.awaited.push_back(Awaited::Ready);
            self.answers += 1;
        }
    }
}

/// The number of `text`, which never changes.
const TEXT: u32 = 25;

/// Values as PostgreSQL sends them in binary, which is what Diesel reads and writes.
const BINARY: i16 = 1;

/// What cannot be put in a message: a NUL in a text, or more values than there may be.
fn unfit(error: io::Error) -> Error {
    Error::QueryBuilderError(format!("the statement cannot be sent to PostgreSQL: {error}").into())
}

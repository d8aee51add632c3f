//! The answer to what was sent: as awaited, or the server does not know what it says.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use diesel::QueryResult;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::{DataRowBody, Message};

use super::super::link::{Link, Lost, Status, nonsense};
use super::super::row::{Column, WireRow, columns};
use super::super::server_error::ServerError;
use super::super::statements::{Prepared, Statements};
use super::{Answer, Awaited, Exchange, Fresh, Rows};

impl Exchange {
    /// Sends it, and waits for all of the answer.
    ///
    /// # Errors
    ///
    /// The first that counts. What was sent behind it in the same transaction has not run.
    ///
    /// # Cancellation
    ///
    /// What was sent runs, or does not. The link has to be settled.
    pub(in super::super) async fn complete(
        mut self,
        link: &mut Link,
        statements: &mut Statements,
    ) -> QueryResult<Answer> {
        self.sync();
        link.queue(&self.messages, self.answers);
        // Not kept for as long as the answer takes.
        self.messages = BytesMut::new();
        let (mut answer, mut failure) = (Answer::default(), None);
        while let Some(awaited) = self.awaited.pop_front() {
            match link.next().await? {
                Message::ErrorResponse(body) => {
                    let error = ServerError::read(&body);
                    link.note_error(&error)?;
                    self.failed(awaited, error, &mut failure).map_err(|lost| link.give_up(lost))?;
                }
                message => {
                    let ready = link.status();
                    self.take(awaited, message, ready, statements, &mut answer)
                        .map_err(|lost| link.give_up(lost))?;
                }
            }
        }
        statements.answered();
        match failure {
            Some(error) => {
                if error.is_of_prepared() {
                    statements.forget();
                }
                if error.is_of_a_name_in_use() {
                    // Whose it is, is not known here.
                    link.give_up(Lost::Server(error.clone()));
                }
                Err(error.into_diesel())
            }
            None => Ok(answer),
        }
    }

    /// The server skips all up to where it is ready again.
    fn failed(
        &mut self,
        awaited: Awaited,
        error: ServerError,
        failure: &mut Option<ServerError>,
    ) -> Result<(), Lost> {
        let counts = match &awaited {
            // The transaction may be open.
            Awaited::End => return Err(Lost::Server(error)),
            Awaited::Text { counts } => *counts,
            _ => true,
        };
        if counts {
            failure.get_or_insert(error);
        }
        if matches!(awaited, Awaited::Text { .. } | Awaited::Ready) {
            self.awaited.push_front(awaited);
        } else {
            while self.awaited.front().is_some_and(|awaited| !matches!(awaited, Awaited::Ready)) {
                self.awaited.pop_front();
            }
        }
        Ok(())
    }

    /// What is no error: as awaited, or the server does not know what it says.
    fn take(
        &mut self,
        awaited: Awaited,
        message: Message,
        status: Status,
        statements: &mut Statements,
        answer: &mut Answer,
    ) -> Result<(), Lost> {
        match (awaited, message) {
            (Awaited::Closed, Message::CloseComplete)
            | (Awaited::Bound, Message::BindComplete)
            | (Awaited::Text { .. } | Awaited::Ready, Message::ReadyForQuery(_)) => {}
            (Awaited::End, Message::ReadyForQuery(_)) if status == Status::Idle => {}
            (awaited @ Awaited::End, Message::CommandComplete(_))
            | (
                awaited @ Awaited::Text { .. },
                Message::CommandComplete(_)
                | Message::EmptyQueryResponse
                | Message::RowDescription(_)
                | Message::DataRow(_),
            )
            | (awaited @ Awaited::Described(_), Message::ParameterDescription(_)) => {
                self.awaited.push_front(awaited);
            }
            (Awaited::Parsed(fresh), Message::ParseComplete) => {
                let described = matches!(self.awaited.front(), Some(Awaited::Described(_)));
                if !described {
                    self.keep(fresh, Arc::default(), statements);
                }
            }
            (Awaited::Described(fresh), Message::NoData) => {
                self.columns = Some(Arc::default());
                self.keep(fresh, Arc::default(), statements);
            }
            (Awaited::Described(fresh), Message::RowDescription(body)) => {
                let columns = columns(&body).ok_or_else(|| nonsense("a column makes no sense"))?;
                self.columns = Some(columns.clone());
                self.keep(fresh, columns, statements);
            }
            (Awaited::Rows(rows), Message::DataRow(body)) => {
                let rows = self.row(rows, &body, answer)?;
                self.awaited.push_front(Awaited::Rows(rows));
            }
            (Awaited::Rows(Rows::Compared(_)), Message::CommandComplete(_)) => return Err(untold()),
            (Awaited::Rows(rows), Message::CommandComplete(body)) => {
                if matches!(rows, Rows::Returned) {
                    let tag = body.tag().map_err(|_| nonsense("what it has done makes no sense"))?;
                    let number = tag.rsplit(' ').next().and_then(|number| number.parse().ok());
                    answer.affected = number.unwrap_or(0);
                }
            }
            (Awaited::Rows(Rows::Ignored | Rows::Returned), Message::EmptyQueryResponse) => {}
            (awaited, _) => {
                let what = format!("another answer than that to what it was asked ({awaited:?})");
                return Err(nonsense(&what));
            }
        }
        Ok(())
    }

    fn row(&self, rows: Rows, body: &DataRowBody, answer: &mut Answer) -> Result<Rows, Lost> {
        match rows {
            Rows::Ignored => Ok(Rows::Ignored),
            // One row, and no other: none is expected behind it.
            Rows::Compared(expected) => {
                if says(body, &expected) {
                    Ok(Rows::Ignored)
                } else {
                    Err(untold())
                }
            }
            Rows::Returned => {
                let row = self.columns.as_ref().and_then(|columns| WireRow::read(columns, body));
                answer.rows.push(row.ok_or_else(|| nonsense("a row is not of its columns"))?);
                Ok(Rows::Returned)
            }
        }
    }

    fn keep(&mut self, fresh: usize, columns: Arc<[Column]>, statements: &mut Statements) {
        let Some(Fresh { key, name, sql, types }) = self.fresh.get_mut(fresh) else { return };
        if let Some(key) = key.take() {
            let (name, sql, types) = (name.clone(), sql.clone(), std::mem::take(types));
            statements.keep(key, Prepared { name, sql, types, columns });
        }
    }
}

/// Whether a row is of these texts.
fn says(row: &DataRowBody, expected: &[String]) -> bool {
    let ranges: Result<Vec<_>, io::Error> = row.ranges().collect();
    let Ok(ranges) = ranges else { return false };
    let texts = ranges.into_iter().map(|range| range.and_then(|range| row.buffer().get(range)));
    texts.eq(expected.iter().map(|text| Some(text.as_bytes())))
}

/// The tenant is not the one that was told. It cannot be, unless somebody has changed what the server's own functions do.
fn untold() -> Lost {
    Lost::Link(
        "the database does not say that it has set what it was told: is `pg_catalog.set_config` still its own?"
            .to_owned(),
    )
}

//! The stream to the server, and what is under way on it.
//!
//! Everything that outlives a dropped future is here: what is still to be sent, what was read, and how many answers are owed. A
//! future that is dropped at any poll leaves nothing elsewhere, so that [`Link::settle`] can bring the connection to its senses.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, BytesMut};
use postgres_protocol::message::backend::{Header, Message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

use super::server_error::ServerError;

/// The longest message that PostgreSQL sends (`MaxAllocSize` in its `memutils.h`). What says that it is longer is none of its.
const LONGEST: usize = 0x3fff_ffff;

/// How much room there is at least for what comes in. It grows with what has come, never by what a message says of its length.
const ROOM: usize = 8 * 1024;

/// How much room is kept from one statement to the next.
const KEPT: usize = 64 * 1024;

/// The setting by which a session's transactions begin as read only.
pub(super) const BEGINS_READ_ONLY: &str = "default_transaction_read_only";

/// How many messages are read to see whether the server has hung up.
const UNASKED: usize = 1024;

/// A stream, in plain text or in TLS.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// In what the server is when it has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Idle,
    InTransaction,
    InFailedTransaction,
}

/// Why nothing can be sent any more.
#[derive(Debug, Clone)]
pub(super) enum Lost {
    /// The server said so.
    Server(ServerError),
    /// The stream ended, or what came makes no sense.
    Link(String),
}

/// The stream to the server.
pub(super) struct Link {
    stream: Box<dyn Duplex>,
    /// What the stream has not taken yet.
    unsent: BytesMut,
    /// How many answers are owed to what was queued last, as long as none of it was sent.
    untouched: Option<usize>,
    flushed: bool,
    received: BytesMut,
    /// Something went, or has come, that needed much room.
    outgrown: bool,
    /// How many times the server has yet to say that it is ready.
    owed: usize,
    status: Status,
    /// Whether transactions begin as read only. The server says when that changes, from PostgreSQL 14 on.
    begins_read_only: Option<bool>,
    lost: Option<Lost>,
}

impl Link {
    /// On a stream on which the server has said that it is ready; and whether its transactions begin as read only, if it has said that.
    pub(super) fn new(stream: impl Duplex + 'static, begins_read_only: Option<bool>) -> Self {
        Self {
            stream: Box::new(stream),
            unsent: BytesMut::new(),
            untouched: None,
            flushed: true,
            received: BytesMut::with_capacity(ROOM),
            outgrown: false,
            owed: 0,
            status: Status::Idle,
            begins_read_only,
            lost: None,
        }
    }

    /// In what the server was when it answered last.
    pub(super) const fn status(&self) -> Status {
        self.status
    }

    /// Whether a transaction may begin as read only, as far as is known.
    pub(super) fn may_begin_read_only(&self) -> bool {
        self.begins_read_only != Some(false)
    }

    /// How many answers are owed.
    pub(super) const fn owed(&self) -> usize {
        self.owed
    }

    /// Gives the stream up: nothing that comes from it can be relied on.
    pub(super) fn give_up(&mut self, lost: Lost) -> Lost {
        self.unsent.clear();
        self.untouched = None;
        self.lost.get_or_insert(lost).clone()
    }

    /// Queues messages, to which the server will say so many times that it is ready.
    pub(super) fn queue(&mut self, messages: &[u8], answers: usize) {
        self.untouched = self.unsent.is_empty().then_some(answers);
        if self.outgrown && self.received.is_empty() && self.unsent.is_empty() {
            self.received = BytesMut::with_capacity(ROOM);
            self.unsent = BytesMut::new();
            self.outgrown = false;
        }
        self.outgrown |= messages.len() > KEPT;
        self.unsent.extend_from_slice(messages);
        self.owed += answers;
    }

    /// Sends what the stream takes without waiting.
    pub(super) fn send_now(&mut self) -> Result<(), Lost> {
        self.check()?;
        let sent = self.poll_send(&mut Context::from_waker(Waker::noop()));
        sent.map_err(|error| self.give_up(broken(&error)))
    }

    /// The next message that belongs to an answer. Sends, too, what is still to be sent.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost by dropping it.
    pub(super) async fn next(&mut self) -> Result<Message, Lost> {
        self.check()?;
        poll_fn(|context| self.poll_next(context)).await
    }

    /// Has the server say all that it owes, and forgets it. Whatever was queued and not yet begun to be sent is taken back.
    ///
    /// # Cancellation
    ///
    /// It can be called again.
    pub(super) async fn settle(&mut self) -> Result<(), Lost> {
        if let Some(answers) = self.untouched.take() {
            self.unsent.clear();
            self.owed -= answers;
        }
        while self.owed > 0 {
            match self.next().await? {
                Message::ErrorResponse(body) => self.note_error(&ServerError::read(&body))?,
                // It waits for what nobody has.
                Message::CopyInResponse(_) => return Err(self.give_up(nonsense("it wants to be sent rows"))),
                _ => {}
            }
        }
        self.check()
    }

    /// Whether the server has hung up, as far as can be told without waiting. Of an answer that is owed it takes what has come: the
    /// end of a transaction that nobody waits for.
    pub(super) fn is_closed(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        // A server that never pauses would keep the thread.
        for _ in 0..UNASKED {
            if self.lost.is_some() {
                return true;
            }
            let owed = self.owed > 0;
            match self.poll_next(&mut context) {
                Poll::Pending => return false,
                // It says good-bye.
                Poll::Ready(Ok(Message::ErrorResponse(body))) => {
                    self.give_up(Lost::Server(ServerError::read(&body)));
                }
                Poll::Ready(Ok(Message::ReadyForQuery(_))) if self.status == Status::Idle => {}
                Poll::Ready(Ok(Message::CommandComplete(_))) if owed => {}
                Poll::Ready(Ok(_)) => {
                    self.give_up(nonsense("it says what it was not asked"));
                }
                Poll::Ready(Err(_)) => {}
            }
        }
        true
    }

    /// An error after which the server says nothing more ends the connection.
    pub(super) fn note_error(&mut self, error: &ServerError) -> Result<(), Lost> {
        if error.is_fatal() { Err(self.give_up(Lost::Server(error.clone()))) } else { Ok(()) }
    }

    /// How many bytes are set aside for what comes in.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.received.capacity()
    }

    fn check(&self) -> Result<(), Lost> {
        self.lost.clone().map_or(Ok(()), Err)
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Message, Lost>> {
        loop {
            match read_message(&mut self.received) {
                // It says these whenever it likes.
                Ok(Some(Message::NoticeResponse(_) | Message::NotificationResponse(_))) => continue,
                Ok(Some(Message::ParameterStatus(body))) => {
                    if body.name().is_ok_and(|name| name == BEGINS_READ_ONLY) {
                        self.begins_read_only = body.value().ok().map(|value| value != "off");
                    }
                    continue;
                }
                Ok(Some(Message::ReadyForQuery(body))) => {
                    let status = match body.status() {
                        b'I' => Status::Idle,
                        b'T' => Status::InTransaction,
                        b'E' => Status::InFailedTransaction,
                        _ => {
                            return Poll::Ready(Err(
                                self.give_up(nonsense("it is ready, and does not say for what"))
                            ));
                        }
                    };
                    let Some(owed) = self.owed.checked_sub(1) else {
                        return Poll::Ready(Err(
                            self.give_up(nonsense("it is ready once more than it was asked"))
                        ));
                    };
                    self.owed = owed;
                    self.status = status;
                    return Poll::Ready(Ok(Message::ReadyForQuery(body)));
                }
                Ok(Some(message)) => return Poll::Ready(Ok(message)),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Err(self.give_up(nonsense(&error.to_string())))),
            }
            // A server that has hung up may have said why.
            let unsent = self.poll_send(context);
            match self.poll_receive(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(self.give_up(broken(&error)))),
                Poll::Pending => {
                    return match unsent {
                        Ok(()) => Poll::Pending,
                        Err(error) => Poll::Ready(Err(self.give_up(broken(&error)))),
                    };
                }
            }
        }
    }

    /// Sends as much as the stream takes.
    fn poll_send(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.unsent) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(sent)) => {
                    self.unsent.advance(sent);
                    self.untouched = None;
                    self.flushed = false;
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => return Ok(()),
            }
        }
        if !self.flushed {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Ready(flushed) => flushed?,
                Poll::Pending => return Ok(()),
            }
            self.flushed = true;
        }
        Ok(())
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgrown |= self.received.len() > KEPT;
        self.received.reserve(ROOM);
        // Made anew for each poll: it has no state.
        let received = ready!(pin!(self.stream.read_buf(&mut self.received)).poll(context))?;
        if received == 0 {
            Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
        } else {
            Poll::Ready(Ok(()))
        }
    }
}

impl Drop for Link {
    /// Says good-bye if the stream takes it at once: otherwise the server finds out by itself.
    fn drop(&mut self) {
        if self.lost.is_none() && self.unsent.is_empty() {
            self.queue(&[b'X', 0, 0, 0, 4], 0);
            let _sent = self.poll_send(&mut Context::from_waker(Waker::noop()));
        }
    }
}

/// The first message, if it is there as a whole. Nothing is set aside for what is not.
fn read_message(received: &mut BytesMut) -> io::Result<Option<Message>> {
    let Some(header) = Header::parse(received)? else { return Ok(None) };
    let length = usize::try_from(header.len()).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a message that is longer than there are any",
        ));
    }
    // The letter is not counted.
    if received.len() <= length { Ok(None) } else { Message::parse(received) }
}

fn broken(error: &io::Error) -> Lost {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Lost::Link("the server closed the connection".to_owned()),
        _ => Lost::Link(format!("the connection to the server broke: {error}")),
    }
}

pub(super) fn nonsense(what: &str) -> Lost {
    Lost::Link(format!("the server does not speak PostgreSQL's protocol: {what}"))
}

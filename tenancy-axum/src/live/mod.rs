//! What stays open: streams of events and web sockets, for as long as their principal belongs to their tenant.
//!
//! A request is admitted before its stream begins, by the [edge](crate::EdgeLayer), and its scope makes the topics that it may hear ([`Topics`]). A [`Watch`] ends
//! it: when the membership says no, when the credential expires, when neither can be found out any more, or when a rule of the application's does not hold
//! ([`Watch::only_while`]: a tenant that is suspended). [`Ended`] names the reason, and a web socket's close frame has it. A stream of events that is to say it is made
//! by [`Watch::guard_to_the_end`].
//!
//! ```
//! use std::convert::Infallible;
//! use axum::extract::State;
//! use axum::response::sse::{Event, KeepAlive, Sse};
//! use futures_util::{Stream, StreamExt};
//! use tenancy_axum::live::{Topics, Watch};
//! use tenancy_axum::{Problem, Tenant};
//!
//! async fn feed(
//!     State(topics): State<Topics<String>>,
//!     Tenant(scope): Tenant,
//!     watch: Watch,
//! ) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
//!     let orders = topics.subscribe(&scope, ["orders"])?;
//!     let events = watch.guard(orders.into_stream()).map(|order| Ok(Event::default().data(order)));
//!     Ok(Sse::new(events).keep_alive(KeepAlive::default()))
//! }
//! ```

mod ended;
#[cfg(feature = "ws")]
mod socket;
mod topics;
mod watch;

pub use self::ended::Ended;
#[cfg(feature = "ws")]
pub use self::socket::{Happened, TenantSocket};
pub use self::topics::{Subscription, Topics};
pub use self::watch::Watch;

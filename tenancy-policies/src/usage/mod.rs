//! What tenants use, counted for whoever bills it.

mod batch;
mod meters;

pub use batch::{Usage, UsageBatch, UsageSink};
pub use meters::{FlushError, Meter, MeterError, Unflushed, UsageMeters};

#![doc = include_str!("../../docs/activity.md")]

mod metrics;
mod noisy;
mod rows;
mod sample;
mod usage;

pub use self::metrics::{CONTENT_TYPE, MetricsOptions, metrics};
pub use self::noisy::NoisyNeighbour;
pub use self::rows::{NotCounted, Stock, TenantStock, rows};
pub use self::sample::{ActivityOptions, sample};
pub use self::usage::{Activity, TenantActivity, Usage};

//! What the guides show, compiled and run.

mod joins;

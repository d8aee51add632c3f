//! `tenancy adopt`, the program itself, on a schema that has what real ones have: owners two steps away, parents that disagree, links, NULL, types of
//! all kinds. What it writes is run under writers, as Diesel runs it, and compiled.
#![allow(clippy::unwrap_used)] // a failure is a failed test

mod declared;
mod desk;
mod migrated;
mod told;
mod walled;

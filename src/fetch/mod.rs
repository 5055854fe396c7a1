//! The one HTTP client. It obeys robots.txt, keeps a pace per registrable domain that errors can
//! only slow down, asks conditionally, bounds every size, and never connects to an address the
//! guard refuses. Every request ends in a typed [`Outcome`]; a caller sees no HTTP status to guess from.

mod outcome;
mod settings;

pub use settings::Settings;

pub use outcome::{
    BlockReason, Capture, Outcome, Redirects, RefuseReason, Request, TransientReason, Validators,
};

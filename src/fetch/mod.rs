//! The one HTTP client. It obeys robots.txt, keeps a pace per registrable domain that errors can
//! only slow down, asks conditionally, bounds every size, and never connects to an address the
//! guard refuses. Every request ends in a typed [`Outcome`]; a caller sees no HTTP status to guess from.

mod address;
mod asking;
mod body;
mod challenge;
mod charset;
mod client;
mod direct;
mod grant;
mod health;
mod outcome;
mod pace;
mod permission;
mod redirect;
mod request;
mod retry_after;
mod robots;
mod secret;
mod settings;
mod sites;
mod socket;
mod wire;

pub use address::AllowHostError;
pub use charset::{Decoded, decode};
pub use client::{Client, ClientError};
pub use direct::{Direct, DirectError};
pub use grant::Grant;
pub use health::Circuit;
pub use outcome::{BlockReason, Capture, Outcome, RefuseReason, TransientReason};
pub use permission::PRODUCT;
pub use request::{Credential, Form, Obeys, Redirects, Request, Validators};
pub use robots::{Rules as RobotsRules, matches as path_matches};
pub use secret::{NoSecret, Secret, SecretPlace};
pub use settings::Settings;
pub use sites::HostStatus;
pub use socket::{Socket, SocketError, SocketRequest};
pub(crate) use wire::explain;

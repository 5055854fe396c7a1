//! What the daemon answers to people and programs beside its health: so far the reports of other
//! bodies. Only bodies with a token are heard.

mod api;

pub use api::router;

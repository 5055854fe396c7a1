//! `waspada` watches public posts and finds those suspected of recruiting Indonesians for
//! non-procedural work abroad. Rooms are listed from the ground floor up; a room imports only
//! rooms of a lower floor (`tests/house.rs` fails otherwise). `docs/ARCHITECTURE.md` is the map.

pub mod budget;
pub mod measure;
pub mod post;
pub mod telemetry;

pub mod registry;
pub mod text;

pub mod facts;

pub mod engine;

pub mod fetch;
pub mod store;
pub mod synth;

pub mod sources;

pub mod config;

pub mod pipeline;

pub mod console;
pub mod report;

pub mod cli;

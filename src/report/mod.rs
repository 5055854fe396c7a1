//! Statistics about what the engine does, for people to decide by: how well it judges labelled
//! posts. Numbers first, tables and pages made from them.

pub mod budgets;
pub mod crossing;
pub mod diff;
pub mod doctor;
pub mod draft;
pub mod endurance;
pub mod evaluation;
mod html;
mod labelled;
mod share;
pub mod statistics;
mod tables;

pub use html::page;
pub use labelled::{Label, Labelled, UnreadablePosts, innocents, labelled};
pub use share::Share;
pub use tables::{crossing_tables, tables};

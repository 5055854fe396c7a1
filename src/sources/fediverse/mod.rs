//! Servers of the fediverse that show their posts to anybody through a documented API: Mastodon and
//! its kin, Misskey, Lemmy. What their authors do not wish to be found is not kept, what they delete
//! is deleted, and what goes from server to server is one post wherever it is met.

mod item;
pub mod lemmy;
mod listing;
pub mod mastodon;
pub mod misskey;
mod reading;
mod settings;
mod tour;
mod walk;

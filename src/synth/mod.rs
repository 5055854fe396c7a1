//! Posts for benches, demos and tests that no real person wrote: labelled posts in a disguise, and invented ones.
//! Everything here is a function of a seed and an id; nothing here is for training a model.

mod disguise;
mod posts;

pub use disguise::{Disguise, Disguiser};
pub use posts::{Invented, Inventor};

/// The random numbers of one post: the same for the same seed and id, whatever came before it.
fn dice(seed: u64, id: &str, salt: &str) -> fastrand::Rng {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    fastrand::Rng::with_seed(
        id.as_bytes().iter().chain(b"/").chain(salt.as_bytes()).fold(start, mix),
    )
}

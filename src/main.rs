//! The `waspada` program: see `waspada --help`.

fn main() {}

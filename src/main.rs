//! The `waspada` program: see `waspada --help`.

fn main() -> std::process::ExitCode {
    waspada::cli::run()
}

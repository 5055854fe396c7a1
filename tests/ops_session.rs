//! A morning of the officer who tends the rules, as written in tests/sessions: a word with a typo, the
//! watch that goes on meanwhile, the fix, and the next post that the new word catches.

mod session;

use session::Session;

#[test]
fn a_morning_goes_as_written() {
    Session::new().play("tests/sessions/pagi-kerja.md");
}

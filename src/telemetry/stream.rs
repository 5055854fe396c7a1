//! The events of sources whose posts come over a connection that stays open.

use jiff::{SignedDuration, Timestamp};
use metrics::{counter, gauge};

use super::Event;
use super::events::seconds;

/// A stream was opened, for the first time or anew.
pub struct StreamOpened<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// It goes on from where the last one ended.
    pub resumed: bool,
}

impl Event for StreamOpened<'_> {
    fn emit(self) {
        counter!("waspada_streams_opened_total", "source" => self.source.to_owned()).increment(1);
        tracing::info!(source = self.source, resumed = self.resumed, "stream opened");
    }
}

/// Some of a stream is missing: the server no longer has it.
pub struct StreamGap<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// What is missing, for a person.
    pub reason: &'a str,
}

impl Event for StreamGap<'_> {
    fn emit(self) {
        counter!("waspada_stream_gaps_total", "source" => self.source.to_owned()).increment(1);
        tracing::warn!(source = self.source, reason = self.reason, "part of the stream is missing");
    }
}

/// Messages of a stream were read up to this time.
pub struct StreamRead<'a> {
    /// The source's name in the config.
    pub source: &'a str,
    /// Messages read, known ones included.
    pub messages: u64,
    /// When the server saw the last of them.
    pub at: Option<Timestamp>,
}

impl Event for StreamRead<'_> {
    fn emit(self) {
        let source = self.source.to_owned();
        counter!("waspada_stream_messages_total", "source" => source.clone())
            .increment(self.messages);
        gauge!("waspada_source_last_visit_seconds", "source" => source.clone())
            .set(seconds(Timestamp::now()));
        let lag = self.at.map(|at| Timestamp::now().duration_since(at));
        if let Some(lag) = lag {
            gauge!("waspada_stream_lag_seconds", "source" => source)
                .set(lag.max(SignedDuration::ZERO).as_secs_f64());
        }
        tracing::debug!(source = self.source, messages = self.messages, ?lag, "stream read");
    }
}

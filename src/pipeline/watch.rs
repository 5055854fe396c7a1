//! The watch as the config describes it: store, client, rules and the doors of the enabled sources.

use std::sync::Arc;

use crate::config::Config;
use crate::fetch::{Client, ClientError};
use crate::sources::OpenError;
use crate::store::{DaemonLock, Store, StoreError};
use crate::telemetry::{Event as _, RulesLoaded, RulesRefused};

use super::report::Observer;
use super::rules::{self, RulesError, Standing};
use super::scorer::Scorer;
use super::visit::{Tools, Watched};

/// Everything a run needs. One watch a database: it holds the lock for as long as it lives.
pub struct Watch {
    pub(super) tools: Tools,
    pub(super) sources: Vec<Watched>,
    /// Sources that could not be opened, and why.
    pub(super) unopened: Vec<(String, OpenError)>,
    /// Why the rules in force are not those of the config, if they are not.
    pub(super) rules_refused: Option<RulesError>,
    _lock: DaemonLock,
}

/// The watch cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A setting of `[fetch]` cannot be.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Not even the rules built into the program can be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// Where the rules of this config come from.
pub(super) fn standing(config: &Config) -> Standing {
    Standing { folder: config.rules.path.clone(), thresholds: config.thresholds.into() }
}

/// The doors of the enabled sources; those that cannot be opened beside them.
pub(super) fn open(config: &Config) -> (Vec<Watched>, Vec<(String, OpenError)>) {
    let mut sources = Vec::new();
    let mut unopened = Vec::new();
    for source in config.sources.iter().filter(|source| source.enabled) {
        let name = source.name.to_string();
        match source.settings.open(&source.given(config)) {
            Ok(door) => sources.push(Watched {
                name: name.into(),
                door: Arc::new(door),
                legal_basis: source.legal_basis.clone(),
            }),
            Err(error) => unopened.push((name, error)),
        }
    }
    (sources, unopened)
}

impl Watch {
    /// Takes the lock, opens the store and the sources, compiles the rules. Rules that cannot be
    /// used do not stop the watch: it goes on with those built into the program, and says so.
    ///
    /// # Errors
    /// The database is in use or cannot be used, or a setting of `[fetch]` cannot be.
    pub fn start(config: &Config, observer: Arc<dyn Observer>) -> Result<Self, StartError> {
        let lock = DaemonLock::acquire(&config.store)?;
        let client = Client::new(&config.fetch)?;
        let standing = standing(config);
        let (engine, rules_refused) = match rules::load(&standing) {
            Ok(engine) => (engine, None),
            Err(error) if standing.folder.is_some() => {
                RulesRefused { reason: &error.0 }.emit();
                (rules::load(&Standing { folder: None, ..standing.clone() })?, Some(error))
            }
            Err(error) => return Err(error.into()),
        };
        if rules_refused.is_none() {
            RulesLoaded { ruleset: engine.version(), rules: engine.rules().len() }.emit();
        }
        let store = Arc::new(Store::open(&config.store)?);
        let scorer = Arc::new(Scorer::new(engine));
        scorer.stands_on(standing);
        let (sources, unopened) = open(config);
        let tools = Tools { store, client, scorer, observer };
        Ok(Self { tools, sources, unopened, rules_refused, _lock: lock })
    }

    /// Why the rules in force are not those of the config, if they are not.
    pub fn rules_refused(&self) -> Option<&RulesError> {
        self.rules_refused.as_ref()
    }

    /// The store.
    pub fn store(&self) -> &Arc<Store> {
        &self.tools.store
    }
}

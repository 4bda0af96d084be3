//! A replica: a map that follows a log of patches, and publishes its own edits to it.
//!
//! The log is one stream, whose sequence numbers are the versions of the map: version n is the result of the first n
//! patches. A patch is published with the version that it was made on, and the server refuses it if the log has grown
//! since. So all replicas apply the same patches in the same order, each to the version that it was made on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use arc_swap::ArcSwap;
use async_nats::ConnectOptions;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{DeliverPolicy, pull::OrderedConfig};
use async_nats::jetstream::context::{ContextBuilder, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::object_store::{self, ObjectStore};
use async_nats::jetstream::stream::{self, RawMessageErrorKind};
use futures_util::{StreamExt, TryStreamExt};
use perennial::PersistentMap;
use perennial::map::{Conflict, Patch};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;
use tokio::sync::{Mutex, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::Error;

pub type Map = PersistentMap<String, Document>;

/// A value of the map.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub text: String,
    pub count: i64,
    /// The edit that made this value. So two replicas that make the same change do not make the same value, which
    /// [`Map::merge3`] would take for agreement: a counter to which both add one grows by two.
    pub edit: String,
}

/// A version of the map.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Version {
    /// The number of patches that led to it.
    pub sequence: u64,
    pub map: Map,
    /// The last edit of each writer that it contains, and the number of the patch of that edit.
    pub writers: PersistentMap<String, (u64, u64)>,
}

/// A message of the log.
#[derive(Serialize, Deserialize)]
pub struct Entry {
    pub writer: String,
    /// Counts the edits of the writer.
    pub edit: u64,
    pub patch: Patch<String, Document>,
}

impl Entry {
    /// Returns a name that no other edit has.
    fn id(&self) -> String {
        format!("{}-{}", self.writer, self.edit)
    }
}

/// What becomes of a document that two replicas have changed. Counters are added up by both rules, and a change wins
/// over a removal.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// The text that is published later.
    LastWriter,
    /// Both texts, the later one after the other.
    KeepBoth,
}

impl Rule {
    fn resolve(self, Conflict { base, ours, theirs }: Conflict<'_, Document>) -> Option<Document> {
        let (Some(ours), Some(theirs)) = (ours, theirs) else { return ours.or(theirs).cloned() };
        let text = match self {
            Self::KeepBoth if ours.text != theirs.text && base.is_none_or(|base| base.text != theirs.text) => {
                format!("{} | {}", theirs.text, ours.text)
            }
            _ => ours.text.clone(),
        };
        let count = ours.count + theirs.count - base.map_or(0, |base| base.count);
        Some(Document { text, count, edit: ours.edit.clone() })
    }
}

/// How a replica works.
#[derive(Clone)]
pub struct Config {
    pub server: String,
    /// The name of the map, from which those of the stream and of the store follow.
    pub map: String,
    pub rule: Rule,
    /// A snapshot is made after this number of patches, and as many patches before it are kept.
    pub snapshot_every: u64,
    /// How long a replica tries to open, and to read patches that came before an edit.
    pub patience: Duration,
}

impl Config {
    pub fn new(server: impl Into<String>, map: impl Into<String>) -> Self {
        let patience = Duration::from_secs(60);
        Self { server: server.into(), map: map.into(), rule: Rule::LastWriter, snapshot_every: 100, patience }
    }
}

/// An edit that the log has acknowledged.
#[derive(Debug)]
pub struct Acknowledged {
    pub sequence: u64,
    /// How often the edit was merged with patches that came first.
    pub merges: u64,
    pub conflicts: u64,
    /// The size of all messages that were sent for it.
    pub bytes: u64,
}

/// An edit that was not published. It is lost only if this is dropped: apply `patch` to a later version, and publish
/// that.
#[derive(Debug)]
pub struct Unpublished {
    pub patch: Patch<String, Document>,
    pub cause: Error,
}

impl std::fmt::Display for Unpublished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "an edit of {} keys is not published: {}", self.patch.len(), self.cause)
    }
}

impl std::error::Error for Unpublished {}

/// A replica of a map. It follows the log until it is dropped.
pub struct Replica {
    shared: Arc<Shared>,
    /// The number of the last edit; locked during an edit, since edits of one replica are published one by one.
    edits: Mutex<u64>,
    follower: AbortHandle,
}

struct Shared {
    config: Config,
    /// A name that no other replica has, and no earlier process of this one.
    writer: String,
    context: Context,
    store: ObjectStore,
    version: ArcSwap<Version>,
    /// The sequence number of `version`.
    changed: watch::Sender<u64>,
    snapshots: AtomicU64,
}

/// How long the server may take to answer before it is asked again.
const ANSWER_MAX: Duration = Duration::from_secs(2);

/// Waits twice as long each time.
struct Backoff(Duration);

impl Backoff {
    const fn new() -> Self {
        Self(Duration::from_millis(20))
    }

    async fn wait(&mut self) {
        sleep(self.0).await;
        self.0 = (2 * self.0).min(Duration::from_secs(1));
    }
}

impl Replica {
    /// Connects to the server, and reads the latest snapshot and the patches after it.
    ///
    /// # Errors
    ///
    /// If that is not possible within [`Config::patience`].
    pub async fn open(config: Config) -> Result<Self, Error> {
        let (start, mut backoff) = (Instant::now(), Backoff::new());
        loop {
            match Self::try_open(&config).await {
                Err(error) if start.elapsed() > config.patience => {
                    return Err(format!("{}: {error}: is it running, with -js?", config.server).into());
                }
                Err(_) => backoff.wait().await,
                opened => return opened,
            }
        }
    }

    async fn try_open(config: &Config) -> Result<Self, Error> {
        let shared = Arc::new(Shared::connect(config).await?);
        let last = shared.stream().await?.cached_info().state.last_sequence;
        let follower = tokio::spawn(Arc::clone(&shared).follow()).abort_handle();
        let replica = Self { shared, edits: Mutex::new(0), follower };
        timeout(config.patience, replica.at_least(last)).await.map_err(|_| "the log cannot be read to its end")?;
        Ok(replica)
    }

    /// Returns the current version. O(1); the version does not change afterwards.
    pub fn version(&self) -> Arc<Version> {
        self.shared.version.load_full()
    }

    /// Returns a receiver of the numbers of new versions.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// Returns the name under which this replica publishes.
    pub fn writer(&self) -> &str {
        &self.shared.writer
    }

    /// Returns the number of snapshots that this replica has made.
    pub fn snapshots(&self) -> u64 {
        self.shared.snapshots.load(Relaxed)
    }

    /// Waits until the replica has the version with this number, or a later one.
    pub async fn at_least(&self, sequence: u64) {
        self.changes().wait_for(|&now| now >= sequence).await.expect("the sender is in `self`");
    }

    /// Publishes the difference between the current version and what `edit` makes of it. If other patches come first,
    /// it is merged with them. While the server does not answer, it is sent again and again.
    ///
    /// # Errors
    ///
    /// If the edit is too large for a message, or the log has had patches that this replica cannot read for
    /// [`Config::patience`]. Then the edit was not stored.
    pub async fn edit(&self, edit: impl FnOnce(&Map) -> Map) -> Result<Acknowledged, Unpublished> {
        let mut last_edit = self.edits.lock().await;
        *last_edit += 1;
        let number = *last_edit;
        let (start, mut backoff, patience) = (Instant::now(), Backoff::new(), self.shared.config.patience);
        let mut done = Acknowledged { sequence: 0, merges: 0, conflicts: 0, bytes: 0 };
        let mut base = self.version();
        let mut mine = edit(&base.map);
        for (key, document) in base.map.diff(&mine.clone()).filter_map(|change| Some((change.key(), change.after()?))) {
            let edit = format!("{}-{number}", self.writer());
            mine.insert(key.clone(), Document { edit, ..document.clone() });
        }
        loop {
            let entry =
                Entry { writer: self.writer().to_owned(), edit: number, patch: Patch::between(&base.map, &mine) };
            if entry.patch.is_empty() {
                return Ok(Acknowledged { sequence: base.sequence, ..done });
            }
            let refusal = match self.shared.publish(&entry, base.sequence, &mut done.bytes).await {
                Ok(sequence) => {
                    self.at_least(sequence).await;
                    if sequence % self.shared.config.snapshot_every == 0 {
                        tokio::spawn(Arc::clone(&self.shared).snapshot_and_purge());
                    }
                    return Ok(Acknowledged { sequence, ..done });
                }
                Err(refusal) => refusal,
            };
            match refusal {
                // The patches that came first are on their way.
                Refusal::CameLater(_) if start.elapsed() < patience => {
                    drop(timeout(Duration::from_millis(500), self.at_least(base.sequence + 1)).await);
                }
                // It may have been stored, so it must be sent again under the same name.
                Refusal::Unanswered(cause) => {
                    eprintln!("{}: {cause}; trying again", self.shared.config.map);
                    backoff.wait().await;
                }
                Refusal::CameLater(cause) | Refusal::TooLarge(cause) => {
                    return Err(Unpublished { patch: entry.patch, cause });
                }
            }
            let theirs = self.version();
            if let Some(&(_, sequence)) = theirs.writers.get(self.writer()).filter(|&&(edit, _)| edit == number) {
                // It was stored, and the acknowledgement was lost.
                return Ok(Acknowledged { sequence, ..done });
            }
            if theirs.sequence > base.sequence {
                let rule = self.shared.config.rule;
                mine = Map::merge3(&base.map, &mine, &theirs.map, |_, conflict| {
                    done.conflicts += 1;
                    rule.resolve(conflict)
                });
                (base, done.merges) = (theirs, done.merges + 1);
            }
        }
    }

    /// Stores the current version, so that other replicas can start from it. Returns its number.
    pub async fn snapshot(&self) -> Result<u64, Error> {
        self.shared.snapshot().await
    }

    /// Returns the patches that the log still has, with their numbers, up to the current version.
    pub async fn history(&self) -> Result<Vec<(u64, Entry)>, Error> {
        let last = self.version().sequence;
        let stream = self.shared.stream().await?;
        let first = stream.cached_info().state.first_sequence;
        let mut entries = Vec::new();
        for sequence in first..=last {
            entries.push((sequence, serde_json::from_slice(&stream.get_raw_message(sequence).await?.payload)?));
        }
        Ok(entries)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

/// Why a patch was not published.
enum Refusal {
    /// The log has grown since the version that the patch was made on.
    CameLater(Error),
    TooLarge(Error),
    /// It is unknown whether the patch was stored.
    Unanswered(Error),
}

impl Shared {
    async fn connect(config: &Config) -> Result<Self, Error> {
        let delay = |attempts: usize| Duration::from_millis(20 << attempts.min(5));
        let client = ConnectOptions::new().reconnect_delay_callback(delay).connect(&config.server).await?;
        let context = ContextBuilder::new().timeout(ANSWER_MAX).ack_timeout(ANSWER_MAX).build(client);
        let subjects = vec![format!("patches.{}", config.map)];
        context
            .get_or_create_stream(stream::Config { name: config.map.clone(), subjects, ..Default::default() })
            .await?;
        let bucket = format!("{}-snapshots", config.map);
        let store = match context.get_object_store(&bucket).await {
            Ok(store) => store,
            Err(_) => context.create_object_store(object_store::Config { bucket, ..Default::default() }).await?,
        };
        let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), std::process::id());
        let shared = Self {
            config: config.clone(),
            writer: format!("{random:016x}"),
            context,
            store,
            version: ArcSwap::default(),
            changed: watch::Sender::new(0),
            snapshots: AtomicU64::new(0),
        };
        shared.load_snapshot().await?;
        Ok(shared)
    }

    async fn stream(&self) -> Result<stream::Stream, Error> {
        Ok(self.context.get_stream(&self.config.map).await?)
    }

    /// Makes `version` the current one, unless there is a later one.
    fn become_version(&self, version: Version) {
        let sequence = version.sequence;
        if sequence > self.version.load().sequence {
            self.version.store(Arc::new(version));
            self.changed.send_replace(sequence);
        }
    }

    /// Follows the log, again and again after errors.
    async fn follow(self: Arc<Self>) {
        let mut backoff = Backoff::new();
        loop {
            let before = self.version.load().sequence;
            let error = self.follow_once().await.err();
            if self.version.load().sequence > before {
                backoff = Backoff::new();
            } else if let Some(error) = error.filter(|_| backoff.0 >= Duration::from_secs(1)) {
                eprintln!("{}: {error}; trying again", self.config.map);
            }
            backoff.wait().await;
        }
    }

    async fn follow_once(&self) -> Result<(), Error> {
        if self.is_behind_the_log().await? {
            self.load_snapshot().await?;
        }
        let stream = self.stream().await?;
        let (next, last) = (self.version.load().sequence + 1, stream.cached_info().state.last_sequence);
        for sequence in next..=last {
            match stream.get_raw_message(sequence).await {
                Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => {}
                _ => break,
            }
            if self.is_behind_the_log().await? {
                return Err("the next patches were purged, and no snapshot replaces them yet".into());
            }
            // This message was not purged, but removed by hand.
            self.become_version(Version { sequence, ..Version::clone(&self.version.load()) });
        }
        let deliver_policy = DeliverPolicy::ByStartSequence { start_sequence: self.version.load().sequence + 1 };
        let config = OrderedConfig { deliver_policy, ..Default::default() };
        let mut messages = stream.create_consumer(config).await?.messages().await?;
        loop {
            let Ok(message) = timeout(ANSWER_MAX / 4, messages.next()).await else {
                // A server that was started again has forgotten who follows, and that is noticed late.
                if self.stream().await?.cached_info().state.last_sequence > self.version.load().sequence {
                    return Err("messages do not arrive".into());
                }
                continue;
            };
            let message = message.ok_or("the server has ended the subscription")??;
            let sequence = message.info()?.stream_sequence;
            if sequence > self.version.load().sequence + 1 && self.is_behind_the_log().await? {
                return Err("the next patches were purged: a snapshot replaces them".into());
            }
            self.apply(sequence, &message.payload)?;
        }
    }

    /// Returns `true` if the next patch has been purged.
    async fn is_behind_the_log(&self) -> Result<bool, Error> {
        Ok(self.stream().await?.cached_info().state.first_sequence > self.version.load().sequence + 1)
    }

    /// Applies a message of the log. A message that is delivered again changes nothing.
    fn apply(&self, sequence: u64, payload: &[u8]) -> Result<(), Error> {
        let now = self.version.load_full();
        if sequence <= now.sequence {
            return Ok(());
        }
        let advice = "if a later version of this program has published it, update this one, else remove it: \
                      `nats stream rmm`";
        let entry: Entry = serde_json::from_slice(payload)
            .map_err(|error| format!("message {sequence} is not a patch ({error}): {advice}"))?;
        let map = now.map.apply(&entry.patch);
        let map = map.map_err(|error| format!("patch {sequence} does not apply ({error}): {advice}"))?;
        self.become_version(Version {
            sequence,
            map,
            writers: now.writers.assoc(entry.writer, (entry.edit, sequence)),
        });
        Ok(())
    }

    /// Publishes `entry`, which was made on version `base`. Returns its sequence number.
    async fn publish(&self, entry: &Entry, base: u64, bytes: &mut u64) -> Result<u64, Refusal> {
        let payload = serde_json::to_vec(entry).expect("a patch is serializable");
        *bytes += payload.len() as u64;
        let size = payload.len();
        let message =
            PublishMessage::build().payload(payload.into()).message_id(entry.id()).expected_last_sequence(base);
        let subject = format!("patches.{}", self.config.map);
        let sent = match self.context.send_publish(subject, message).await {
            Ok(acknowledgement) => acknowledgement.await,
            Err(error) => Err(error),
        };
        sent.map(|acknowledgement| acknowledgement.sequence).map_err(|error| match error.kind() {
            PublishErrorKind::WrongLastSequence => {
                Refusal::CameLater("this replica cannot follow the log: see what it has printed".into())
            }
            PublishErrorKind::MaxPayloadExceeded => {
                Refusal::TooLarge(format!("{size} bytes exceed max_payload of the server: divide the edit").into())
            }
            _ => Refusal::Unanswered(format!("{error}: is the server running, and is there room on its disk?").into()),
        })
    }

    async fn snapshot(&self) -> Result<u64, Error> {
        let version = self.version.load_full();
        let bytes = serde_json::to_vec(&*version)?;
        // Its name appears when all of its bytes are stored.
        self.store.put(name_of(version.sequence).as_str(), &mut bytes.as_slice()).await?;
        self.snapshots.fetch_add(1, Relaxed);
        Ok(version.sequence)
    }

    async fn snapshot_and_purge(self: Arc<Self>) {
        if let Err(error) = self.purge_after_snapshot().await {
            eprintln!("{}: no snapshot: {error}; the next one will replace it", self.config.map);
        }
    }

    /// Makes a snapshot, then purges the patches and the snapshots that are not needed any more.
    async fn purge_after_snapshot(&self) -> Result<(), Error> {
        let sequence = self.snapshot().await?;
        let kept = (sequence + 1).saturating_sub(self.config.snapshot_every);
        // NATS 2.9 purges everything if it is asked to keep what begins with 1.
        if kept > 1 {
            self.stream().await?.purge().sequence(kept).await?;
        }
        for name in self.snapshot_names().await?.iter().filter(|&name| *name < name_of(sequence)) {
            // If this fails, another replica has removed it, or the next one will.
            let _ = self.store.delete(name).await;
        }
        Ok(())
    }

    async fn snapshot_names(&self) -> Result<Vec<String>, Error> {
        for _ in 0..4 {
            let list = async { Ok::<_, Error>(self.store.list().await?.try_collect::<Vec<_>>().await?) };
            // A list does not end if an object is removed meanwhile, or if the server is killed.
            if let Ok(objects) = timeout(ANSWER_MAX / 2, list).await {
                return Ok(objects?.into_iter().map(|object| object.name).collect());
            }
        }
        Err("the snapshots cannot be listed".into())
    }

    /// Reads the latest snapshot, if there is one.
    async fn load_snapshot(&self) -> Result<(), Error> {
        let Some(latest) = self.snapshot_names().await?.into_iter().max() else { return Ok(()) };
        let mut bytes = Vec::new();
        let mut object = self.store.get(&latest).await?;
        timeout(self.config.patience / 4, object.read_to_end(&mut bytes)).await??;
        let version = serde_json::from_slice(&bytes)
            .map_err(|error| format!("snapshot {latest} cannot be read ({error}): remove it with `nats object rm`"))?;
        self.become_version(version);
        Ok(())
    }
}

/// Returns the name of the snapshot of a version. Names are in the order of the versions.
fn name_of(sequence: u64) -> String {
    format!("{sequence:020}")
}

#[cfg(test)]
mod tests;

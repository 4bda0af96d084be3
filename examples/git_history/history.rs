//! One map per commit, all of them sharing what did not change between them.

use std::collections::{HashMap, HashSet};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use perennial::PersistentMap;

use crate::git::{self, Failure, File, Id, Outcome, Record};
use crate::live_bytes;

/// The files of one commit. Paths are bytes, as in git: they need not be UTF-8.
pub(crate) type Version<const N: usize> = PersistentMap<Arc<[u8]>, File<N>>;

/// Every commit of a repository, with the files it has.
pub(crate) struct History<const N: usize> {
    versions: HashMap<Id<N>, Version<N>>,
    /// Parents before children.
    pub(crate) order: Vec<Id<N>>,
    /// What all versions together hold on the heap; the paths themselves are not in it.
    pub(crate) bytes: usize,
    /// What the paths hold, each stored once.
    pub(crate) path_bytes: usize,
    pub(crate) load_time: Duration,
}

impl<const N: usize> History<N> {
    /// Reads all commits of `repo`, and those that only `more` reaches.
    pub(crate) fn load(repo: &Path, more: &[Id<N>]) -> Outcome<Self> {
        let start = Instant::now();
        let mut progress = Progress::new(start);
        let mut paths = HashSet::<Arc<[u8]>>::new();
        let (mut versions, mut order) = (HashMap::new(), Vec::new());
        let (mut bytes, mut path_bytes) = (0, 0);
        git::read_history(repo, more, |record| {
            match record {
                Record::Commit { id, first_parent } => {
                    let version = match first_parent {
                        None => Version::new(),
                        Some(parent) => find(&versions, &parent)?.clone(),
                    };
                    versions.insert(id, version);
                    order.push(id);
                    progress.show(order.len());
                }
                Record::Change { path, file } => {
                    let version = order.last().and_then(|id| versions.get_mut(id));
                    let Some(version) = version else {
                        return Err(Failure::Unanswerable("a change without a commit".into()));
                    };
                    match file {
                        Some(file) => {
                            let path = intern(&mut paths, path, &mut path_bytes);
                            bytes += heap_growth(|| version.insert(path, file));
                        }
                        None => bytes += heap_growth(|| version.remove(path)),
                    }
                }
            }
            Ok(())
        })?;
        if order.is_empty() {
            return Err(Failure::Unanswerable(format!("{}: no commits yet", repo.display())));
        }
        let bytes = usize::try_from(bytes).expect("what is held was allocated before");
        Ok(History { versions, order, bytes, path_bytes, load_time: start.elapsed() })
    }

    /// The files of a commit.
    pub(crate) fn at(&self, id: &Id<N>) -> Outcome<&Version<N>> {
        find(&self.versions, id)
    }

    /// The number of entries in all versions, counted as if nothing was shared.
    pub(crate) fn entries(&self) -> usize {
        self.versions.values().map(|version| version.len()).sum()
    }

    /// At most `count` commits, evenly spaced over the history; the last commit is always among them.
    pub(crate) fn sample(&self, count: usize) -> impl Iterator<Item = &Id<N>> {
        let (all, count) = (self.order.len(), count.clamp(1, self.order.len()));
        (1..=count).map(move |i| &self.order[i * all / count - 1])
    }
}

fn find<'a, const N: usize>(versions: &'a HashMap<Id<N>, Version<N>>, id: &Id<N>) -> Outcome<&'a Version<N>> {
    versions.get(id).ok_or_else(|| Failure::Unanswerable(format!("git did not tell of commit {}", git::hex(id))))
}

/// The one stored copy of `path`.
fn intern(paths: &mut HashSet<Arc<[u8]>>, path: &[u8], path_bytes: &mut usize) -> Arc<[u8]> {
    if let Some(known) = paths.get(path) {
        return known.clone();
    }
    let before = live_bytes();
    let new = Arc::<[u8]>::from(path);
    *path_bytes += live_bytes().saturating_sub(before);
    paths.insert(new.clone());
    new
}

/// By how many bytes `edit` changes what the program holds.
fn heap_growth<R>(edit: impl FnOnce() -> R) -> isize {
    let before = live_bytes();
    edit();
    live_bytes() as isize - before as isize
}

/// A line on standard error that follows a long load, if someone is watching.
struct Progress {
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    const PERIOD: Duration = Duration::from_millis(500);

    fn new(start: Instant) -> Self {
        let watched = std::io::stderr().is_terminal();
        Progress { next: watched.then_some(start + Self::PERIOD), shown: false }
    }

    fn show(&mut self, commits: usize) {
        let now = Instant::now();
        if self.next.is_some_and(|next| next <= now) {
            // Nothing depends on this line, so neither does it matter if it cannot be written.
            let _ = write!(std::io::stderr(), "\r{commits} commits read");
            (self.next, self.shown) = (Some(now + Self::PERIOD), true);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

//! One map per commit. Maps share the nodes that did not change between them.

use std::collections::{HashMap, HashSet};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use perennial::PersistentMap;

use crate::git::{self, Failure, File, Id, Outcome, Record};
use crate::live_bytes;

/// The files of one commit. As in git, paths are bytes and need not be UTF-8.
pub(crate) type Version<const N: usize> = PersistentMap<Arc<[u8]>, File<N>>;

/// All commits of a repository with their files.
pub(crate) struct History<const N: usize> {
    versions: HashMap<Id<N>, Version<N>>,
    /// Parents before children.
    pub(crate) order: Vec<Id<N>>,
    /// The heap memory of all versions together, without the paths.
    pub(crate) bytes: usize,
    /// The heap memory of the paths, each stored once.
    pub(crate) path_bytes: usize,
    pub(crate) load_time: Duration,
}

impl<const N: usize> History<N> {
    /// Reads all commits of `repo`, including those that are reachable only from `more`.
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
                        return Err(Failure::Error("a change without a commit".into()));
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
            return Err(Failure::Error(format!("{}: no commits yet", repo.display())));
        }
        let bytes = usize::try_from(bytes).expect("memory is allocated before it is freed");
        Ok(History { versions, order, bytes, path_bytes, load_time: start.elapsed() })
    }

    /// Returns the files of a commit.
    pub(crate) fn at(&self, id: &Id<N>) -> Outcome<&Version<N>> {
        find(&self.versions, id)
    }

    /// Returns the sum of the lengths of all versions.
    pub(crate) fn entries(&self) -> usize {
        self.versions.values().map(|version| version.len()).sum()
    }

    /// Returns at most `count` commits, evenly spaced over the history, including the last one.
    pub(crate) fn sample(&self, count: usize) -> impl Iterator<Item = &Id<N>> {
        let (all, count) = (self.order.len(), count.clamp(1, self.order.len()));
        (1..=count).map(move |i| &self.order[i * all / count - 1])
    }
}

fn find<'a, const N: usize>(versions: &'a HashMap<Id<N>, Version<N>>, id: &Id<N>) -> Outcome<&'a Version<N>> {
    versions.get(id).ok_or_else(|| Failure::Error(format!("git did not list commit {}", git::hex(id))))
}

/// Returns the single stored copy of `path`.
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

/// Returns by how many bytes `edit` increases the allocated memory.
fn heap_growth<R>(edit: impl FnOnce() -> R) -> isize {
    let before = live_bytes();
    edit();
    live_bytes() as isize - before as isize
}

/// A progress line on standard error, if that is a terminal.
struct Progress {
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    const PERIOD: Duration = Duration::from_millis(500);

    fn new(start: Instant) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Progress { next: is_terminal.then_some(start + Self::PERIOD), shown: false }
    }

    fn show(&mut self, commits: usize) {
        let now = Instant::now();
        if self.next.is_some_and(|next| next <= now) {
            // The line is not important, so an error is ignored.
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

//! Three-way merge of two versions and their common base, file by file.

use std::collections::BTreeSet;
use std::sync::Arc;

use perennial::PersistentMap;
use perennial::map::Change;

use crate::diff::{self, Statuses};
use crate::history::Version;

/// Two versions, their base, and the merged version.
pub(crate) struct Merge<'a, const N: usize> {
    base: &'a Version<N>,
    ours: &'a Version<N>,
    theirs: &'a Version<N>,
    /// All files of the merge. For a conflict it contains our file, or theirs if we have none.
    pub(crate) merged: Version<N>,
    /// The paths that both sides changed differently, and the files where the other side has a folder.
    pub(crate) conflicts: BTreeSet<Arc<[u8]>>,
}

impl<'a, const N: usize> Merge<'a, N> {
    pub(crate) fn new(base: &'a Version<N>, ours: &'a Version<N>, theirs: &'a Version<N>) -> Self {
        let mut conflicts = BTreeSet::new();
        let merged = PersistentMap::merge3(base, ours, theirs, |path, conflict| {
            conflicts.insert(path.clone());
            conflict.ours.or(conflict.theirs).copied()
        });
        // In a map of paths, a file and a folder can have the same name, but not in a git tree. Neither side contains
        // such a pair, so the files in the folder are additions for the side that has the file.
        for change in ours.diff(&merged).chain(theirs.diff(&merged)) {
            if let Change::Added { key: path, .. } = change {
                let files = folders(path).filter_map(|folder| merged.get_key_value(folder));
                conflicts.extend(files.map(|(file, _)| file.clone()));
            }
        }
        Merge { base, ours, theirs, merged, conflicts }
    }

    /// Returns the changes of our version by the merge, without conflicts, sorted by path.
    pub(crate) fn changes(&self) -> Statuses<'_> {
        let mut changes = diff::diff(self.ours, &self.merged);
        changes.retain(|(path, _)| !self.conflicts.contains(*path));
        changes
    }

    /// Returns the conflicts, sorted by path, with the letters that `git status` shows.
    pub(crate) fn conflicts(&self) -> Statuses<'_> {
        let has = |version: &Version<N>, path: &[u8]| version.contains_key(path);
        let status = |path| match (has(self.base, path), has(self.ours, path), has(self.theirs, path)) {
            (true, true, true) => "UU",
            (true, true, false) => "UD",
            (true, false, _) => "DU",
            (false, true, true) => "AA",
            (false, true, false) => "AU",
            (false, false, _) => "UA",
        };
        self.conflicts.iter().map(|path| (&**path, status(path))).collect()
    }

    /// Returns the paths at which git's merge may differ because git follows renames.
    ///
    /// These exist only if one side deleted a file that the other side changed. Then each file that the first side
    /// added may be the deleted file under another name.
    pub(crate) fn renames(&self) -> BTreeSet<&[u8]> {
        let mut renames = BTreeSet::new();
        for (side, other) in [(self.ours, self.theirs), (self.theirs, self.ours)] {
            let (mut old, mut new) = (Vec::new(), Vec::new());
            for change in self.base.diff(side) {
                match change {
                    Change::Removed { key, value } if other.get(key) != Some(value) => old.push(&**key),
                    Change::Added { key, .. } => new.push(&**key),
                    _ => {}
                }
            }
            if !old.is_empty() {
                renames.extend(old.into_iter().chain(new));
            }
        }
        renames
    }
}

/// Returns the folders that contain a path, beginning with the outermost.
fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/');
    slashes.map(|(end, _)| &path[..end])
}

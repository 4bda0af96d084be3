//! Compares our results with git's.

use std::collections::BTreeSet;
use std::path::Path;

use crate::diff::quoted;
use crate::git::{self, Failure, File, Id, Outcome};
use crate::history::Version;
use crate::merge::Merge;

/// Fails unless `--diff` and git list the same changes from `old` to `new`.
pub(crate) fn diff(repo: &Path, old: &[u8], new: &[u8], ours: &str) -> Outcome<()> {
    let (old, new) = (git::hex(old), git::hex(new));
    // These options override the user's configuration.
    let fixed = ["--ignore-submodules=none", "--no-relative", "--no-color", "-O/dev/null"];
    let diff = ["-c", "core.quotePath=true", "diff", "--name-status", "--no-renames"];
    let args = diff.into_iter().chain(fixed).chain([old.as_str(), new.as_str(), "--"]);
    let theirs = git::output(repo, args)?;
    if theirs == ours.as_bytes() {
        return Ok(());
    }
    let theirs = String::from_utf8_lossy(&theirs);
    let odd = theirs.lines().find(|line| !ours.lines().any(|other| other == *line));
    let odd = odd.or(ours.lines().find(|line| !theirs.lines().any(|other| other == *line)));
    Err(Failure::Differs(format!("--diff and git diff differ: {:?}", odd.unwrap_or("order"))))
}

/// Fails unless `version` has exactly the files that git lists for the commit `id`.
pub(crate) fn version<const N: usize>(repo: &Path, id: &Id<N>, version: &Version<N>) -> Outcome<()> {
    let commit = git::hex(id);
    let mut listed = 0;
    each_file(repo, &commit, |path, file| {
        listed += 1;
        if version.get(path) == Some(&file) {
            return Ok(());
        }
        let path = quoted(path);
        Err(Failure::Differs(format!("version {commit} differs from git at {path}")))
    })?;
    if listed == version.len() {
        return Ok(());
    }
    let len = version.len();
    Err(Failure::Differs(format!("version {commit} has {len} files, but git lists {listed}")))
}

/// The result of comparing our merge with git's.
pub(crate) struct Compared {
    /// The number of equal files without a conflict.
    pub(crate) equal: usize,
    /// The number of conflicts that git cannot resolve by merging contents.
    pub(crate) conflicts: usize,
    /// The number of different paths for which git may have followed a rename, which it always does before 2.50.
    pub(crate) renamed: usize,
}

/// Fails unless git merges all paths without a conflict to the same files, and finds only conflicts that we find too.
pub(crate) fn merge<const N: usize>(
    repo: &Path,
    base: &Id<N>,
    sides: &[Id<N>; 2],
    merge: &Merge<'_, N>,
) -> Outcome<Compared> {
    let sides = sides.each_ref().map(|id| git::hex(id));
    let output = git::merge_tree(repo, &git::hex(base), &sides)?;
    let mut fields = output.split(|&byte| byte == 0).filter(|field| !field.is_empty());
    let tree = String::from_utf8_lossy(fields.next().unwrap_or_default());
    let renames = merge.renames();
    let mut renamed = BTreeSet::new();

    let conflicts: BTreeSet<&[u8]> = fields.map(|path| before_move(path, &sides)).collect();
    let (conflicts, more): (Vec<&[u8]>, _) = conflicts.iter().partition(|path| merge.conflicts.contains(**path));
    for path in more {
        if !renames.contains(path) {
            let path = quoted(path);
            return Err(Failure::Differs(format!("git merge-tree finds a conflict at {path}, --merge-base does not")));
        }
        renamed.insert(path);
    }
    let mut theirs = Version::new();
    each_file(repo, &tree, |path, file| {
        theirs.insert(before_move(path, &sides).into(), file);
        Ok(())
    })?;
    // The merged version contains one side's file for each conflict.
    let mut equal = merge.merged.len() - merge.conflicts.len();
    for change in merge.merged.diff(&theirs).filter(|change| !merge.conflicts.contains(change.key())) {
        if !renames.contains(&**change.key()) {
            let path = quoted(change.key());
            return Err(Failure::Differs(format!("--merge-base and git merge-tree differ at {path}")));
        }
        renamed.insert(change.key());
        equal -= usize::from(change.before().is_some());
    }
    Ok(Compared { equal, conflicts: conflicts.len(), renamed: renamed.len() })
}

/// Returns the original path of a file that git renamed because of a conflict with a folder. Git appends `~` and the
/// name of the side as passed to `merge-tree`, and a number if that is not unique.
fn before_move<'a>(path: &'a [u8], sides: &[String; 2]) -> &'a [u8] {
    let moved = |side: &String| {
        let mut ends = path.windows(1 + side.len());
        ends.rposition(|end| end[0] == b'~' && &end[1..] == side.as_bytes())
    };
    sides.iter().find_map(moved).map_or(path, |end| &path[..end])
}

/// Calls `receive` for every file that git lists for a commit or a tree.
fn each_file<const N: usize>(
    repo: &Path,
    tree: &str,
    mut receive: impl FnMut(&[u8], File<N>) -> Outcome<()>,
) -> Outcome<()> {
    let list = git::output(repo, ["ls-tree", "-r", "-z", "--full-tree", tree])?;
    for line in list.split_inclusive(|&byte| byte == 0) {
        // A line is `MODE TYPE ID`, a tab, the path, and NUL.
        let Some((path, file)) = parse_listed(line) else {
            return Err(Failure::Error(format!("cannot read the tree of {tree}")));
        };
        receive(path, file)?;
    }
    Ok(())
}

fn parse_listed<const N: usize>(line: &[u8]) -> Option<(&[u8], File<N>)> {
    let tab = line.iter().position(|&byte| byte == b'\t')?;
    let mut words = line[..tab].split(|&byte| byte == b' ');
    let file = git::parse_file(words.next()?, words.nth(1)?)?;
    Some((line[tab + 1..].strip_suffix(b"\0")?, file))
}

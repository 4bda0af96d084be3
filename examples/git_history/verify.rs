//! Asking git whether we are right.

use std::path::Path;

use crate::diff::quoted;
use crate::git::{self, Failure, File, Id, Outcome};
use crate::history::Version;

/// Fails unless `--diff` and git agree on what changed from `old` to `new`.
pub(crate) fn diff(repo: &Path, old: &[u8], new: &[u8], ours: &str) -> Outcome<()> {
    let (old, new) = (git::hex(old), git::hex(new));
    // A user's configuration must not change what git answers.
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

/// Fails unless `version` holds exactly the files that git lists for the commit `id`.
pub(crate) fn version<const N: usize>(repo: &Path, id: &Id<N>, version: &Version<N>) -> Outcome<()> {
    let commit = git::hex(id);
    let tree = git::output(repo, ["ls-tree", "-r", "-z", "--full-tree", &commit])?;
    let mut listed = 0;
    for line in tree.split_inclusive(|&byte| byte == 0) {
        listed += 1;
        // `MODE TYPE ID`, a tab, the path, NUL
        let Some((path, file)) = parse_listed(line) else {
            return Err(Failure::Unanswerable(format!("cannot read the tree of {commit}")));
        };
        if version.get(path) != Some(&file) {
            let path = quoted(path);
            return Err(Failure::Differs(format!("version {commit} differs from git at {path}")));
        }
    }
    if listed == version.len() {
        return Ok(());
    }
    let len = version.len();
    Err(Failure::Differs(format!("version {commit} has {len} files where git lists {listed}")))
}

fn parse_listed<const N: usize>(line: &[u8]) -> Option<(&[u8], File<N>)> {
    let tab = line.iter().position(|&byte| byte == b'\t')?;
    let mut words = line[..tab].split(|&byte| byte == b' ');
    let file = git::parse_file(words.next()?, words.nth(1)?)?;
    Some((line[tab + 1..].strip_suffix(b"\0")?, file))
}

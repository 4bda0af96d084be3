//! Holds all versions of a git repository in memory: one `PersistentMap` from paths to files for every commit.
//!
//! ```text
//! cargo run --release --example git_history -- [REPO] [--at REV PATH | --diff A B | --merge-base A B] [--verify]
//! ```
//!
//! Reads all commits of the git repository `REPO` (default: that of the current directory), and prints how much memory
//! their versions take, compared with one std `HashMap` per commit. With an option it does something else:
//!
//! * `--at` prints the blob id of `PATH` in `REV`.
//! * `--diff` prints the changes from `A` to `B`, in the format of `git diff --name-status --no-renames`.
//! * `--merge-base` prints the merge base of `A` and `B`, the changes that a merge of `B` makes in `A`, in the format
//!   of `--diff`, then the conflicting paths, and the numbers of both. A path conflicts if both sides changed its mode
//!   or its content differently, even if git could merge the two contents; or if it is a file on one side and a folder
//!   on the other. The letters are those of git: `UU` both changed it, `AA` both added it, `UD` only `B` deleted it,
//!   `DU` only `A` deleted it, `AU` and `UA` only `A` or only `B` added it.
//!
//! Paths are relative to the root of the repository. `--verify` compares the results with git's: all files of some of
//! the versions, all files of the version of `--at`, the output of `--diff`, or the merged files without a conflict, by
//! `git merge-tree` (git 2.40). Git may find fewer conflicts, but no others. Before git 2.50 merge-tree always follows
//! renames. Then the paths that this may affect are ignored if they differ, and a line says how many these are.
//!
//! Exit code 0: success; 1: `--verify` found a difference; 2: error.

use std::alloc::System;
use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

// The modules are in a subfolder, because cargo would compile files in this folder as separate examples.
#[path = "git_history/diff.rs"]
mod diff;
#[path = "git_history/git.rs"]
mod git;
#[path = "git_history/history.rs"]
mod history;
#[path = "git_history/merge.rs"]
mod merge;
#[path = "git_history/verify.rs"]
mod verify;

use git::{Failure, Outcome};
use history::{History, Version};
use merge::Merge;

/// Counts the allocated bytes, so that the printed figures are exact.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Returns the number of bytes that are allocated now.
fn live_bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

const USAGE: &str = "usage: git_history [REPO] [--at REV PATH | --diff A B | --merge-base A B] [--verify]";

/// What to do with the history.
enum Task {
    Summary,
    At { revision: OsString, path: OsString },
    Diff { old: OsString, new: OsString },
    Merge { ours: OsString, theirs: OsString },
}

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let result = run(&mut out).and_then(|()| Ok(out.flush()?));
    let (line, code) = match result {
        Ok(()) | Err(Failure::ReaderGone) => return ExitCode::SUCCESS,
        Err(Failure::Differs(line)) => (line, 1),
        Err(Failure::Error(line)) => (line, 2),
    };
    // The output before the failure comes first. If it cannot be written, the error line is written all the same.
    let _ = out.flush();
    let _ = writeln!(io::stderr(), "git_history: {line}");
    ExitCode::from(code)
}

fn run(out: &mut impl Write) -> Outcome<()> {
    let (mut repo, mut task, mut verify) = (None, Task::Summary, false);
    let mut args = env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let mut next = || args.next().ok_or_else(|| Failure::Error(USAGE.into()));
        match (arg.to_str(), &task) {
            (Some("--help" | "-h"), _) => return Ok(writeln!(out, "{USAGE}")?),
            (Some("--verify"), _) => verify = true,
            (Some("--at"), Task::Summary) => {
                task = Task::At { revision: next()?, path: next()? };
            }
            (Some("--diff"), Task::Summary) => {
                task = Task::Diff { old: next()?, new: next()? };
            }
            (Some("--merge-base"), Task::Summary) => {
                task = Task::Merge { ours: next()?, theirs: next()? };
            }
            (Some(option), _) if option.starts_with('-') => {
                return Err(Failure::Error(USAGE.into()));
            }
            _ if repo.is_none() => repo = Some(PathBuf::from(arg)),
            _ => return Err(Failure::Error(USAGE.into())),
        }
    }
    let repo = repo.unwrap_or_else(|| PathBuf::from("."));
    match git::object_format(&repo)?.as_str() {
        "sha1" => perform::<20>(&repo, &task, verify, out),
        "sha256" => perform::<32>(&repo, &task, verify, out),
        other => Err(Failure::Error(format!("unknown object format {other}"))),
    }
}

fn perform<const N: usize>(repo: &Path, task: &Task, verify: bool, out: &mut impl Write) -> Outcome<()> {
    let resolve = |revision: &OsString| {
        git::resolve::<N>(repo, revision)?
            .ok_or_else(|| Failure::Error(format!("no such revision: {}", revision.to_string_lossy())))
    };
    match task {
        Task::Summary => {
            let history = History::<N>::load(repo, &[])?;
            summary(repo, &history, out)?;
            if verify {
                let mut checked = 0;
                for id in history.sample(50) {
                    verify::version(repo, id, history.at(id)?)?;
                    checked += 1;
                }
                writeln!(out, "verify: OK, {checked} versions equal git ls-tree -r")?;
            }
        }
        Task::At { revision, path } => {
            let id = resolve(revision)?;
            let history = History::load(repo, &[id])?;
            let version = history.at(&id)?;
            let Some(file) = version.get(path.as_encoded_bytes()) else {
                let (path, revision) = (path.to_string_lossy(), revision.to_string_lossy());
                return Err(Failure::Error(format!("no file {path} in {revision}")));
            };
            writeln!(out, "{}", git::hex(&file.id))?;
            if verify {
                verify::version(repo, &id, version)?;
                writeln!(out, "verify: OK, this version equals git ls-tree -r")?;
            }
        }
        Task::Diff { old, new } => {
            let ids = [resolve(old)?, resolve(new)?];
            let history = History::load(repo, &ids)?;
            let changes = diff::diff(history.at(&ids[0])?, history.at(&ids[1])?);
            let lines = diff::name_status(&changes);
            out.write_all(lines.as_bytes())?;
            if verify {
                verify::diff(repo, &ids[0], &ids[1], &lines)?;
                let count = changes.len();
                writeln!(out, "verify: OK, {count} changes equal git diff --name-status")?;
            }
        }
        Task::Merge { ours, theirs } => {
            let sides = [resolve(ours)?, resolve(theirs)?];
            let Some(base) = git::merge_base(repo, &sides)? else {
                let (ours, theirs) = (ours.to_string_lossy(), theirs.to_string_lossy());
                return Err(Failure::Error(format!("no merge base of {ours} and {theirs}")));
            };
            let history = History::load(repo, &sides)?;
            let merge = Merge::new(history.at(&base)?, history.at(&sides[0])?, history.at(&sides[1])?);
            let (changes, conflicts) = (merge.changes(), merge.conflicts());
            writeln!(out, "merge base {}", git::hex(&base))?;
            write!(out, "{}{}", diff::name_status(&changes), diff::name_status(&conflicts))?;
            writeln!(out, "changes: {}, conflicts: {}", changes.len(), conflicts.len())?;
            if verify {
                let verify::Compared { equal, conflicts, renamed } = verify::merge(repo, &base, &sides, &merge)?;
                writeln!(out, "verify: OK, {equal} files equal git merge-tree, conflicts left by git: {conflicts}")?;
                if renamed > 0 {
                    writeln!(out, "verify: this git follows renames; paths ignored for that reason: {renamed}")?;
                }
            }
        }
    }
    Ok(())
}

/// Prints the size of the history and the memory that it takes.
fn summary<const N: usize>(repo: &Path, history: &History<N>, out: &mut impl Write) -> Outcome<()> {
    let head = git::resolve::<N>(repo, "HEAD".as_ref())?;
    let newest = match &head {
        Some(head) => head,
        None => &history.order[history.order.len() - 1],
    };
    let (commits, entries) = (history.order.len(), history.entries());
    let copies = Copies::measure(history, history.at(newest)?)?;
    let scaled = match copies.count {
        count if count == commits => String::from("measured"),
        count => format!("extrapolated from {count} versions by the number of entries"),
    };
    let std_bytes = match copies.entries {
        0 => 0.0,
        copied => copies.bytes as f64 * (entries as f64 / copied as f64),
    };
    let ours = history.bytes as f64;
    writeln!(out, "commits            {commits}")?;
    writeln!(out, "files              {} in the newest version, {:.9}", history.at(newest)?.len(), git::hex(newest))?;
    writeln!(out, "entries            {entries} in all versions together")?;
    writeln!(out, "PersistentMap      {} for all versions, measured", megabytes(ours))?;
    writeln!(out, "std HashMap        {} for all versions, {scaled}", megabytes(std_bytes))?;
    if history.bytes > 0 {
        writeln!(out, "ratio              {:.1} std HashMap / PersistentMap", std_bytes / ours)?;
    }
    let paths = megabytes(history.path_bytes as f64);
    writeln!(out, "paths              {paths}, stored once, not included in these figures")?;
    writeln!(out, "load time          {:.2} s, including git", history.load_time.as_secs_f64())?;
    Ok(())
}

fn megabytes(bytes: f64) -> String {
    format!("{:.3} MB", bytes / 1e6)
}

/// The memory of std `HashMap`s of some versions.
struct Copies {
    count: usize,
    entries: usize,
    bytes: usize,
}

impl Copies {
    /// Copies up to 500 versions, evenly spaced, or fewer so that copies of the size of the newest version take at most
    /// 200 MB.
    fn measure<const N: usize>(history: &History<N>, newest: &Version<N>) -> Outcome<Self> {
        let mut kept = Vec::with_capacity(500);
        let before = live_bytes();
        kept.push(copy(newest));
        let fit = 200_000_000 / (live_bytes() - before).max(1);
        kept.clear();
        let before = live_bytes();
        for id in history.sample(fit.min(500)) {
            kept.push(copy(history.at(id)?));
        }
        let bytes = live_bytes() - before;
        let entries = kept.iter().map(HashMap::len).sum();
        Ok(Copies { count: kept.len(), entries, bytes })
    }
}

/// Returns a std map of the same entries. It is allocated at its final size, so it is as small as possible.
fn copy<const N: usize>(version: &Version<N>) -> HashMap<std::sync::Arc<[u8]>, git::File<N>> {
    version.iter().map(|(path, file)| (path.clone(), *file)).collect()
}

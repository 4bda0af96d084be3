//! Every version of a real repository at once: one `PersistentMap` of path to file for each commit.
//!
//! ```text
//! cargo run --release --example git_history -- [REPO] [--at REV PATH | --diff A B | --merge-base A B] [--verify]
//! ```
//!
//! It reads all commits of the git repository `REPO` (default: the current directory's) and says what it
//! costs to keep all their versions, beside the cost of one std `HashMap` for each. Other questions:
//!
//! * `--at` prints the blob id of `PATH` in `REV`.
//! * `--diff` prints what changed from `A` to `B`, in the format of `git diff --name-status --no-renames`.
//! * `--merge-base` prints the merge base of `A` and `B`, what a merge of `B` changes in `A`, in the format of
//!   `--diff`, then the paths in conflict, and the numbers of both. A path is in conflict if both sides changed its
//!   mode or its content, each differently, even where git could join the two contents; or if it is a file of one
//!   side that has the name of a folder of the other. Git's letters say how: `UU` both changed it, `AA` both added
//!   it, `UD` only `B` deleted it, `DU` only `A` did, `AU` and `UA` only `A` or only `B` added it.
//!
//! Paths count from the top of the repository. `--verify` lets git check the answers: a sample of versions in full,
//! the version of `--at`, the whole of `--diff`, or, by `git merge-tree` (git 2.40), all of a merge that is not in
//! conflict; git may find fewer conflicts, but no others. Before git 2.50 merge-tree cannot be told to leave renames
//! alone; then the paths where it followed one are set aside, and a line says how many.
//!
//! Exit code 0: answered; 1: `--verify` found a difference; 2: cannot answer.

use std::alloc::System;
use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

// Not beside this file, where cargo would take each module for an example.
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

/// Counts what is allocated, so that the bytes printed are those that were asked for, not estimates.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes on the heap now.
fn live_bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

const USAGE: &str = "usage: git_history [REPO] [--at REV PATH | --diff A B | --merge-base A B] [--verify]";

/// What is asked of the history once it is read.
enum Question {
    Summary,
    At { revision: OsString, path: OsString },
    Diff { old: OsString, new: OsString },
    Merge { ours: OsString, theirs: OsString },
}

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let answered = run(&mut out).and_then(|()| Ok(out.flush()?));
    let (line, code) = match answered {
        Ok(()) | Err(Failure::ReaderGone) => return ExitCode::SUCCESS,
        Err(Failure::Differs(line)) => (line, 1),
        Err(Failure::Unanswerable(line)) => (line, 2),
    };
    // What was found before the failure comes first; if nobody reads that, the line still counts.
    let _ = out.flush();
    let _ = writeln!(io::stderr(), "git_history: {line}");
    ExitCode::from(code)
}

fn run(out: &mut impl Write) -> Outcome<()> {
    let (mut repo, mut question, mut verify) = (None, Question::Summary, false);
    let mut args = env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let mut next = || args.next().ok_or_else(|| Failure::Unanswerable(USAGE.into()));
        match (arg.to_str(), &question) {
            (Some("--help" | "-h"), _) => return Ok(writeln!(out, "{USAGE}")?),
            (Some("--verify"), _) => verify = true,
            (Some("--at"), Question::Summary) => {
                question = Question::At { revision: next()?, path: next()? };
            }
            (Some("--diff"), Question::Summary) => {
                question = Question::Diff { old: next()?, new: next()? };
            }
            (Some("--merge-base"), Question::Summary) => {
                question = Question::Merge { ours: next()?, theirs: next()? };
            }
            (Some(option), _) if option.starts_with('-') => {
                return Err(Failure::Unanswerable(USAGE.into()));
            }
            _ if repo.is_none() => repo = Some(PathBuf::from(arg)),
            _ => return Err(Failure::Unanswerable(USAGE.into())),
        }
    }
    let repo = repo.unwrap_or_else(|| PathBuf::from("."));
    match git::object_format(&repo)?.as_str() {
        "sha1" => answer::<20>(&repo, &question, verify, out),
        "sha256" => answer::<32>(&repo, &question, verify, out),
        other => Err(Failure::Unanswerable(format!("unknown object format {other}"))),
    }
}

fn answer<const N: usize>(repo: &Path, question: &Question, verify: bool, out: &mut impl Write) -> Outcome<()> {
    let resolve = |revision: &OsString| {
        git::resolve::<N>(repo, revision)?
            .ok_or_else(|| Failure::Unanswerable(format!("no such revision: {}", revision.to_string_lossy())))
    };
    match question {
        Question::Summary => {
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
        Question::At { revision, path } => {
            let id = resolve(revision)?;
            let history = History::load(repo, &[id])?;
            let version = history.at(&id)?;
            let Some(file) = version.get(path.as_encoded_bytes()) else {
                let (path, revision) = (path.to_string_lossy(), revision.to_string_lossy());
                return Err(Failure::Unanswerable(format!("no file {path} in {revision}")));
            };
            writeln!(out, "{}", git::hex(&file.id))?;
            if verify {
                verify::version(repo, &id, version)?;
                writeln!(out, "verify: OK, this version equals git ls-tree -r")?;
            }
        }
        Question::Diff { old, new } => {
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
        Question::Merge { ours, theirs } => {
            let sides = [resolve(ours)?, resolve(theirs)?];
            let Some(base) = git::merge_base(repo, &sides)? else {
                let (ours, theirs) = (ours.to_string_lossy(), theirs.to_string_lossy());
                return Err(Failure::Unanswerable(format!("no merge base of {ours} and {theirs}")));
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
                    writeln!(out, "verify: this git follows renames; set aside for that: {renamed}")?;
                }
            }
        }
    }
    Ok(())
}

/// Prints how large the history is, and what it takes to keep all of it.
fn summary<const N: usize>(repo: &Path, history: &History<N>, out: &mut impl Write) -> Outcome<()> {
    let head = git::resolve::<N>(repo, "HEAD".as_ref())?;
    let newest = match &head {
        Some(head) => head,
        None => &history.order[history.order.len() - 1],
    };
    let (commits, entries) = (history.order.len(), history.entries());
    let copies = Copies::measure(history, history.at(newest)?)?;
    let scaled = match copies.count {
        count if count == commits => String::from("all copied"),
        count => format!("scaled by entries from {count} versions copied"),
    };
    let std_bytes = match copies.entries {
        0 => 0.0,
        copied => copies.bytes as f64 * (entries as f64 / copied as f64),
    };
    let ours = history.bytes as f64;
    writeln!(out, "commits            {commits}")?;
    writeln!(out, "files              {} in the newest version, {:.9}", history.at(newest)?.len(), git::hex(newest))?;
    writeln!(out, "entries            {entries} if every version were a std HashMap of its own")?;
    writeln!(out, "PersistentMap      {} for all versions, counted", megabytes(ours))?;
    writeln!(out, "std HashMap        {} for all versions, {scaled}", megabytes(std_bytes))?;
    if history.bytes > 0 {
        writeln!(out, "ratio              {:.1} std HashMap to PersistentMap", std_bytes / ours)?;
    }
    let paths = megabytes(history.path_bytes as f64);
    writeln!(out, "paths              {paths}, stored once for either and in neither figure")?;
    writeln!(out, "load time          {:.2} s, git included", history.load_time.as_secs_f64())?;
    Ok(())
}

fn megabytes(bytes: f64) -> String {
    format!("{:.3} MB", bytes / 1e6)
}

/// What std `HashMap`s of some versions hold on the heap.
struct Copies {
    count: usize,
    entries: usize,
    bytes: usize,
}

impl Copies {
    /// Copies as many versions, evenly spaced, as are sure to fit: 500, or 200 MB if all are as large as the newest.
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

/// A std map of the same entries. It is made at its final size, so it is as small as std maps get.
fn copy<const N: usize>(version: &Version<N>) -> HashMap<std::sync::Arc<[u8]>, git::File<N>> {
    version.iter().map(|(path, file)| (path.clone(), *file)).collect()
}

//! Holds all versions of a history in memory, in each kind of map: one map from paths to files for every commit.
//!
//! `history [REPO...]` reads the commits of each git repository, and generates a history of 20 000 commits. It writes
//! `benches/results/history.csv`, from which `peers --render` makes the picture in `README.md` and a table in
//! `BENCHMARKS.md`, and prints the memory of all versions. `git_history` in `examples` does the same with this crate
//! only, as a program that a reader can start from.

use std::alloc::System;
use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use cpu_time::ThreadTime;
use foldhash::fast::FixedState;
use peers::for_each_map;
use peers::key::mix;
use peers::map::BenchMap;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

// The example reads the same histories.
#[allow(dead_code, reason = "the example compares versions with git, too")]
#[path = "../../../../examples/git_history/git.rs"]
mod git;

use git::{Failure, Record};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

type File = git::File<20>;
type PathBytes = Arc<[u8]>;

/// A version: the index of the version that it is made from, and what changes.
struct Commit {
    parent: Option<usize>,
    changes: Vec<(PathBytes, Option<File>)>,
}

struct History {
    what: String,
    commits: Vec<Commit>,
}

/// The number of points of a curve.
const POINTS: usize = 60;

fn main() -> ExitCode {
    let mut histories = Vec::new();
    for repo in std::env::args().skip(1) {
        match read(Path::new(&repo)) {
            Ok(history) => histories.push(history),
            Err(Failure::Error(line) | Failure::Differs(line)) => {
                eprintln!("history: {line}");
                return ExitCode::FAILURE;
            }
            Err(Failure::ReaderGone) => return ExitCode::FAILURE,
        }
    }
    histories.push(generate());
    let mut text = String::new();
    for history in &histories {
        text.push_str(&format!("# {}\n", history.what));
        println!("{}", history.what);
        let lens = lens(&history.commits);
        for rows in for_each_map!(rows, PathBytes, File, FixedState) {
            for line in rows(&history.commits, &lens) {
                text.push_str(&line);
                text.push('\n');
            }
            println!("  {}", text.lines().last().unwrap_or_default());
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../results/history.csv");
    match std::fs::write(file, text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("history: {file}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Reads all commits of a git repository.
fn read(repo: &Path) -> Result<History, Failure> {
    let mut places = HashMap::new();
    let mut paths = std::collections::HashSet::<PathBytes>::new();
    let mut commits: Vec<Commit> = Vec::new();
    git::read_history::<20>(repo, &[], |record| {
        match record {
            Record::Commit { id, first_parent } => {
                places.insert(id, commits.len());
                let parent = first_parent.and_then(|parent| places.get(&parent).copied());
                commits.push(Commit { parent, changes: Vec::new() });
            }
            Record::Change { path, file } => {
                let path = paths.get(path).cloned().unwrap_or_else(|| path.into());
                paths.insert(path.clone());
                let commit = commits.last_mut().ok_or_else(|| Failure::Error("a change without a commit".into()))?;
                commit.changes.push((path, file));
            }
        }
        Ok(())
    })?;
    let name = repo.canonicalize()?;
    let name = name.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    Ok(History { what: format!("the repository {name}"), commits })
}

/// Makes up a history: 500 files at first, then commits that each change three files; every fourth adds a file.
fn generate() -> History {
    const COMMITS: u64 = 20_000;
    let path = |i: u64| PathBytes::from(format!("src/part_{}/module_{}/file_{i}.rs", i % 41, i % 7).into_bytes());
    let file = |seed: u64| {
        let mut id = [0; 20];
        id[..8].copy_from_slice(&mix(seed).to_le_bytes());
        Some(File { mode: 0o10_0644, id })
    };
    let mut paths: Vec<PathBytes> = (0..500).map(path).collect();
    let first = paths.iter().enumerate().map(|(i, path)| (path.clone(), file(i as u64))).collect();
    let mut commits = vec![Commit { parent: None, changes: first }];
    for commit in 1..COMMITS {
        let mut changes = Vec::new();
        for i in 0..3 {
            let seed = mix(commit * 4 + i);
            changes.push((paths[(seed % paths.len() as u64) as usize].clone(), file(seed)));
        }
        if commit % 4 == 0 {
            paths.push(path(paths.len() as u64));
            changes.push((paths[paths.len() - 1].clone(), file(commit * 4 + 3)));
        }
        commits.push(Commit { parent: Some(commits.len() - 1), changes });
    }
    History { what: format!("a generated history, up to {} files", paths.len()), commits }
}

/// Returns the number of files of each version.
fn lens(commits: &[Commit]) -> Vec<usize> {
    let mut versions: Vec<perennial::PersistentMap<PathBytes, ()>> = Vec::new();
    for commit in commits {
        let mut version = commit.parent.map(|parent| versions[parent].clone()).unwrap_or_default();
        for (path, file) in &commit.changes {
            match file {
                Some(_) => _ = version.insert(path.clone(), ()),
                None => _ = version.remove(path),
            }
        }
        versions.push(version);
    }
    versions.iter().map(|version| version.len()).collect()
}

/// Returns lines with the bytes of the versions so far, after some of the commits.
///
/// Maps whose `clone` copies every entry are not kept: a map of the same length is made and dropped again.
#[expect(clippy::extra_unused_type_parameters, reason = "`for_each_map` passes the types of keys and values")]
fn rows<P, F, M>(commits: &[Commit], lens: &[usize]) -> Vec<String>
where
    M: BenchMap<PathBytes, File>,
{
    let (mut versions, mut lines) = (Vec::<M>::with_capacity(commits.len()), Vec::new());
    let (mut bytes, mut entries) = (0, 0);
    let start = ThreadTime::now();
    let mut of_len = HashMap::new();
    for (i, (commit, &len)) in commits.iter().zip(lens).enumerate() {
        if M::CLONE_COPIES {
            bytes += *of_len.entry(len).or_insert_with(|| bytes_of_map::<M>(len));
        } else {
            let before = live_bytes();
            let mut version = commit.parent.map(|parent| versions[parent].clone()).unwrap_or_default();
            for (path, file) in &commit.changes {
                match file {
                    Some(file) => version.insert(path.clone(), *file),
                    None => _ = version.remove(path),
                }
            }
            assert_eq!(version.len(), len);
            versions.push(version);
            bytes += live_bytes() - before;
        }
        entries += len;
        if (i + 1) * POINTS / commits.len() > i * POINTS / commits.len() {
            let time = if M::CLONE_COPIES { 0 } else { start.elapsed().as_nanos() };
            lines.push(format!("{},{},{entries},{bytes},{time}", M::NAME, i + 1));
        }
    }
    lines
}

/// Returns the bytes of a map with `len` entries that is allocated at its final size.
fn bytes_of_map<M: BenchMap<PathBytes, File>>(len: usize) -> usize {
    let entry = |i: usize| (PathBytes::from(i.to_le_bytes().to_vec()), File { mode: 0, id: [0; 20] });
    let entries: Vec<_> = (0..len).map(entry).collect();
    let before = live_bytes();
    let map: M = entries.iter().cloned().collect();
    let bytes = live_bytes() - before;
    assert_eq!(map.len(), len);
    bytes
}

/// Returns the number of bytes that are allocated now.
fn live_bytes() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

//! Calls the `git` program: one streaming call for the history, and a few short ones.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;

/// The reason why the program stops early. `main` converts it into an exit code.
pub(crate) enum Failure {
    /// An error: one line on standard error, exit code 2.
    Error(String),
    /// `--verify` found a difference: one line on standard error, exit code 1.
    Differs(String),
    /// The reader of our standard output closed it: no message, exit code 0.
    ReaderGone,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ReaderGone,
            _ => Failure::Error(error.to_string()),
        }
    }
}

pub(crate) type Outcome<T> = Result<T, Failure>;

/// The id of a commit or of the content of a file: 20 bytes of SHA-1 or 32 bytes of SHA-256.
pub(crate) type Id<const N: usize> = [u8; N];

/// A file, a symbolic link or a submodule in a version.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct File<const N: usize> {
    pub(crate) mode: u16,
    pub(crate) id: Id<N>,
}

/// A record of the history. A change belongs to the latest commit before it.
pub(crate) enum Record<'a, const N: usize> {
    Commit { id: Id<N>, first_parent: Option<Id<N>> },
    Change { path: &'a [u8], file: Option<File<N>> },
}

/// Runs git in `repo` and returns its standard output. An error contains the first line of git's message.
pub(crate) fn output<S: AsRef<OsStr>>(repo: &Path, args: impl IntoIterator<Item = S>) -> Outcome<Vec<u8>> {
    let output = command(repo).args(args).output().map_err(no_git)?;
    if output.status.success() { Ok(output.stdout) } else { Err(complaint(repo, &output.stderr)) }
}

/// Returns the hash function for the object ids of the repository, `sha1` or `sha256`.
pub(crate) fn object_format(repo: &Path) -> Outcome<String> {
    let name = output(repo, ["rev-parse", "--show-object-format"])?;
    Ok(String::from_utf8_lossy(&name).trim_end().to_owned())
}

/// Returns the id of the commit that `revision` names, or `None` if there is no such commit.
pub(crate) fn resolve<const N: usize>(repo: &Path, revision: &OsStr) -> Outcome<Option<Id<N>>> {
    let mut commit = OsString::from(revision);
    commit.push("^{commit}");
    let output = command(repo)
        .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
        .arg(commit)
        .output()
        .map_err(no_git)?;
    Ok(parse_id(output.stdout.trim_ascii_end()))
}

/// Returns the first merge base of two commits that git lists, or `None` if they have no common ancestor.
pub(crate) fn merge_base<const N: usize>(repo: &Path, sides: &[Id<N>; 2]) -> Outcome<Option<Id<N>>> {
    let output = command(repo).arg("merge-base").args(sides.iter().map(|id| hex(id))).output().map_err(no_git)?;
    match output.status.code() {
        Some(0 | 1) => Ok(parse_id(output.stdout.trim_ascii_end())),
        _ => Err(complaint(repo, &output.stderr)),
    }
}

/// Merges two commits with git; ids are hexadecimal. Returns the id of the merged tree and the conflicting paths, each
/// terminated by NUL.
///
/// Git stores the merged tree in the repository, but nothing refers to it.
pub(crate) fn merge_tree(repo: &Path, base: &str, sides: &[String; 2]) -> Outcome<Vec<u8>> {
    let output = command(repo)
        .args(["-c", "merge.renames=false", "-c", "merge.directoryRenames=false"])
        .args(["merge-tree", "--write-tree"])
        .args(["-z", "--name-only", "--no-messages"])
        .arg(format!("--merge-base={base}"))
        .args(sides)
        .output()
        .map_err(no_git)?;
    match output.status.code() {
        // 1 means that there are conflicts.
        Some(0 | 1) => Ok(output.stdout),
        // 129 means that git does not support the options.
        Some(129) => {
            let lacking = "this git has no `merge-tree --write-tree --merge-base`: --verify requires git 2.40 or newer";
            Err(Failure::Error(lacking.into()))
        }
        _ => Err(complaint(repo, &output.stderr)),
    }
}

/// Calls `receive` for every commit that is reachable from a ref, `HEAD` or one of `more`, parents before children.
///
/// Each commit is followed by its changes from its first parent, or by all of its files if it has no parent. So a
/// version is always the version of the first parent plus these changes, even for merges.
pub(crate) fn read_history<const N: usize>(
    repo: &Path,
    more: &[Id<N>],
    receive: impl FnMut(Record<'_, N>) -> Outcome<()>,
) -> Outcome<()> {
    // These options override the user's configuration.
    let mut git = command(repo)
        .args(["log", "--all", "--topo-order", "--reverse"])
        .args(["--raw", "-z", "--no-abbrev", "--format=%H %P"])
        .args(["--root", "--diff-merges=first-parent", "--no-renames"])
        .args(["--ignore-submodules=none", "--no-relative", "--no-color"])
        .args(["--no-show-signature", "--no-notes"])
        .args(more.iter().map(|id| hex(id)))
        .arg("--")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(no_git)?;
    let stdout = git.stdout.take().expect("stdout is piped");
    let mut stderr = git.stderr.take().expect("stderr is piped");
    // Another thread reads standard error, so that git never blocks on a full pipe. Because the caller measures its
    // allocations, that thread only reads between the two waits, into a buffer that it has allocated before.
    let quiet = Arc::new(Barrier::new(2));
    let reader = thread::spawn({
        let quiet = quiet.clone();
        move || {
            let mut text = Vec::with_capacity(1 << 16);
            quiet.wait();
            let read = stderr.read_to_end(&mut text);
            quiet.wait();
            read.map(|_| text)
        }
    });
    quiet.wait();
    let parsed = parse_history(BufReader::with_capacity(1 << 16, stdout), receive);
    quiet.wait();
    let status = git.wait()?;
    let warnings = reader.join().expect("the reader of stderr cannot panic")?;
    if !status.success() && !warnings.is_empty() {
        return Err(complaint(repo, &warnings));
    }
    parsed
}

/// Parses fields that are terminated by NUL: `COMMIT PARENT...`, or `:MODE MODE ID ID STATUS` followed by a path.
fn parse_history<const N: usize>(
    mut stream: impl BufRead,
    mut receive: impl FnMut(Record<'_, N>) -> Outcome<()>,
) -> Outcome<()> {
    let (mut field, mut path) = (Vec::new(), Vec::new());
    while read_field(&mut stream, &mut field)? {
        // Git writes a newline between a commit and its first change.
        let text = field.trim_ascii();
        if let Some(change) = text.strip_prefix(b":") {
            read_field(&mut stream, &mut path)?;
            let file = parse_change(change).ok_or_else(|| unexpected(&field))?;
            receive(Record::Change { path: &path, file })?;
        } else {
            let mut ids = text.split(|&byte| byte == b' ').map(parse_id);
            let id = ids.next().flatten().ok_or_else(|| unexpected(&field))?;
            let first_parent = ids.next().flatten();
            receive(Record::Commit { id, first_parent })?;
        }
    }
    Ok(())
}

/// Reads a field up to the next NUL, which it drops. Returns `false` at the end of the stream.
fn read_field(stream: &mut impl BufRead, field: &mut Vec<u8>) -> io::Result<bool> {
    field.clear();
    let read = stream.read_until(0, field)?;
    if field.last() == Some(&0) {
        field.pop();
    }
    Ok(read > 0)
}

/// Parses `OLD_MODE NEW_MODE OLD_ID NEW_ID STATUS`. Returns the new file, `Some(None)` if it was deleted, and `None`
/// for an error.
fn parse_change<const N: usize>(change: &[u8]) -> Option<Option<File<N>>> {
    let mut words = change.split(|&byte| byte == b' ');
    let (mode, id) = (words.nth(1)?, words.nth(1)?);
    let file = parse_file(mode, id)?;
    Some((file.mode != 0).then_some(file))
}

/// Parses a file from an octal mode and a hexadecimal id.
pub(crate) fn parse_file<const N: usize>(mode: &[u8], id: &[u8]) -> Option<File<N>> {
    let mode = u16::from_str_radix(std::str::from_utf8(mode).ok()?, 8).ok()?;
    Some(File { mode, id: parse_id(id)? })
}

fn parse_id<const N: usize>(hex: &[u8]) -> Option<Id<N>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut id = [0; N];
    if hex.len() != 2 * N {
        return None;
    }
    for (byte, pair) in id.iter_mut().zip(hex.chunks_exact(2)) {
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
    }
    Some(id)
}

/// Formats an id in hexadecimal.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn command(repo: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(repo).stdin(Stdio::null());
    git
}

fn no_git(error: io::Error) -> Failure {
    Failure::Error(format!("cannot run git: {error}"))
}

fn complaint(repo: &Path, stderr: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(stderr);
    // There may be warnings before the line with the error.
    let fatal = text.lines().find_map(|line| line.strip_prefix("fatal: "));
    let line = fatal.or(text.lines().next()).unwrap_or("git failed without a message");
    Failure::Error(format!("{}: {line}", repo.display()))
}

fn unexpected(field: &[u8]) -> Failure {
    let field = String::from_utf8_lossy(field);
    Failure::Error(format!("unexpected output of git log: {field:?}"))
}

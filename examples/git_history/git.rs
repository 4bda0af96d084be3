//! Talking to the `git` program: one streaming call for the history, a few short ones beside it.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;

/// Why the program stops early; `main` turns it into an exit code.
pub(crate) enum Failure {
    /// A question that cannot be answered: one line on standard error, exit code 2.
    Unanswerable(String),
    /// `--verify` found a difference: one line on standard error, exit code 1.
    Differs(String),
    /// Whoever read our standard output has had enough: no message, exit code 0.
    ReaderGone,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ReaderGone,
            _ => Failure::Unanswerable(error.to_string()),
        }
    }
}

pub(crate) type Outcome<T> = Result<T, Failure>;

/// The name of a commit or of a file's content: 20 bytes of SHA-1 or 32 of SHA-256.
pub(crate) type Id<const N: usize> = [u8; N];

/// What a version says about a path: a file, a symbolic link or a submodule.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct File<const N: usize> {
    pub(crate) mode: u16,
    pub(crate) id: Id<N>,
}

/// One step of the history as git tells it. Changes belong to the commit before them.
pub(crate) enum Record<'a, const N: usize> {
    Commit { id: Id<N>, first_parent: Option<Id<N>> },
    Change { path: &'a [u8], file: Option<File<N>> },
}

/// Runs git in `repo` and returns its standard output; a failure carries git's own first line.
pub(crate) fn output<S: AsRef<OsStr>>(repo: &Path, args: impl IntoIterator<Item = S>) -> Outcome<Vec<u8>> {
    let output = command(repo).args(args).output().map_err(no_git)?;
    if output.status.success() { Ok(output.stdout) } else { Err(complaint(repo, &output.stderr)) }
}

/// Whether the repository names its objects by `sha1` or by `sha256`.
pub(crate) fn object_format(repo: &Path) -> Outcome<String> {
    let name = output(repo, ["rev-parse", "--show-object-format"])?;
    Ok(String::from_utf8_lossy(&name).trim_end().to_owned())
}

/// The commit that `revision` means, or `None` if git knows no such commit.
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

/// A merge base of two commits, the one that git names first, or `None` if they have no commit in common.
pub(crate) fn merge_base<const N: usize>(repo: &Path, sides: &[Id<N>; 2]) -> Outcome<Option<Id<N>>> {
    let output = command(repo).arg("merge-base").args(sides.iter().map(|id| hex(id))).output().map_err(no_git)?;
    match output.status.code() {
        Some(0 | 1) => Ok(parse_id(output.stdout.trim_ascii_end())),
        _ => Err(complaint(repo, &output.stderr)),
    }
}

/// Has git merge two commits, named in hexadecimal: the tree's id and the conflicting paths, each ended by NUL.
///
/// Git stores what it has merged in the repository, where nothing refers to it.
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
        // 1: there are conflicts
        Some(0 | 1) => Ok(output.stdout),
        // 129: git did not understand the call
        Some(129) => {
            let lacking = "this git has no `merge-tree --write-tree --merge-base`: --verify needs git 2.40 or newer";
            Err(Failure::Unanswerable(lacking.into()))
        }
        _ => Err(complaint(repo, &output.stderr)),
    }
}

/// Streams every commit that a ref, `HEAD` or one of `more` reaches, parents before children.
///
/// Every commit comes with its changes against its first parent, or with its whole tree if it has none.
/// So a version is always its first parent's version plus these changes, for merges of any kind too.
pub(crate) fn read_history<const N: usize>(
    repo: &Path,
    more: &[Id<N>],
    receive: impl FnMut(Record<'_, N>) -> Outcome<()>,
) -> Outcome<()> {
    // All that a user's configuration could change in the stream is said outright.
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
    // Read beside the stream, so that git never waits for room in a full pipe of warnings. The caller may count what
    // it allocates meanwhile: between the two waits this thread does nothing but read, into memory that it has.
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

/// Reads fields that end in NUL: `COMMIT PARENT...`, or `:MODE MODE ID ID STATUS` followed by a path.
fn parse_history<const N: usize>(
    mut stream: impl BufRead,
    mut receive: impl FnMut(Record<'_, N>) -> Outcome<()>,
) -> Outcome<()> {
    let (mut field, mut path) = (Vec::new(), Vec::new());
    while read_field(&mut stream, &mut field)? {
        // Git puts a newline between a commit and the first of its changes.
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

/// Reads up to the next NUL, without it; `false` at the end of the stream.
fn read_field(stream: &mut impl BufRead, field: &mut Vec<u8>) -> io::Result<bool> {
    field.clear();
    let read = stream.read_until(0, field)?;
    if field.last() == Some(&0) {
        field.pop();
    }
    Ok(read > 0)
}

/// `OLD_MODE NEW_MODE OLD_ID NEW_ID STATUS` to what the path is afterwards: `Some(None)` if deleted.
fn parse_change<const N: usize>(change: &[u8]) -> Option<Option<File<N>>> {
    let mut words = change.split(|&byte| byte == b' ');
    let (mode, id) = (words.nth(1)?, words.nth(1)?);
    let file = parse_file(mode, id)?;
    Some((file.mode != 0).then_some(file))
}

/// The file that an octal mode and a hexadecimal id describe.
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

/// An id as git writes it.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn command(repo: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(repo).stdin(Stdio::null());
    git
}

fn no_git(error: io::Error) -> Failure {
    Failure::Unanswerable(format!("cannot run git: {error}"))
}

fn complaint(repo: &Path, stderr: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(stderr);
    // Warnings may come before the line that says why git gave up.
    let fatal = text.lines().find_map(|line| line.strip_prefix("fatal: "));
    let line = fatal.or(text.lines().next()).unwrap_or("git failed without a word");
    Failure::Unanswerable(format!("{}: {line}", repo.display()))
}

fn unexpected(field: &[u8]) -> Failure {
    let field = String::from_utf8_lossy(field);
    Failure::Unanswerable(format!("git log answered something unexpected: {field:?}"))
}

//! Creates repositories for the tests, and runs the example on them.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::import::Import;

/// A bare repository in cargo's folder for temporary files of tests.
pub(crate) struct Repo(pub(crate) PathBuf);

impl Repo {
    /// Creates a repository. Prints a line and returns `None` if this machine's git does not support the object format.
    pub(crate) fn create(name: &str, object_format: &str) -> Option<Repo> {
        let repo = Repo(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        if repo.0.exists() {
            fs::remove_dir_all(&repo.0).unwrap();
        }
        fs::create_dir_all(&repo.0).unwrap();
        let format = format!("--object-format={object_format}");
        let init = repo.command().args(["init", "-q", "--bare", &format]).output();
        if init.is_ok_and(|output| output.status.success()) {
            repo.git(["symbolic-ref", "HEAD", "refs/heads/main"]);
            Some(repo)
        } else {
            println!("skipped: no git here that knows {object_format} repositories");
            None
        }
    }

    fn command(&self) -> Command {
        let mut command = clean("git");
        command.arg("-C").arg(&self.0);
        command
    }

    /// Runs git in the repository.
    pub(crate) fn try_git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        self.command().args(args).output().unwrap()
    }

    /// Runs git in the repository, and returns its output. Panics if git fails.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let output = self.try_git(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git failed: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn import(&self, import: &Import) {
        let mut git = self
            .command()
            .args(["fast-import", "--quiet", "--force", "--export-marks=marks"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        git.stdin.take().unwrap().write_all(&import.stream).unwrap();
        assert!(git.wait().unwrap().success());
    }

    /// Creates a replacement for git that handles some calls differently, and returns a value of `PATH` that leads to
    /// it. `cases` are the cases of a shell's `case` on the arguments; in these, `$git` is the real git.
    #[cfg(unix)]
    pub(crate) fn path_to_other_git(&self, cases: &str) -> OsString {
        use std::os::unix::fs::PermissionsExt;

        let path = env::var_os("PATH").unwrap();
        let real = env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
        let folder = self.0.join("other-git");
        fs::create_dir_all(&folder).unwrap();
        let real = real.display();
        let script = format!("#!/bin/sh\ngit='{real}'\ncase \" $* \" in\n{cases}\n*) exec \"$git\" \"$@\" ;;\nesac\n");
        fs::write(folder.join("git"), script).unwrap();
        fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
        env::join_paths([folder].into_iter().chain(env::split_paths(&path))).unwrap()
    }

    /// Runs the example on the repository.
    pub(crate) fn example<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        example().arg(&self.0).args(args).output().unwrap()
    }

    /// Runs the example on the repository, with another value of `PATH`.
    #[cfg(unix)]
    pub(crate) fn example_with_path(&self, args: &[&str], path: &OsStr) -> Output {
        example().arg(&self.0).args(args).env("PATH", path).output().unwrap()
    }
}

/// Returns a command without the environment variables by which a git hook or a user's shell would redirect git.
fn clean(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Returns a command for the compiled example. Cargo stores it in a folder next to that of the test binaries.
pub(crate) fn example() -> Command {
    let this = env::current_exe().unwrap();
    let profile = this.parent().unwrap().parent().unwrap();
    let path = profile.join("examples").join(format!("git_history{}", env::consts::EXE_SUFFIX));
    assert!(path.exists(), "run `cargo build --example git_history` first: no {}", path.display());
    clean(path)
}

/// Returns the standard output of a run. Panics if the run failed or wrote to standard error.
pub(crate) fn stdout(output: Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "failed: {stderr}");
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the single line that a run wrote to standard error. Panics unless the run failed with exit code `code`.
pub(crate) fn complaint(output: Output, code: i32) -> String {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("git_history: "), "{stderr}");
    stderr
}

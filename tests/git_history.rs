//! Runs the example `git_history` on repositories made here, and compares every answer with git's own.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Paths that git may hold and that a careless reader of its output gets wrong.
const ODD_PATHS: [&[u8]; 9] = [
    b"plain.txt",
    b"with space/and  two",
    b"quo\"te\\slash",
    b"tab\tnew\nline",
    b"\nstarts with a newline",
    b":100644 100644 looks like a record",
    b"\xff\xfe not utf-8/\x7f\x01",
    "d\u{e9}j\u{e0} vu/\u{65e5}\u{672c}".as_bytes(),
    b" padded ",
];

/// A history told to `git fast-import`, which takes any path, mode and merge without a work tree.
#[derive(Default)]
struct Import {
    stream: Vec<u8>,
    commits: usize,
}

impl Import {
    /// Begins a commit on `branch` with the given parents, named by mark. The first one gives it its files.
    fn commit(&mut self, branch: &str, parents: &[usize]) -> usize {
        self.commits += 1;
        let mark = self.commits;
        let time = 1_600_000_000 + mark;
        // Without this, fast-import would take the tip of the branch for the first parent.
        let reset = if parents.is_empty() { "reset" } else { "# no reset of" };
        write!(
            self.stream,
            "{reset} refs/heads/{branch}\n\
             commit refs/heads/{branch}\nmark :{mark}\n\
             committer A U Thor <a@example.org> {time} +0000\ndata 3\n:x\n\n"
        )
        .unwrap();
        for (i, parent) in parents.iter().enumerate() {
            let word = if i == 0 { "from" } else { "merge" };
            writeln!(self.stream, "{word} :{parent}").unwrap();
        }
        mark
    }

    /// Puts a file into the commit begun last.
    fn file(&mut self, mode: &str, path: &[u8], content: &str) {
        write!(self.stream, "M {mode} inline {}", quote(path)).unwrap();
        write!(self.stream, "\ndata {}\n{content}\n", content.len()).unwrap();
    }

    /// Puts a submodule into the commit begun last.
    fn submodule(&mut self, path: &[u8], id: &str) {
        writeln!(self.stream, "M 160000 {id} {}", quote(path)).unwrap();
    }

    /// Removes a file or a whole folder from the commit begun last.
    fn delete(&mut self, path: &[u8]) {
        writeln!(self.stream, "D {}", quote(path)).unwrap();
    }

    /// Renames a file or a whole folder in the commit begun last.
    fn rename(&mut self, old: &[u8], new: &[u8]) {
        writeln!(self.stream, "R {} {}", quote(old), quote(new)).unwrap();
    }
}

fn quote(path: &[u8]) -> String {
    let escaped: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("\"{escaped}\"")
}

/// Every kind of change that the example has to follow; `width` is the length of an id in hex digits.
fn eventful(width: usize) -> Import {
    let mut import = Import::default();
    let root = import.commit("main", &[]);
    for (i, path) in ODD_PATHS.iter().enumerate() {
        import.file("100644", path, &format!("content {i}"));
    }
    import.file("100755", b"run.sh", "#!/bin/sh");
    import.file("120000", b"link", "plain.txt");
    import.submodule(b"sub", &"1".repeat(width));

    let empty = import.commit("main", &[root]);
    let edits = import.commit("main", &[empty]);
    import.delete(ODD_PATHS[3]);
    import.rename(ODD_PATHS[6], b"\xff renamed");
    import.file("100644", b"run.sh", "#!/bin/sh");
    import.file("100644", b"link", "no link any more");
    import.submodule(b"sub", &"2".repeat(width));

    // A folder where a file was, and a neighbour that sorts between the two.
    let folder = import.commit("main", &[edits]);
    import.delete(b"plain.txt");
    import.file("100644", b"plain.txt/inside", "deep");
    import.file("100644", b"plain.txt-neighbour", "near");
    import.delete(b"sub");
    import.file("120000", b"sub", "now a link");

    let sides = ["one", "two", "three"].map(|branch| {
        let mark = import.commit(branch, &[edits]);
        import.file("100644", branch.as_bytes(), branch);
        import.file("100644", b"contested", branch);
        mark
    });
    // The merge has what neither parent has: an evil one.
    let evil = import.commit("main", &[folder, sides[0]]);
    import.file("100644", b"contested", "from nowhere");
    import.file("100644", b"only in the merge", "evil");
    import.delete(b"link");
    let octopus = import.commit("main", &[evil, sides[1], sides[2]]);
    import.file("100644", b"two", "two");
    import.file("100644", b"three", "three");

    // A second root, merged both ways; a third one that stays alone, with no file at all.
    let other = import.commit("other", &[]);
    import.file("100644", b"from another root", "other");
    import.commit("flipped", &[other, octopus]);
    import.commit("main", &[octopus, other]);
    import.file("100644", b"from another root", "other");
    import.commit("alone", &[]);
    import
}

/// A random history of many branches and merges over few paths, so that they meet often.
fn random(commits: usize) -> Import {
    let mut state = 2026_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut import = Import::default();
    let mut first = import.commit("main", &[]);
    for _ in 1..commits {
        // Each commit starts from a recent one, so that the history stays both wide and deep.
        let mut parents = vec![first - below(first.min(6))];
        while below(4) == 0 {
            let parent = 1 + below(first);
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        let branch = format!("b{}", import.commits);
        first = import.commit(&branch, &parents);
        for _ in 0..below(5) {
            let path = format!("{}/{}", below(4), below(12));
            match below(6) {
                0 => import.delete(path.as_bytes()),
                1 => import.delete(&path.as_bytes()[..1]),
                2 => import.file("100755", path.as_bytes(), "same"),
                3 => import.file("120000", path.as_bytes(), "same"),
                _ => import.file("100644", path.as_bytes(), &below(3).to_string()),
            }
        }
    }
    import
}

/// A bare repository in the tests' own folder.
struct Repo(PathBuf);

impl Repo {
    /// `None`, with a printed line, if this machine's git cannot make such a repository.
    fn create(name: &str, object_format: &str) -> Option<Repo> {
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

    /// What git answers; it must succeed.
    fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let output = self.command().args(args).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git failed: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn import(&self, import: &Import) {
        let mut git = self
            .command()
            .args(["fast-import", "--quiet", "--force", "--export-marks=marks"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        git.stdin.take().unwrap().write_all(&import.stream).unwrap();
        assert!(git.wait().unwrap().success());
    }

    /// Runs the example here.
    fn example<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        example().arg(&self.0).args(args).output().unwrap()
    }
}

/// A command that no variable of a git hook or of a user's session leads elsewhere.
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

/// The built example: cargo puts it beside the folder of the tests' own binaries.
fn example() -> Command {
    let this = env::current_exe().unwrap();
    let profile = this.parent().unwrap().parent().unwrap();
    let path = profile.join("examples").join(format!("git_history{}", env::consts::EXE_SUFFIX));
    assert!(path.exists(), "run `cargo build --example git_history` first: no {}", path.display());
    clean(path)
}

/// Standard output of a run that must succeed and say nothing on standard error.
fn stdout(output: Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "failed: {stderr}");
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line on standard error of a run that must fail.
fn complaint(output: Output, code: i32) -> String {
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("git_history: "), "{stderr}");
    stderr
}

/// `--verify`, the summary's figures, and the differences of many pairs of commits.
fn agrees_with_git(repo: &Repo, commits: usize) {
    // Whatever a user has configured, the answers stay the same.
    for setting in ["diff.ignoreSubmodules=all", "diff.renames=copies", "color.ui=always"] {
        let (key, value) = setting.split_once('=').unwrap();
        repo.git(["config", key, value]);
    }
    let summary = stdout(repo.example(["--verify"]));
    let figure = |name: &str| {
        let line = summary.lines().find(|line| line.starts_with(name)).unwrap();
        let figure = line[name.len()..].split_whitespace().next().unwrap();
        figure.parse::<usize>().unwrap()
    };
    let ids = repo.git(["rev-list", "--all", "--topo-order"]);
    let ids: Vec<&str> = ids.lines().collect();
    assert_eq!(ids.len(), commits);
    assert_eq!(figure("commits"), commits);
    let entries = ids.iter().map(|id| repo.git(["ls-tree", "-r", "--format=%(objectname)", id]).lines().count());
    assert_eq!(figure("entries"), entries.sum());
    let sampled = commits.min(50);
    let verified = format!("verify: OK, {sampled} versions equal git ls-tree -r");
    assert_eq!(summary.lines().last(), Some(&*verified));

    // Neighbours, and pairs far from each other.
    for (old, new) in (0..ids.len()).map(|i| (ids[i], ids[(i * i + 1) % ids.len()])).take(20) {
        let ours = stdout(repo.example(["--diff", old, new]));
        let strict = ["diff", "--name-status", "--no-renames", "--ignore-submodules=none", old, new];
        assert_eq!(ours, repo.git(strict), "{old} {new}");
        let checked = stdout(repo.example(["--diff", old, new, "--verify"]));
        let count = ours.lines().count();
        let verified = format!("verify: OK, {count} changes equal git diff --name-status\n");
        assert_eq!(checked, ours + &verified);
    }
}

#[test]
fn every_kind_of_change() {
    for (format, width) in [("sha1", 40), ("sha256", 64)] {
        let Some(repo) = Repo::create(&format!("eventful-{format}"), format) else {
            continue;
        };
        let import = eventful(width);
        repo.import(&import);
        agrees_with_git(&repo, import.commits);
    }
}

#[test]
fn random_histories() {
    let Some(repo) = Repo::create("random", "sha1") else {
        return;
    };
    let import = random(120);
    repo.import(&import);
    agrees_with_git(&repo, import.commits);
}

#[cfg(unix)]
#[test]
fn at_answers_for_every_path() {
    use std::os::unix::ffi::OsStrExt;

    let Some(repo) = Repo::create("at", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    let root = repo.git(["rev-list", "--max-parents=0", "main"]);
    let root = root.lines().find(|id| repo.git(["ls-tree", id]).contains("run.sh")).unwrap();
    for path in ODD_PATHS.into_iter().chain([&b"run.sh"[..], b"link"]) {
        let mut object = OsString::from(format!("{root}:"));
        object.push(OsStr::from_bytes(path));
        let theirs = repo.git([OsStr::new("rev-parse"), &object]);
        let args = [OsStr::new("--at"), root.as_ref(), OsStr::from_bytes(path)];
        assert_eq!(stdout(repo.example(args)), theirs, "{}", object.to_string_lossy());
    }
    let checked = stdout(repo.example(["--at", "main", "only in the merge", "--verify"]));
    assert!(checked.ends_with("verify: OK, this version equals git ls-tree -r\n"), "{checked}");
}

#[test]
fn a_commit_that_no_ref_reaches() {
    let Some(repo) = Repo::create("unreachable", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    let tip = repo.git(["rev-parse", "alone"]);
    repo.git(["update-ref", "-d", "refs/heads/alone"]);
    let changes = stdout(repo.example(["--diff", tip.trim(), "other", "--verify"]));
    assert!(changes.contains("A\tfrom another root\n"), "{changes}");
}

#[test]
fn a_clone_that_is_cut_off() {
    let Some(repo) = Repo::create("whole", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    let Some(shallow) = Repo::create("shallow", "sha1") else {
        return;
    };
    let url = format!("file://{}", repo.0.display());
    shallow.git(["fetch", "-q", "--depth=2", &url, "main:main"]);
    let summary = stdout(shallow.example(["--verify"]));
    let count = shallow.git(["rev-list", "--count", "--all"]);
    assert!(summary.contains(&format!("commits            {count}")), "{summary}");
}

#[test]
fn what_cannot_be_answered_is_one_line() {
    let Some(repo) = Repo::create("errors", "sha1") else {
        return;
    };
    assert!(complaint(repo.example(["--verify"]), 2).contains("no commits"));
    repo.import(&eventful(40));
    let asked = |args: &[&str]| complaint(repo.example(args), 2);
    assert!(asked(&["--at", "no-such-branch", "x"]).contains("no such revision: no-such-branch"));
    assert!(asked(&["--at", "-x", "x"]).contains("no such revision: -x"));
    assert!(asked(&["--diff", "main", "main:run.sh"]).contains("no such revision: main:run.sh"));
    assert!(asked(&["--at", "main", "no/such/file"]).contains("no file no/such/file in main"));
    for wrong in [&["--at", "main"][..], &["--diff", "main"], &["--nonsense"], &["a", "b"]] {
        assert!(asked(wrong).contains("usage: "));
    }
    let nowhere = example().arg(repo.0.join("absent")).output().unwrap();
    assert!(complaint(nowhere, 2).contains("absent"));
    let elsewhere = env::temp_dir();
    let no_repository = example().arg(&elsewhere).env("GIT_DIR", "/").output().unwrap();
    assert!(complaint(no_repository, 2).contains("not a git repository"));
    let no_git = example().arg(&repo.0).env("PATH", "").output().unwrap();
    assert!(complaint(no_git, 2).contains("cannot run git"));
}

#[cfg(unix)]
#[test]
fn verify_finds_a_difference() {
    use std::os::unix::fs::PermissionsExt;

    let Some(repo) = Repo::create("liar", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    // A git that lies about modes and about added files, to the checks only.
    let real = env::split_paths(&env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file())
        .unwrap();
    let folder = repo.0.join("liar");
    fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in\n*' ls-tree '*) '{0}' \"$@\" | sed 's/100644/100755/' ;;\n\
         *' diff '*) '{0}' \"$@\" | sed 's/^A/M/' ;;\n*) exec '{0}' \"$@\" ;;\nesac\n",
        real.display()
    );
    fs::write(folder.join("git"), script).unwrap();
    fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut path = folder.into_os_string();
    path.push(":");
    path.push(env::var_os("PATH").unwrap());
    let lied_to = |args: &[&str]| {
        let output = example().arg(&repo.0).args(args).env("PATH", &path).output().unwrap();
        complaint(output, 1)
    };
    assert!(lied_to(&["--verify"]).contains("differs from git at"));
    assert!(lied_to(&["--at", "main", "run.sh", "--verify"]).contains("differs from git at"));
    assert!(lied_to(&["--diff", "other", "main", "--verify"]).contains("git diff differ"));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let Some(repo) = Repo::create("reader", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    let mut child = example().arg(&repo.0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(stdout(child.wait_with_output().unwrap()), "");
}

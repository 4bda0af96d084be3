//! Runs the example `git_history` on generated repositories, and compares its output with git's.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Stdio;

// The modules are in a subfolder, because cargo would compile files in this folder as separate tests.
#[path = "git_history/import.rs"]
mod import;
#[path = "git_history/merge.rs"]
mod merge;
#[path = "git_history/random_merges.rs"]
mod random_merges;
#[path = "git_history/repo.rs"]
mod repo;

use import::{ODD_PATHS, eventful, random};
use repo::{Repo, complaint, example, stdout};

/// Checks `--verify`, the figures of the summary, and the differences between many pairs of commits.
fn agrees_with_git(repo: &Repo, commits: usize) {
    // The user's configuration must not change the output.
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

    // Neighbouring commits, and commits that are far apart.
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
fn every_kind_of_change_agrees_with_git() {
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
fn random_histories_agree_with_git() {
    let Some(repo) = Repo::create("random", "sha1") else {
        return;
    };
    let import = random(120);
    repo.import(&import);
    agrees_with_git(&repo, import.commits);
}

#[cfg(unix)]
#[test]
fn at_prints_the_id_of_every_path() {
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
fn commits_without_a_ref_can_be_named() {
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
fn shallow_clones_are_read() {
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
fn errors_are_one_line() {
    let Some(repo) = Repo::create("errors", "sha1") else {
        return;
    };
    assert!(complaint(repo.example(["--verify"]), 2).contains("no commits"));
    repo.import(&eventful(40));
    let error = |args: &[&str]| complaint(repo.example(args), 2);
    assert!(error(&["--at", "no-such-branch", "x"]).contains("no such revision: no-such-branch"));
    assert!(error(&["--at", "-x", "x"]).contains("no such revision: -x"));
    assert!(error(&["--diff", "main", "main:run.sh"]).contains("no such revision: main:run.sh"));
    assert!(error(&["--at", "main", "no/such/file"]).contains("no file no/such/file in main"));
    for wrong in [&["--at", "main"][..], &["--diff", "main"], &["--nonsense"], &["a", "b"]] {
        assert!(error(wrong).contains("usage: "));
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
fn verify_detects_differences() {
    let Some(repo) = Repo::create("liar", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    // A git that reports wrong modes and wrong statuses of added files, but only to the commands of `--verify`.
    let path = repo.path_to_other_git(
        "*' ls-tree '*) \"$git\" \"$@\" | sed 's/100644/100755/' ;;\n\
         *' diff '*) \"$git\" \"$@\" | sed 's/^A/M/' ;;",
    );
    let error = |args: &[&str]| complaint(repo.example_with_path(args, &path), 1);
    assert!(error(&["--verify"]).contains("differs from git at"));
    assert!(error(&["--at", "main", "run.sh", "--verify"]).contains("differs from git at"));
    assert!(error(&["--diff", "other", "main", "--verify"]).contains("git diff differ"));
    assert!(error(&["--merge-base", "one", "main", "--verify"]).contains("git merge-tree differ at"));
}

#[test]
fn a_closed_output_pipe_is_no_error() {
    let Some(repo) = Repo::create("reader", "sha1") else {
        return;
    };
    repo.import(&eventful(40));
    let mut child = example().arg(&repo.0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(stdout(child.wait_with_output().unwrap()), "");
}

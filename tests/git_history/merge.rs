//! Tests the output of `--merge-base`, and that git merges the same three versions to the same result.

use crate::import::{Import, ODD_PATHS, eventful};
use crate::repo::{Repo, complaint, stdout};

/// Returns a repository with this history, or `None` if this machine's git lacks what that or `--verify` requires.
pub(crate) fn merging(name: &str, import: &Import) -> Option<Repo> {
    let repo = Repo::create(name, "sha1")?;
    repo.import(import);
    let (tip, base) = (repo.git(["rev-parse", "main"]), "--merge-base=main");
    let known = repo.try_git(["merge-tree", "--write-tree", base, tip.trim(), tip.trim()]);
    if known.status.success() {
        return Some(repo);
    }
    println!("skipped: git here is older than 2.40");
    None
}

/// Checks the output of `--merge-base` and returns its lines of changes and conflicts. `git_conflicts` is the number of
/// conflicts that git must find.
fn merge(repo: &Repo, ours: &str, theirs: &str, git_conflicts: usize) -> Vec<String> {
    let output = stdout(repo.example(["--merge-base", ours, theirs, "--verify"]));
    let lines: Vec<&str> = output.lines().collect();
    let [first, lines @ .., count, verified] = &lines[..] else { panic!("{output}") };
    assert_eq!(*first, format!("merge base {}", repo.git(["merge-base", ours, theirs]).trim()));
    let (changes, conflicts): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.as_bytes()[1] == b'\t');
    assert_eq!(*lines, [&changes[..], &conflicts].concat(), "changes first: {output}");
    for part in [changes.clone(), conflicts.clone()] {
        assert!(part.is_sorted_by_key(|line| line[2..].trim_matches(['\t', '"'])), "{output}");
    }
    assert_eq!(*count, format!("changes: {}, conflicts: {}", changes.len(), conflicts.len()));
    assert!(verified.starts_with("verify: OK, "), "{output}");
    assert!(verified.ends_with(&format!(" conflicts left by git: {git_conflicts}")), "{output}");
    lines.iter().map(ToString::to_string).collect()
}

/// Returns a base commit with the given files, and the branches `main` and `side`, to each of which `edit` is applied.
fn fork(base: &[(&str, &str)], mut edit: impl FnMut(&mut Import, &str)) -> Import {
    let mut import = Import::default();
    let root = import.commit("main", &[]);
    for (path, content) in base {
        import.file("100644", path.as_bytes(), content);
    }
    for branch in ["main", "side"] {
        import.commit(branch, &[root]);
        edit(&mut import, branch);
    }
    import
}

#[test]
fn a_merge_without_conflicts_lists_the_changes() {
    let base = ["changed here", "changed there", "removed here", "removed there", "removed by both", "mode", "type"];
    let base: Vec<_> = base.into_iter().chain(["folder/one", "folder/two"]).map(|path| (path, "base")).collect();
    let import = fork(&base, |import, branch| {
        import.delete(b"removed by both");
        import.file("100644", b"added by both", "the same");
        if branch == "main" {
            import.file("100644", b"changed here", "main");
            import.file("100644", b"added here", "main");
            import.delete(b"removed here");
        } else {
            import.file("100644", b"changed there", "side");
            import.file("100644", "h\u{e9}\t".as_bytes(), "side");
            import.file("100755", b"mode", "base");
            import.file("120000", b"type", "base");
            import.delete(b"removed there");
            // A file replaces a folder that the other side did not change.
            import.delete(b"folder");
            import.file("100644", b"folder", "side");
        }
    });
    let Some(repo) = merging("merge-clean", &import) else {
        return;
    };
    let changes = [
        "M\tchanged there",
        "A\tfolder",
        "D\tfolder/one",
        "D\tfolder/two",
        r#"A	"h\303\251\t""#,
        "M\tmode",
        "D\tremoved there",
        "T\ttype",
    ];
    assert_eq!(merge(&repo, "main", "side", 0), changes);
    assert_eq!(merge(&repo, "side", "main", 0), ["A\tadded here", "M\tchanged here", "D\tremoved here"]);
    // Merges in which one side has no changes.
    assert_eq!(merge(&repo, "main", "main", 0), [""; 0]);
    assert_eq!(merge(&repo, "main", "main~1", 0), [""; 0]);
    assert_eq!(merge(&repo, "main~1", "main", 0).len(), 5);
}

#[test]
fn every_kind_of_conflict_is_listed() {
    let base = ["removed here", "removed there", "both", "mode", "type"].map(|path| (path, "base"));
    let import = fork(&base, |import, branch| {
        for path in ["both", "added"] {
            import.file("100644", path.as_bytes(), branch);
        }
        import.submodule(b"sub", &if branch == "main" { "1" } else { "2" }.repeat(40));
        let (removed, changed) = match branch {
            "main" => ("removed here", "removed there"),
            _ => ("removed there", "removed here"),
        };
        import.delete(removed.as_bytes());
        import.file("100644", changed.as_bytes(), "changed");
        import.file(if branch == "main" { "100755" } else { "100644" }, b"added with two modes", "same");
        import.file(if branch == "main" { "120000" } else { "100644" }, b"type", branch);
        import.file("100644", branch.as_bytes(), "clean");
    });
    let Some(repo) = merging("merge-conflicts", &import) else {
        return;
    };
    let conflicts = [
        "AA\tadded",
        "AA\tadded with two modes",
        "UU\tboth",
        "DU\tremoved here",
        "UD\tremoved there",
        "AA\tsub",
        "UU\ttype",
    ];
    assert_eq!(merge(&repo, "main", "side", 7), [&["A\tside"], &conflicts[..]].concat());
    assert_eq!(
        merge(&repo, "side", "main", 7)[1..],
        conflicts.map(|line| match line {
            "DU\tremoved here" => "UD\tremoved here",
            "UD\tremoved there" => "DU\tremoved there",
            same => same,
        })
    );
}

/// Git merges the contents of files line by line. Here a file is a single value, so two edits are a conflict.
#[test]
fn edits_of_different_lines_of_a_file_conflict() {
    let lines: Vec<String> = (1..=20).map(|line| format!("line {line}\n")).collect();
    let edited = |line: usize| lines.concat().replace(&lines[line - 1], "edited\n");
    let import = fork(&[("two places", &lines.concat()), ("mode and text", "base")], |import, branch| {
        import.file("100644", b"two places", &edited(if branch == "main" { 2 } else { 18 }));
        match branch {
            "main" => import.file("100755", b"mode and text", "base"),
            _ => import.file("100644", b"mode and text", "side"),
        }
    });
    let Some(repo) = merging("merge-contents", &import) else {
        return;
    };
    assert_eq!(merge(&repo, "main", "side", 0), ["UU\tmode and text", "UU\ttwo places"]);
}

/// Here a rename is a removal and an addition. Whether git can be told not to follow renames depends on its version.
#[test]
fn renames_are_not_followed() {
    let import = fork(&[("old", "one\ntwo\nthree\n"), ("other", "")], |import, branch| match branch {
        "main" => import.file("100644", b"old", "one\ntwo\nthree\nfour\n"),
        _ => import.rename(b"old", b"new"),
    });
    let Some(repo) = merging("merge-rename", &import) else {
        return;
    };
    let output = stdout(repo.example(["--merge-base", "main", "side", "--verify"]));
    let (_, output) = output.split_once('\n').unwrap();
    assert!(output.starts_with("A\tnew\nUD\told\nchanges: 1, conflicts: 1\nverify: OK, "), "{output}");
    let verified = output.split_once("verify: OK, ").unwrap().1;
    let strict = "2 files equal git merge-tree, conflicts left by git: 1\n";
    let followed = "1 files equal git merge-tree, conflicts left by git: 0\n\
        verify: this git follows renames; paths ignored for that reason: 1\n";
    assert!([strict, followed].contains(&verified), "{output}");
}

#[test]
fn a_file_and_a_folder_with_the_same_name_conflict() {
    let base = [("file", "base"), ("folder/in/it", "base"), ("folder/kept", "base"), ("gone/x", "base")];
    let import = fork(&base, |import, branch| {
        if branch == "main" {
            import.file("100644", b"new", "a file here");
            import.file("100644", b"file", "changed");
            import.delete(b"folder");
            import.file("120000", b"folder", "a link here");
            // No conflict, because nothing is left in the folder.
            import.delete(b"gone");
            import.file("100644", b"gone", "a file");
        } else {
            import.file("100644", b"new/a/b", "a folder there");
            import.delete(b"file");
            import.file("100644", b"file/inside", "a folder there");
            import.file("100644", b"folder/in/it", "changed");
        }
    });
    let Some(repo) = merging("merge-folders", &import) else {
        return;
    };
    let ours = ["A\tfile/inside", "A\tnew/a/b", "UD\tfile", "AU\tfolder", "DU\tfolder/in/it", "AU\tnew"];
    assert_eq!(merge(&repo, "main", "side", 4), ours);
    let theirs = ["D\tfolder/kept", "A\tgone", "D\tgone/x", "DU\tfile", "UA\tfolder", "UD\tfolder/in/it", "UA\tnew"];
    assert_eq!(merge(&repo, "side", "main", 4), theirs);
}

#[test]
fn a_criss_cross_merge_uses_one_of_its_bases() {
    let mut import = Import::default();
    let root = import.commit("main", &[]);
    import.file("100644", b"file", "0");
    let sides = ["1", "2"].map(|content| {
        let mark = import.commit(content, &[root]);
        import.file("100644", b"file", content);
        import.file("100644", content.as_bytes(), "new");
        mark
    });
    for (branch, [first, second], own) in [("main", sides, "1"), ("side", [sides[1], sides[0]], "2")] {
        import.commit(branch, &[first, second]);
        for path in ["1", "2", branch] {
            import.file("100644", path.as_bytes(), "new");
        }
        import.file("100644", b"file", own);
    }
    let Some(repo) = merging("merge-criss-cross", &import) else {
        return;
    };
    assert_eq!(repo.git(["merge-base", "--all", "main", "side"]).lines().count(), 2);
    let base = repo.git(["merge-base", "main", "side"]);
    // With either base, only one side has changed the file.
    let changed = base != repo.git(["rev-parse", "2"]);
    let expected = if changed { &["M\tfile", "A\tside"][..] } else { &["A\tside"] };
    assert_eq!(merge(&repo, "main", "side", 0), expected);
}

#[test]
fn unusual_paths_are_quoted() {
    let import = fork(&[], |import, branch| {
        for path in ODD_PATHS {
            import.file("100644", path, branch);
        }
    });
    let Some(repo) = merging("merge-odd", &import) else {
        return;
    };
    let output = stdout(repo.example(["--merge-base", "main", "side", "--verify"]));
    assert!(output.contains("AA\t\"tab\\tnew\\nline\"\n"), "{output}");
    assert!(output.ends_with("verify: OK, 0 files equal git merge-tree, conflicts left by git: 9\n"), "{output}");
}

#[test]
fn impossible_merges_are_errors() {
    let Some(repo) = merging("merge-errors", &eventful(40)) else {
        return;
    };
    let error = |args: &[&str]| complaint(repo.example(args), 2);
    assert!(error(&["--merge-base", "main", "alone"]).contains("no merge base of main and alone"));
    assert!(error(&["--merge-base", "main", "nowhere"]).contains("no such revision: nowhere"));
    assert!(error(&["--merge-base", "nowhere", "main"]).contains("no such revision: nowhere"));
    assert!(error(&["--merge-base", "main"]).contains("usage: "));
    assert!(error(&["--merge-base", "main", "one", "--diff", "main", "one"]).contains("usage: "));
}

#[cfg(unix)]
#[test]
fn verify_reports_a_git_that_merges_differently_or_fails() {
    let import = fork(&[("base", "base")], |import, branch| import.file("100644", branch.as_bytes(), branch));
    let Some(repo) = merging("merge-liar", &import) else {
        return;
    };
    let error = |cases: &str, code: i32| {
        let path = repo.path_to_other_git(&format!("*' merge-tree '*) {cases} ;;"));
        let args = ["--merge-base", "main", "side", "--verify"];
        complaint(repo.example_with_path(&args, &path), code)
    };
    let one_more = error(r#""$git" "$@"; printf 'base\0'"#, 1);
    assert!(one_more.contains("git merge-tree finds a conflict at base"), "{one_more}");
    let ours_only = error(r#"printf '%s\0' "$("$git" -C "$2" rev-parse "main^{tree}")""#, 1);
    assert!(ours_only.contains("--merge-base and git merge-tree differ at side"), "{ours_only}");
    let too_old = error("echo usage: >&2; exit 129", 2);
    assert!(too_old.contains("this git has no `merge-tree --write-tree"), "{too_old}");
    let broken = error("echo fatal: out of luck >&2; exit 128", 2);
    assert!(broken.contains("out of luck"), "{broken}");
}

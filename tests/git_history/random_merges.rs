//! Compares `--merge-base` on random histories with a merge that looks at every path of all three versions.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::random;
use crate::merge::merging;
use crate::repo::{Repo, stdout};

/// Returns the files of a version as listed by git.
fn files(repo: &Repo, revision: &str) -> BTreeMap<String, String> {
    let list = repo.git(["ls-tree", "-r", revision]);
    list.lines().map(|line| line.split_once('\t').unwrap()).map(|(file, path)| (path.into(), file.into())).collect()
}

/// Returns the paths that both sides changed differently, or that are a file on one side and a folder on the other,
/// found path by path.
fn expected_conflicts(repo: &Repo, ours: &str, theirs: &str) -> BTreeSet<String> {
    let base = files(repo, repo.git(["merge-base", ours, theirs]).trim());
    let (ours, theirs) = (files(repo, ours), files(repo, theirs));
    let (mut conflicts, mut left) = (BTreeSet::new(), BTreeSet::new());
    for path in base.keys().chain(ours.keys()).chain(theirs.keys()) {
        let [base, ours, theirs] = [&base, &ours, &theirs].map(|files| files.get(path));
        let conflict = ours != base && theirs != base && ours != theirs;
        if conflict {
            conflicts.insert(path.clone());
        }
        if conflict || (if ours == base { theirs } else { ours }).is_some() {
            left.insert(path);
        }
    }
    let is_folder = |path: &str| left.iter().any(|other| other.starts_with(&format!("{path}/")));
    conflicts.extend(left.iter().filter(|path| is_folder(path)).map(ToString::to_string));
    conflicts
}

#[test]
fn random_merges_agree_with_a_path_by_path_merge() {
    let mut import = random(120);
    // More commits, on paths where files and folders replace each other.
    let mut state = 1_u32;
    let mut below = |bound: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % bound
    };
    let root = import.commit("nested", &[]);
    for i in 0..40 {
        let parent = if i < 20 { root } else { root + 1 + below(20) as usize };
        import.commit(&format!("nested{i}"), &[parent]);
        for _ in 0..3 {
            let path = ["a", "a/b", "a/b/c", "a/x", "b", "b/a", "b/a/x"][below(7) as usize].as_bytes();
            match below(5) {
                0 => import.delete(path),
                1 => import.file("120000", path, "link"),
                _ => import.file("100644", path, &below(3).to_string()),
            }
        }
    }
    let Some(repo) = merging("merge-random", &import) else {
        return;
    };
    for setting in ["diff.renames=copies", "merge.renames=true", "merge.directoryRenames=true"] {
        let (key, value) = setting.split_once('=').unwrap();
        repo.git(["config", key, value]);
    }
    let nested = (0..40).map(|i| (format!("nested{i}"), format!("nested{}", (i * 7 + 3) % 40)));
    let flat = (0..40).map(|i| (format!("b{}", 20 + i), format!("b{}", 119 - i)));
    let (mut clean, mut conflicting, mut folders) = (0, 0, 0);
    for (ours, theirs) in nested.chain(flat) {
        let output = stdout(repo.example(["--merge-base", &ours, &theirs, "--verify"]));
        let lines = output.lines().filter_map(|line| line.split_once('\t'));
        let found: BTreeSet<String> =
            lines.clone().filter(|(status, _)| status.len() == 2).map(|(_, path)| path.into()).collect();
        assert_eq!(found, expected_conflicts(&repo, &ours, &theirs), "{ours} {theirs}:\n{output}");
        folders += lines.filter(|(status, _)| ["AU", "UA"].contains(status)).count();
        *if found.is_empty() { &mut clean } else { &mut conflicting } += 1;
    }
    assert!(clean > 10 && conflicting > 10 && folders > 5, "{clean} {conflicting} {folders}");
}

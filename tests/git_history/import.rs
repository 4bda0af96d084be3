//! Generates histories for the tests.

use std::io::Write;

/// Paths that git permits and that are easily misread in git's output.
pub(crate) const ODD_PATHS: [&[u8]; 9] = [
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

/// A history in the input format of `git fast-import`, which accepts any path, mode and merge without a work tree.
#[derive(Default)]
pub(crate) struct Import {
    pub(crate) stream: Vec<u8>,
    pub(crate) commits: usize,
}

impl Import {
    /// Begins a commit on `branch`, and returns its mark. `parents` are marks; the commit starts with the files of the
    /// first.
    pub(crate) fn commit(&mut self, branch: &str, parents: &[usize]) -> usize {
        self.commits += 1;
        let mark = self.commits;
        let time = 1_600_000_000 + mark;
        // Without the reset, fast-import would use the tip of the branch as the first parent.
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

    /// Adds a file to the latest commit, or replaces it.
    pub(crate) fn file(&mut self, mode: &str, path: &[u8], content: &str) {
        write!(self.stream, "M {mode} inline {}", quote(path)).unwrap();
        write!(self.stream, "\ndata {}\n{content}\n", content.len()).unwrap();
    }

    /// Adds a submodule to the latest commit, or replaces it.
    pub(crate) fn submodule(&mut self, path: &[u8], id: &str) {
        writeln!(self.stream, "M 160000 {id} {}", quote(path)).unwrap();
    }

    /// Removes a file or a whole folder from the latest commit.
    pub(crate) fn delete(&mut self, path: &[u8]) {
        writeln!(self.stream, "D {}", quote(path)).unwrap();
    }

    /// Renames a file or a whole folder in the latest commit.
    pub(crate) fn rename(&mut self, old: &[u8], new: &[u8]) {
        writeln!(self.stream, "R {} {}", quote(old), quote(new)).unwrap();
    }
}

fn quote(path: &[u8]) -> String {
    let escaped: String = path.iter().map(|byte| format!("\\{byte:03o}")).collect();
    format!("\"{escaped}\"")
}

/// Returns a history with every kind of change. `width` is the length of an object id in hexadecimal digits.
pub(crate) fn eventful(width: usize) -> Import {
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

    // A folder replaces a file, and the name of another new file sorts between them.
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
    // An "evil merge": it contains changes that neither parent has.
    let evil = import.commit("main", &[folder, sides[0]]);
    import.file("100644", b"contested", "from nowhere");
    import.file("100644", b"only in the merge", "evil");
    import.delete(b"link");
    let octopus = import.commit("main", &[evil, sides[1], sides[2]]);
    import.file("100644", b"two", "two");
    import.file("100644", b"three", "three");

    // A second root, merged in both directions, and a third one that is never merged and has no files.
    let other = import.commit("other", &[]);
    import.file("100644", b"from another root", "other");
    import.commit("flipped", &[other, octopus]);
    import.commit("main", &[octopus, other]);
    import.file("100644", b"from another root", "other");
    import.commit("alone", &[]);
    import
}

/// Returns a random history with many branches and merges, and with few paths, so that branches often change the same
/// path.
pub(crate) fn random(commits: usize) -> Import {
    let mut state = 2026_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut import = Import::default();
    let mut first = import.commit("main", &[]);
    for _ in 1..commits {
        // The first parent is a recent commit, so that there are many branches, and long ones.
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

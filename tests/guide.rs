//! Checks the tables of the guide: no cell is blank, and every method that they name as available is in the public
//! interface.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .expect("the file is in the repository")
        .replace("\r\n", "\n")
}

/// Returns the texts between backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Splits `name`, `name(…)` or `Type::name` into the type and the name of the method. Without a type, it is `owner`.
fn method<'a>(code: &'a str, owner: &'a str) -> Option<(&'a str, &'a str)> {
    let path = code.split('(').next()?;
    let (owner, name) = path.rsplit_once("::").unwrap_or((owner, path));
    let is_name =
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (is_name && (code == path || code.ends_with(')'))).then_some((owner, name))
}

/// The public interface of the crate, as listed by `tests/public_api.sh`.
struct Interface(String);

impl Interface {
    fn has(&self, owner: &str, name: &str) -> bool {
        self.0.lines().any(|line| {
            let Some((path, rest)) = line.split_once(&format!("::{name}")) else { return false };
            let of_owner = path.contains(&format!("::{owner}<")) && !path.contains('(');
            of_owner && rest.starts_with(['(', '<'])
        })
    }
}

/// Returns the type that the following tables are about, if `line` names it.
fn owner(line: &str) -> Option<&'static str> {
    match line {
        _ if line.contains("HashTable") => Some("HashTrie"),
        _ if line.contains("HashSet") || line == "## Sets" => Some("PersistentSet"),
        _ if line.contains("HashMap`") || line == "## Maps" => Some("PersistentMap"),
        _ => None,
    }
}

/// Checks the tables of a page. Returns the number of rows, the number of available methods, and the wrong rows.
fn check(page: &str, interface: &Interface) -> (usize, usize, Vec<String>) {
    // Methods of iterators and of std's other collections.
    const OF_STD: [&str; 5] = ["collect", "reduce", "map", "filter", "iter"];
    let (mut rows, mut found, mut wrong, mut about) = (0, 0, Vec::new(), "PersistentMap");
    for line in page.lines() {
        let Some(row) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else {
            about = owner(line).unwrap_or(about);
            continue;
        };
        let row = row.replace(r"\|", "/");
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        assert!(cells.iter().all(|cell| !cell.is_empty()), "a blank cell: {line}");
        let [theirs, ours] = cells[..] else { panic!("two cells in each row: {line}") };
        if ours == "here" {
            continue;
        }
        rows += 1;
        let absent =
            ["no", "none"].iter().any(|no| ours.strip_prefix(no).is_some_and(|rest| rest.starts_with([':', ','])));
        if absent {
            assert!(ours.len() > 10, "a reason is given: {line}");
            continue;
        }
        let same = ours.starts_with("the same") || ours.starts_with("where");
        for (owner, name) in quoted(if same { theirs } else { ours }).filter_map(|code| method(code, about)) {
            if !(interface.has(owner, name) || !same && OF_STD.contains(&name)) {
                wrong.push(format!("`{owner}::{name}`: {line}"));
            }
            found += 1;
        }
    }
    (rows, found, wrong)
}

#[test]
fn guide_tables_name_only_existing_methods() {
    let interface = Interface(read("tests/public_api/all.txt"));
    assert!(interface.has("PersistentMap", "insert") && !interface.has("PersistentMap", "reserve"));
    assert!(!interface.has("PersistentSet", "assoc") && interface.has("Entry", "or_insert"));
    for page in ["parity", "migration"] {
        let (rows, found, wrong) = check(&read(&format!("src/guide/{page}.md")), &interface);
        assert!(wrong.is_empty(), "not in the interface: {wrong:#?}");
        assert!(rows >= 80 && found >= 80, "{page}: {rows} rows, {found} methods");
    }
}

#[test]
fn files_that_the_design_names_exist() {
    let design = read("src/guide/design.md");
    let named: Vec<&str> = design.split('`').filter(|text| text.starts_with("src/")).collect();
    assert!(named.len() > 10, "{named:?}");
    for path in named {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "there is no {path}");
    }
}

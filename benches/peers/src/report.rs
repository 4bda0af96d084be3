//! Writes the figures, and makes the charts and the tables in `README.md` and `BENCHMARKS.md` from them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use peers::case::CASES;
use peers::results::{COLUMNS, Row};

mod chart;
mod history;
mod table;

/// The lines before and after the tables.
const BEGIN: &str = "<!-- Begin of what benches/peers writes -->\n";
const END: &str = "<!-- End of what benches/peers writes -->\n";

/// Returns a path in the repository.
fn path(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(name)
}

/// The machine whose figures the charts and tables show.
const SHOWN: &str = "x86-64-amd-epyc";

/// What the program `history` wrote.
const HISTORIES: &str = "benches/results/history.csv";

/// Returns the path of the figures of a machine.
fn figures(machine: &str) -> PathBuf {
    path(&format!("benches/results/{machine}.csv"))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn save(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The figures of one machine, and what is known of how they were measured.
struct Figures {
    description: Vec<String>,
    rows: Vec<Row>,
}

impl Figures {
    fn read(path: &Path) -> Result<Self, String> {
        let text = read(path)?;
        let (comments, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
        Ok(Self {
            description: comments.into_iter().map(|line| line.trim_start_matches("# ").into()).collect(),
            rows: lines.into_iter().skip(1).map(Row::parse).collect::<Result<_, _>>()?,
        })
    }
}

/// Writes the figures, preceded by comments with `description`, whose last line says when they were measured and how.
///
/// Unless they are `all` figures, those of other measurements on this machine stay, with their description.
pub fn write(description: Vec<String>, rows: Vec<Row>, all: bool) -> Result<(), String> {
    let folder = path("benches/results");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let file = figures(&crate::machine::name());
    let mut merged = Figures { description, rows };
    if !all && file.exists() {
        let new = std::mem::replace(&mut merged, Figures::read(&file)?);
        // Of the new description, those lines that say something else: at least the last one.
        let lines: Vec<String> =
            new.description.into_iter().filter(|line| !merged.description.contains(line)).collect();
        merged.description.extend(lines);
        let key = |row: &Row| (row.keys.clone(), row.op.clone(), row.n, row.peer.clone());
        let replaced: HashSet<_> = new.rows.iter().map(key).collect();
        merged.rows.retain(|row| !replaced.contains(&key(row)));
        merged.rows.extend(new.rows);
        let place = |row: &Row| (CASES.iter().position(|case| case.name == row.keys), row.n);
        merged.rows.sort_by_key(place);
    }
    let comments = merged.description.iter().map(|line| format!("# {line}\n"));
    let rows = merged.rows.iter().map(|row| format!("{row}\n"));
    save(&file, &comments.chain([format!("{COLUMNS}\n")]).chain(rows).collect::<String>())
}

/// Draws the charts and writes the tables from the stored figures.
pub fn render() -> Result<(), String> {
    let Figures { description, rows } = Figures::read(&figures(SHOWN))?;
    for chart in chart::CHARTS {
        save(&path(&format!("benches/results/{}.svg", chart.name)), &chart.draw(&rows))?;
    }
    let histories = history::parse(&read(&path(HISTORIES))?)?;
    save(&path("benches/results/history.svg"), &history::draw(&histories))?;
    insert("README.md", &format!("{}{}", history::summary(&histories), table::summary(&rows)))?;
    insert("BENCHMARKS.md", &format!("{}{}", table::tables(&description, &rows), history::table(&histories)))
}

/// Replaces the part of a file between `BEGIN` and `END` by `text`.
fn insert(name: &str, text: &str) -> Result<(), String> {
    let old = read(&path(name))?;
    let parts = old.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{name} lacks the lines\n{BEGIN}{END}"))?;
    save(&path(name), &format!("{before}{BEGIN}{text}{END}{after}"))
}

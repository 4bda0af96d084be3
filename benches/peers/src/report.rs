//! Writes the figures, and makes the charts and the tables in `README.md` and `BENCHMARKS.md` from them.

use std::fs;
use std::path::{Path, PathBuf};

use peers::results::{COLUMNS, Row};

mod chart;
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

/// Writes the figures, preceded by comments with `description`.
pub fn write(description: &[String], rows: &[Row]) -> Result<(), String> {
    let folder = path("benches/results");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let comments = description.iter().map(|line| format!("# {line}\n"));
    let rows = rows.iter().map(|row| format!("{row}\n"));
    save(&figures(&crate::machine::name()), &comments.chain([format!("{COLUMNS}\n")]).chain(rows).collect::<String>())
}

/// Draws the charts and writes the tables from the stored figures.
pub fn render() -> Result<(), String> {
    let text = read(&figures(SHOWN))?;
    let (comments, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let rows: Vec<Row> = lines.into_iter().skip(1).map(Row::parse).collect::<Result<_, _>>()?;
    for chart in chart::CHARTS {
        save(&path(&format!("benches/results/{}.svg", chart.name)), &chart.draw(&rows))?;
    }
    let comments: Vec<&str> = comments.into_iter().map(|line| line.trim_start_matches("# ")).collect();
    insert("README.md", &table::summary(&rows))?;
    insert("BENCHMARKS.md", &table::tables(&comments, &rows))
}

/// Replaces the part of a file between `BEGIN` and `END` by `text`.
fn insert(name: &str, text: &str) -> Result<(), String> {
    let old = read(&path(name))?;
    let parts = old.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = parts.ok_or_else(|| format!("{name} lacks the lines\n{BEGIN}{END}"))?;
    save(&path(name), &format!("{before}{BEGIN}{text}{END}{after}"))
}

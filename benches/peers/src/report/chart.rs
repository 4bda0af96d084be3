//! Draws charts of the time or memory of an operation by the size of the map. Both scales are logarithmic.
//!
//! Curves that would hide each other are dashed, so that the colours of all of them are visible.

use std::fmt::Write;

use peers::SHARED;
use peers::results::{Row, count};

/// An image with several plots.
pub(super) struct Chart {
    /// The name of the file, without its extension.
    pub(super) name: &'static str,
    plots: &'static [Plot],
}

/// The time or the memory of an operation by the size of the map.
struct Plot {
    title: &'static str,
    keys: &'static str,
    op: &'static str,
    unit: Unit,
}

#[derive(Clone, Copy)]
enum Unit {
    Time,
    Bytes,
    Blocks,
}

const fn time(keys: &'static str, op: &'static str, title: &'static str) -> Plot {
    Plot { title, keys, op, unit: Unit::Time }
}

const fn bytes(op: &'static str, title: &'static str) -> Plot {
    Plot { title, keys: "u64", op, unit: Unit::Bytes }
}

pub(super) const CHARTS: [Chart; 7] = [
    Chart {
        name: "lookup",
        plots: &[
            time("u64", "get_hit", "Lookup, key present"),
            time("u64", "get_miss", "Lookup, key absent"),
            time("u64", "get_chained", "Lookup, key depends on the lookup before"),
            time("short", "get_hit", "Lookup of a string, present"),
        ],
    },
    Chart {
        name: "in_place",
        plots: &[
            time("u64", "insert", "Insert in place"),
            time("u64", "collect", "collect, per entry"),
            time("u64", "remove", "Remove in place"),
            time("u64", "update", "Replace a value in place"),
        ],
    },
    Chart {
        name: "shared",
        plots: &[
            time("u64", "insert_shared", "Insert into a shared map"),
            time("u64", "remove_shared", "Remove from a shared map"),
            time("u64", "variants", "One of 100 variants"),
            time("short", "insert_shared", "Insert a string into a shared map"),
        ],
    },
    Chart {
        name: "walk",
        plots: &[
            time("u64", "iterate", "Iterate with next, per entry"),
            time("u64", "fold", "Iterate with for_each, per entry"),
            time("u64", "drop", "Drop, per entry"),
            time("u64", "eq_unshared", "== of maps that share nothing, per entry"),
        ],
    },
    Chart {
        name: "versions",
        plots: &[
            time("u64", "clone", "Clone"),
            time("u64", "eq_one", "== of versions with one change"),
            time("u64", "diff_one", "Diff of versions with one change"),
            time("u64", "merge_one", "Merge of versions with one change"),
        ],
    },
    Chart {
        name: "algebra",
        plots: &[
            time("u64", "union", "Union, per entry of one"),
            time("u64", "intersection", "Intersection"),
            time("u64", "difference", "Difference"),
            time("u64", "symmetric_difference", "Symmetric difference"),
        ],
    },
    Chart {
        name: "memory",
        plots: &[
            bytes("bytes_collect", "Bytes per entry, collected"),
            bytes("bytes_insert", "Bytes per entry, inserted"),
            bytes("bytes_version", "Bytes of a version with an entry more"),
            Plot {
                title: "Blocks of a version with an entry more",
                keys: "u64",
                op: "blocks_version",
                unit: Unit::Blocks,
            },
        ],
    },
];

/// Returns the peers with their indices in [`SHARED`], without `hashbrown`, whose curves coincide with those of std.
fn drawn() -> Vec<(usize, &'static str)> {
    SHARED.iter().copied().enumerate().filter(|&(_, peer)| peer != "hashbrown").collect()
}

/// The colours of [`SHARED`], visible on both a light and a dark background.
pub(super) const COLORS: [&str; 6] = ["#e8375f", "#3a86d9", "#1aa5b8", "#3aa655", "#d98a1f", "#9a6fd0"];

const PLOTS_IN_ROW: usize = 2;
/// The size of a plot with its margins.
pub(super) const WIDTH: f64 = 420.0;
pub(super) const HEIGHT: f64 = 276.0;
/// The margins of a plot.
pub(super) const LEFT: f64 = 78.0;
pub(super) const RIGHT: f64 = 24.0;
pub(super) const TOP: f64 = 34.0;
pub(super) const BOTTOM: f64 = 44.0;
const LEGEND: f64 = 36.0;

pub(super) const STYLE: &str = "<style>\
text{font:12px system-ui,sans-serif;fill:#24292f}.note{font-size:11px}.title{font-weight:600;font-size:13px}\
.ground{fill:#fff}.grid{stroke:#d8dee4}polyline{fill:none;stroke-width:1.8}.ours{stroke-width:3.2}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}}\
</style>\n";

impl Chart {
    pub(super) fn draw(&self, rows: &[Row]) -> String {
        let width = WIDTH * PLOTS_IN_ROW as f64;
        let height = LEGEND + HEIGHT * self.plots.len().div_ceil(PLOTS_IN_ROW) as f64;
        let mut svg = Svg::new(width, height);
        svg.legend();
        for (i, plot) in self.plots.iter().enumerate() {
            let (column, row) = (i % PLOTS_IN_ROW, i / PLOTS_IN_ROW);
            svg.plot(plot, rows, WIDTH * column as f64, LEGEND + HEIGHT * row as f64);
        }
        svg.add("</svg>");
        svg.0
    }
}

/// The source text of an image.
pub(super) struct Svg(pub(super) String);

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\">\n{STYLE}\
             <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n"
        ))
    }

    pub(super) fn add(&mut self, line: impl std::fmt::Display) {
        writeln!(self.0, "{line}").expect("a string takes any text");
    }

    pub(super) fn text(&mut self, x: f64, y: f64, attributes: &str, text: &str) {
        self.add(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{text}</text>"));
    }

    pub(super) fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) {
        self.add(format_args!("<path class=\"grid\" d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\"/>"));
    }

    /// Draws the curve of a peer. `dash` is its index in a group of curves that would hide each other, and their number.
    pub(super) fn curve(&mut self, peer: usize, points: &[[f64; 2]], (index, count): (usize, usize)) {
        let points: Vec<String> = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        let (class, color) = (if peer == 0 { "ours" } else { "theirs" }, COLORS[peer]);
        let dashes = match count {
            1 => String::new(),
            _ => format!(" stroke-dasharray=\"{DASH} {}\" stroke-dashoffset=\"-{}\"", DASH * (count - 1), DASH * index),
        };
        let points = points.join(" ");
        self.add(format_args!("<polyline class=\"{class}\" stroke=\"{color}\"{dashes} points=\"{points}\"/>"));
    }

    /// Writes the titles of the axes of a plot whose upper left corner is at `x`, `y`.
    pub(super) fn axes(&mut self, x: f64, y: f64, below: &str, beside: &str) {
        let (middle, left) = (y + (TOP + HEIGHT - BOTTOM) / 2.0, x + 14.0);
        self.text(x + (LEFT + WIDTH - RIGHT) / 2.0, y + HEIGHT - 8.0, "class=\"note\" text-anchor=\"middle\"", below);
        let turned = format!("class=\"note\" text-anchor=\"middle\" transform=\"rotate(-90 {left:.1} {middle:.1})\"");
        self.text(left, middle, &turned, beside);
    }

    fn legend(&mut self) {
        for (place, (i, peer)) in drawn().into_iter().enumerate() {
            let x = LEFT + 125.0 * place as f64;
            self.curve(i, &[[x, 20.0], [x + 24.0, 20.0]], (0, 1));
            self.text(x + 30.0, 24.0, "", peer);
        }
    }

    /// Draws a plot whose upper left corner is at `x`, `y`.
    fn plot(&mut self, plot: &Plot, rows: &[Row], x: f64, y: f64) {
        let rows: Vec<&Row> = rows.iter().filter(|row| row.keys == plot.keys && row.op == plot.op).collect();
        self.text(x + LEFT, y + 22.0, "class=\"title\"", &plot.title.replace('&', "&amp;"));
        let sizes = Scale::new(rows.iter().map(|row| row.n as f64), [x + LEFT, x + WIDTH - RIGHT]);
        let figures = Scale::new(rows.iter().map(|row| row.median), [y + HEIGHT - BOTTOM, y + TOP]);
        let (Some(sizes), Some(figures)) = (sizes, figures) else { return };
        self.axes(x, y, "entries in the map", plot.unit.title());
        for n in sizes.decades() {
            let at = sizes.at(n);
            self.line([at, figures.ends[0]], [at, figures.ends[1]]);
            self.text(at, y + HEIGHT - BOTTOM + 17.0, "text-anchor=\"middle\"", &count(n));
        }
        for figure in figures.decades() {
            let at = figures.at(figure);
            self.line([sizes.ends[0], at], [sizes.ends[1], at]);
            self.text(x + LEFT - 6.0, at + 4.0, "text-anchor=\"end\"", &plot.unit.label(figure));
        }
        let curves: Vec<Vec<[f64; 2]>> = drawn()
            .into_iter()
            .map(|(_, peer)| {
                let of = rows.iter().filter(|row| row.peer == peer);
                of.map(|row| [sizes.at(row.n as f64), figures.at(row.median)]).collect()
            })
            .collect();
        // Our curve is drawn last, above the others.
        for (place, (i, peer)) in drawn().into_iter().enumerate().rev() {
            let points = &curves[place];
            let hiding: Vec<usize> = (0..curves.len()).filter(|&other| coincide(points, &curves[other])).collect();
            let index = hiding.iter().position(|&other| other == place).unwrap_or(0);
            self.curve(i, points, (index, hiding.len().max(1)));
            let last = rows.iter().rfind(|row| row.peer == peer);
            let last = last.filter(|last| rows.iter().any(|row| row.n > last.n));
            if let Some((last, [x, y])) = last.zip(points.last()) {
                self.text(x + 6.0, y + 4.0, "class=\"note\"", &format!("{peer} up to {}", count(last.n as f64)));
            }
        }
    }
}

/// The length of a dash.
const DASH: usize = 7;

/// Returns true if one of the curves would hide the other: if they are at most the width of a curve apart.
fn coincide(curve: &[[f64; 2]], other: &[[f64; 2]]) -> bool {
    !curve.is_empty() && curve.len() == other.len() && curve.iter().zip(other).all(|(a, b)| (a[1] - b[1]).abs() < 3.0)
}

/// Smaller figures are drawn at this one, because a logarithmic scale has no zero.
const LEAST: f64 = 0.01;

/// A logarithmic scale of whole decades.
struct Scale {
    /// The decimal logarithms of the ends.
    least: i32,
    most: i32,
    /// The coordinates of the ends.
    ends: [f64; 2],
}

impl Scale {
    /// Returns a scale that includes all `figures`, or `None` if there are none. It has at least three decades, so that a
    /// small difference does not look large.
    fn new(figures: impl Iterator<Item = f64>, ends: [f64; 2]) -> Option<Self> {
        let logarithms: Vec<f64> = figures.map(|figure| figure.max(LEAST).log10()).collect();
        let least = logarithms.iter().copied().reduce(f64::min)?.floor() as i32;
        let most = logarithms.iter().copied().reduce(f64::max)?.ceil() as i32;
        let (least, most) = match most - least {
            ..=1 => (least - 1, least + 2),
            2 => (least, least + 3),
            _ => (least, most),
        };
        Some(Self { least, most, ends })
    }

    fn at(&self, figure: f64) -> f64 {
        let part = (figure.max(LEAST).log10() - f64::from(self.least)) / f64::from(self.most - self.least);
        self.ends[0] + part * (self.ends[1] - self.ends[0])
    }

    fn decades(&self) -> impl Iterator<Item = f64> + use<> {
        (self.least..=self.most).map(|exponent| 10_f64.powi(exponent))
    }
}

impl Unit {
    fn title(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Blocks => "blocks of memory",
            Self::Time => "time",
        }
    }

    fn label(self, figure: f64) -> String {
        match self {
            Self::Bytes | Self::Blocks => count(figure),
            Self::Time if figure < 1e3 => format!("{figure} ns"),
            Self::Time if figure < 1e6 => format!("{} µs", figure / 1e3),
            Self::Time if figure < 1e9 => format!("{} ms", figure / 1e6),
            Self::Time => format!("{} s", figure / 1e9),
        }
    }
}

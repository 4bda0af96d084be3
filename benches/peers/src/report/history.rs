//! The memory of all versions of a history: a picture of it in `README.md`, and a table in `BENCHMARKS.md`.

use std::fmt::Write;

use super::chart::{BOTTOM, COLORS, HEIGHT, LEFT, RIGHT, Svg, TOP, WIDTH};
use peers::SHARED;

/// A history, as the program `history` writes it.
pub(super) struct History {
    what: String,
    curves: Vec<Curve>,
}

/// The memory of the versions in one kind of map.
struct Curve {
    peer: String,
    points: Vec<Point>,
}

struct Point {
    versions: f64,
    entries: f64,
    bytes: f64,
    /// The time of all edits so far, in nanoseconds, or 0 if it was not measured.
    time: f64,
}

/// Parses the output of the program `history`. A line with `#` begins a history and describes it.
pub(super) fn parse(text: &str) -> Result<Vec<History>, String> {
    let mut histories: Vec<History> = Vec::new();
    for line in text.lines() {
        if let Some(what) = line.strip_prefix("# ") {
            histories.push(History { what: what.into(), curves: Vec::new() });
            continue;
        }
        let fields: Vec<&str> = line.split(',').collect();
        let (Some(history), [peer, numbers @ ..]) = (histories.last_mut(), &fields[..]) else {
            return Err(line.into());
        };
        let numbers: Result<Vec<f64>, _> = numbers.iter().map(|field| field.parse()).collect();
        let [versions, entries, bytes, time] = numbers.map_err(|error| format!("{error} in {line}"))?[..] else {
            return Err(line.into());
        };
        if history.curves.last().is_none_or(|curve| curve.peer != *peer) {
            history.curves.push(Curve { peer: (*peer).into(), points: Vec::new() });
        }
        let curve = history.curves.last_mut().expect("a curve was added if there was none");
        curve.points.push(Point { versions, entries, bytes, time });
    }
    Ok(histories)
}

impl History {
    fn curve(&self, peer: &str) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.peer == peer)
    }
}

impl Curve {
    fn last(&self) -> &Point {
        self.points.last().expect("a curve has points")
    }
}

/// The maps in the picture.
const DRAWN: [&str; 2] = ["perennial", "std"];

/// Draws a plot for each history: the bytes of all versions by their number. Both scales are linear.
pub(super) fn draw(histories: &[History]) -> String {
    let mut svg = Svg::new(WIDTH * histories.len() as f64, HEIGHT);
    for (i, history) in histories.iter().enumerate() {
        plot(&mut svg, history, WIDTH * i as f64);
    }
    svg.add("</svg>");
    svg.0
}

fn plot(svg: &mut Svg, history: &History, x: f64) {
    svg.text(x + LEFT, 22.0, "class=\"title\"", &history.what);
    svg.axes(x, 0.0, "commits", "memory of all versions");
    let curves: Vec<&Curve> = DRAWN.iter().filter_map(|peer| history.curve(peer)).collect();
    let most = |of: fn(&Point) -> f64| curves.iter().map(|curve| of(curve.last())).fold(0.0, f64::max);
    let versions = Linear { most: most(|point| point.versions), ends: [x + LEFT, x + WIDTH - RIGHT] };
    let memory = Linear { most: most(|point| point.bytes) * 1.1, ends: [HEIGHT - BOTTOM, TOP] };
    for n in versions.ticks() {
        let at = versions.at(n);
        svg.line([at, memory.ends[0]], [at, memory.ends[1]]);
        svg.text(at, HEIGHT - BOTTOM + 17.0, "text-anchor=\"middle\"", &format!("{n}"));
    }
    for n in memory.ticks() {
        let at = memory.at(n);
        svg.line([versions.ends[0], at], [versions.ends[1], at]);
        svg.text(x + LEFT - 6.0, at + 4.0, "text-anchor=\"end\"", &bytes(n));
    }
    for curve in curves.iter().rev() {
        let peer = SHARED.iter().position(|peer| *peer == curve.peer).expect("it is one of the drawn maps");
        let points: Vec<_> =
            curve.points.iter().map(|point| [versions.at(point.versions), memory.at(point.bytes)]).collect();
        svg.curve(peer, &points, (0, 1));
        let (name, last) =
            (if curve.peer == "std" { "one std HashMap per commit" } else { &*curve.peer }, curve.last());
        let label = format!("{name}: {}", bytes(last.bytes));
        let style = format!("text-anchor=\"end\" style=\"fill:{};font-weight:600\"", COLORS[peer]);
        // Above the end of a curve; to the left of the end of a steep one.
        let [end, height] = points[points.len() - 1];
        let (at, height) = if curve.peer == "std" { (end - 34.0, height + 4.0) } else { (end, height - 8.0) };
        svg.text(at, height, &style, &label);
    }
}

/// A linear scale that begins at 0.
struct Linear {
    most: f64,
    /// The coordinates of 0 and of `most`.
    ends: [f64; 2],
}

impl Linear {
    fn at(&self, figure: f64) -> f64 {
        self.ends[0] + figure / self.most * (self.ends[1] - self.ends[0])
    }

    /// Returns round figures: three to seven of them.
    fn ticks(&self) -> impl Iterator<Item = f64> + use<> {
        let decade = 10_f64.powf(self.most.log10().floor());
        let step = [0.2, 0.5, 1.0, 2.0].map(|part| part * decade).into_iter().find(|step| self.most / step < 7.0);
        let (step, most) = (step.unwrap_or(2.0 * decade), self.most);
        (0..).map(move |i| f64::from(i) * step).take_while(move |tick| *tick <= most)
    }
}

/// Formats a number of bytes.
fn bytes(bytes: f64) -> String {
    match bytes {
        0.0 => String::from("0"),
        ..1e6 => format!("{} kB", digits(bytes / 1e3)),
        ..1e9 => format!("{} MB", digits(bytes / 1e6)),
        _ => format!("{} GB", digits(bytes / 1e9)),
    }
}

/// Formats a number below 1000 with about two digits.
fn digits(number: f64) -> String {
    let text = if number < 9.95 { format!("{number:.1}") } else { format!("{number:.0}") };
    text.strip_suffix(".0").map(String::from).unwrap_or(text)
}

/// Returns the picture for `README.md`, and what it shows.
pub(super) fn summary(histories: &[History]) -> String {
    let times = |history: &History| {
        let [ours, std] = DRAWN.map(|peer| history.curve(peer).map_or(f64::NAN, |curve| curve.last().bytes));
        digits(std / ours)
    };
    // The program writes the generated history last.
    let (Some(real), Some(generated)) = (histories.first(), histories.last()) else { return String::new() };
    format!(
        "![Memory of all versions, in this crate and in std](benches/results/history.svg)\n\n\
         One map from paths to files for every commit of a git repository, all in memory at once. With one std `HashMap`\n\
         per commit, the repository of this crate would take {} times as much memory, and a generated history of 20 000\n\
         commits {} times. For your repository, run this in a clone of ours:\n\n\
         ```sh\ncargo run --release --example git_history -- PATH\n```\n\n",
        times(real),
        times(generated)
    )
}

/// Returns the table of all histories and all maps.
pub(super) fn table(histories: &[History]) -> String {
    let mut text = String::from(
        "## All versions of a history\n\nThe memory of one map from paths to files for every commit, without that of the \
         paths, and the CPU time of one run to make these maps, without reading the history. The bytes of std are those of \
         one `HashMap` per commit, each with the capacity for its entries, counted without keeping them. The generated \
         history begins with 500 files; each commit changes three, and every fourth adds one.\n\n\
         | history | commits | entries in all versions | perennial | imbl | rpds | im | std |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for history in histories {
        let last = |peer: &str| history.curve(peer).map(Curve::last);
        let Some(ours) = last("perennial") else { continue };
        write!(text, "| {} | {} | {}", history.what, ours.versions, ours.entries).expect("a string takes any text");
        for peer in ["perennial", "imbl", "rpds", "im", "std"] {
            let cell = last(peer).map_or(String::from("–"), |point| match point.time {
                0.0 => bytes(point.bytes),
                time => format!("{}, {} ms", bytes(point.bytes), digits(time / 1e6)),
            });
            write!(text, " | {cell}").expect("a string takes any text");
        }
        text.push_str(" |\n");
    }
    text
}

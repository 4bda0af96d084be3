//! The measured figures.

use std::fmt;

use crate::PEERS;

/// A figure: the median of several measurements.
#[derive(Clone)]
pub struct Row {
    pub keys: String,
    pub op: String,
    pub n: usize,
    pub peer: String,
    pub median: f64,
    pub least: f64,
    pub most: f64,
    /// The first and the third quartile.
    pub quartiles: [f64; 2],
    pub samples: usize,
}

/// The names of the columns that [`Row`] prints.
pub const COLUMNS: &str = "keys,operation,n,map,median,least,most,lower_quartile,upper_quartile,samples";

impl Row {
    /// Returns a row with the median, the extremes and the quartiles of `samples`.
    ///
    /// # Panics
    /// If there are no `samples`.
    pub fn new(keys: &str, op: &str, n: usize, peer: &str, mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        let last = samples.len() - 1;
        // Interpolates between the two samples beside the place.
        let quantile = |part: f64| {
            let place = part * last as f64;
            let (below, above) = (samples[place.floor() as usize], samples[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        Self {
            keys: keys.into(),
            op: op.into(),
            n,
            peer: peer.into(),
            median: quantile(0.5),
            least: samples[0],
            most: samples[last],
            quartiles: [quantile(0.25), quantile(0.75)],
            samples: samples.len(),
        }
    }

    /// Parses a row that was printed. Rows of older files have no quartiles; then they are the extremes.
    ///
    /// # Errors
    /// If `line` is not in the format of a row.
    pub fn parse(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split(',').collect();
        let (keys, op, n, peer, median, least, most, quartiles, samples) = match fields[..] {
            [keys, op, n, peer, median, least, most, samples] => {
                (keys, op, n, peer, median, least, most, [least, most], samples)
            }
            [keys, op, n, peer, median, least, most, lower, upper, samples] => {
                (keys, op, n, peer, median, least, most, [lower, upper], samples)
            }
            _ => return Err(line.into()),
        };
        let number = |field: &str| field.parse::<f64>().map_err(|error| format!("{error} in {line}"));
        Ok(Self {
            keys: keys.into(),
            op: op.into(),
            n: number(n)? as usize,
            peer: peer.into(),
            median: number(median)?,
            least: number(least)?,
            most: number(most)?,
            quartiles: [number(quartiles[0])?, number(quartiles[1])?],
            samples: number(samples)? as usize,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { keys, op, n, peer, median, least, most, quartiles: [lower, upper], samples } = self;
        write!(f, "{keys},{op},{n},{peer},{median:.6},{least:.6},{most:.6},{lower:.6},{upper:.6},{samples}")
    }
}

/// Formats a number with a unit prefix: 10, 1k, 1M.
pub fn count(n: f64) -> String {
    match n {
        ..1e3 => format!("{n}"),
        ..1e6 => format!("{}k", n / 1e3),
        _ => format!("{}M", n / 1e6),
    }
}

/// Returns our median divided by that of `peer`.
pub fn ratio(rows: &[Row], keys: &str, op: &str, n: usize, peer: &str) -> Option<f64> {
    let median = |peer: &str| {
        rows.iter().find(|row| row.keys == keys && row.op == op && row.n == n && row.peer == peer).map(|row| row.median)
    };
    Some(median(PEERS[0])? / median(peer)?)
}

/// Prints the rows of one kind of map and one size: the figure of each peer, and the ratio of our figure to it.
pub fn print(rows: &[Row], keys: &str, n: usize) {
    let rows: Vec<Row> = rows.iter().filter(|row| row.keys == keys && row.n == n).cloned().collect();
    let peers = || PEERS.into_iter().filter(|&peer| rows.iter().any(|row| row.peer == peer));
    print!("\n{:<28}", format!("{keys}, n = {n}"));
    peers().for_each(|peer| print!("{peer:>20}"));
    println!();
    let mut ops: Vec<&str> = Vec::new();
    for row in &rows {
        if !ops.contains(&row.op.as_str()) {
            ops.push(&row.op);
        }
    }
    for op in ops {
        print!("{op:<28}");
        for peer in peers() {
            match rows.iter().find(|row| row.op == op && row.peer == peer) {
                Some(row) if peer == PEERS[0] => print!("{:>20.1}", row.median),
                Some(row) => {
                    print!("{:>12.1} ({:>5.2})", row.median, ratio(&rows, keys, op, n, peer).unwrap_or(f64::NAN))
                }
                None => print!("{:>20}", ""),
            }
        }
        println!();
    }
}

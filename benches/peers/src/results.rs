//! Measured figures.

use crate::case::PEERS;

/// A figure: the median of several measurements.
#[derive(Clone)]
pub struct Row {
    pub keys: String,
    pub op: String,
    pub n: usize,
    pub peer: String,
    pub median: f64,
    pub min: f64,
    pub max: f64,
    pub samples: usize,
}

impl Row {
    /// # Panics
    /// If there are no `samples`.
    pub fn new(keys: &str, op: &str, n: usize, peer: &str, mut samples: Vec<f64>) -> Self {
        samples.sort_by(f64::total_cmp);
        let half = samples.len() / 2;
        let median = if samples.len() % 2 == 1 { samples[half] } else { samples[half - 1].midpoint(samples[half]) };
        Self {
            keys: keys.into(),
            op: op.into(),
            n,
            peer: peer.into(),
            median,
            min: samples[0],
            max: samples[samples.len() - 1],
            samples: samples.len(),
        }
    }
}

/// Prints the rows of one kind of map of one size: what each operation takes, and the ratio of ours to that.
pub fn print(rows: &[Row], keys: &str, n: usize) {
    let of: Vec<&Row> = rows.iter().filter(|row| row.keys == keys && row.n == n).collect();
    let peers = PEERS.into_iter().filter(|&peer| of.iter().any(|row| row.peer == peer));
    let peers: Vec<&str> = peers.collect();
    print!("\n{:<28}", format!("{keys}, n = {n}"));
    peers.iter().for_each(|peer| print!("{peer:>18}"));
    println!();
    let mut ops: Vec<&str> = of.iter().map(|row| row.op.as_str()).collect();
    ops.dedup();
    for op in ops {
        print!("{op:<28}");
        let figure = |peer: &str| of.iter().find(|row| row.op == op && row.peer == peer).map(|row| row.median);
        for peer in &peers {
            match (figure(peer), figure(PEERS[0])) {
                (Some(theirs), Some(ours)) if *peer != PEERS[0] => print!("{theirs:>10.1} ({:>5.2})", ours / theirs),
                (Some(figure), _) => print!("{figure:>18.1}"),
                (None, _) => print!("{:>18}", ""),
            }
        }
        println!();
    }
}

//! The command line.

use peers::PEERS;
use peers::case::CASES;
use peers::op::Op;

pub const USAGE: &str = "\
Measures perennial, std, hashbrown, imbl, rpds and im; the last three also in their single-threaded variants. Without
arguments it measures everything, which takes an hour, and writes the results, the charts and the tables.

    --quick         fewer sizes and rounds, in three minutes; writes nothing
    --best          the fastest round instead of the median, for a machine that runs other programs too
    --write         writes the results even if there are other arguments; they replace the stored results of the same
                    measurements only
    --check         no measurement; checks that all maps give correct results
    --render        no measurement; makes the charts and the tables from the stored results

These options restrict the measurement. The results are written only with --write:
    --only OPS      operations, such as get_hit,insert; `memory` measures bytes and blocks
    --keys KEYS     kinds of maps, such as u64,short
    --sizes SIZES   numbers of entries, such as 100,10000
    --peers PEERS   maps, such as imbl,std; perennial is always measured
    --seeds N       the number of sets of keys
    --rounds N      the number of rounds for each set of keys";

#[derive(Clone, Copy, PartialEq)]
pub enum Mode {
    Measure,
    Check,
    Render,
}

pub struct Args {
    pub mode: Mode,
    pub quick: bool,
    /// `None` for the usual operations of each kind of map.
    pub ops: Option<Vec<Op>>,
    pub memory: bool,
    pub cases: Vec<&'static str>,
    pub sizes: Option<Vec<usize>>,
    /// In the order of [`PEERS`].
    pub peers: Vec<&'static str>,
    pub seeds: Option<u64>,
    pub rounds: Option<usize>,
    /// True to report the fastest round instead of the median.
    pub best: bool,
    /// True to write the results to files.
    pub write: bool,
    /// The arguments, for the description of the results.
    pub line: String,
}

impl Args {
    /// Returns true if nothing is left out.
    pub fn measures_all(&self) -> bool {
        let all_names = self.cases.len() == CASES.len() && self.peers.len() == PEERS.len();
        all_names && self.ops.is_none() && self.sizes.is_none() && !self.quick
    }

    /// Parses the arguments of the command line.
    ///
    /// # Errors
    /// A message that explains the error in the arguments.
    pub fn parse(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let args: Vec<String> = args.collect();
        let line = args.join(" ");
        let mut args = args.into_iter().peekable();
        let mut parsed = Self {
            mode: Mode::Measure,
            quick: false,
            ops: None,
            memory: true,
            cases: CASES.iter().map(|case| case.name).collect(),
            sizes: None,
            peers: PEERS.to_vec(),
            seeds: None,
            rounds: None,
            best: false,
            write: args.peek().is_none(),
            line,
        };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--quick" => parsed.quick = true,
                "--check" => parsed.mode = Mode::Check,
                "--best" => parsed.best = true,
                "--write" => parsed.write = true,
                "--render" => parsed.mode = Mode::Render,
                _ => parsed.narrow(&arg, &args.next().ok_or_else(|| format!("{arg}?\n\n{USAGE}"))?)?,
            }
        }
        Ok(parsed)
    }

    fn narrow(&mut self, arg: &str, value: &str) -> Result<(), String> {
        let number = |text: &str| text.replace('_', "").parse::<usize>().map_err(|error| format!("{text}: {error}"));
        match arg {
            "--only" => {
                let names: Vec<&str> = value.split(',').collect();
                self.memory = names.contains(&"memory");
                let ops = names.iter().filter(|&&name| name != "memory").map(|name| named(&Op::ALL, |op| op.1, name));
                self.ops = Some(ops.map(|op| Ok(op?.0)).collect::<Result<_, String>>()?);
            }
            "--keys" => {
                let cases = value.split(',').map(|name| Ok(named(CASES, |case| case.name, name)?.name));
                self.cases = cases.collect::<Result<_, String>>()?;
            }
            "--sizes" => self.sizes = Some(value.split(',').map(number).collect::<Result<_, _>>()?),
            "--peers" => {
                let wanted = value.split(',').map(|name| named(&PEERS, |peer| peer, name).copied());
                let wanted: Vec<&str> = wanted.collect::<Result<_, _>>()?;
                self.peers.retain(|peer| *peer == PEERS[0] || wanted.contains(peer));
            }
            "--seeds" => self.seeds = Some(number(value)? as u64),
            "--rounds" => self.rounds = Some(number(value)?),
            _ => return Err(format!("{arg}?\n\n{USAGE}")),
        }
        Ok(())
    }
}

fn named<'a, T>(all: &'a [T], name_of: impl Fn(&T) -> &str, name: &str) -> Result<&'a T, String> {
    all.iter().find(|item| name_of(item) == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(name_of).collect();
        format!("{name}? There are {}.", names.join(", "))
    })
}

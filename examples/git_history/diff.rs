//! The changes between two versions, in git's format.

use perennial::map::Change;

use crate::history::Version;

/// Paths, each with the letters by which git marks its status.
pub(crate) type Statuses<'a> = Vec<(&'a [u8], &'static str)>;

/// Returns the changes from `old` to `new`, sorted by path: added (`A`), deleted (`D`), modified (`M`), type changed
/// (`T`).
pub(crate) fn diff<'a, const N: usize>(old: &'a Version<N>, new: &'a Version<N>) -> Statuses<'a> {
    let statuses = old.diff(new).map(|change| match change {
        Change::Added { key, .. } => (&**key, "A"),
        Change::Removed { key, .. } => (&**key, "D"),
        Change::Changed { key, old, new } if old.mode >> 12 != new.mode >> 12 => (&**key, "T"),
        Change::Changed { key, .. } => (&**key, "M"),
    });
    let mut changes: Statuses<'a> = statuses.collect();
    changes.sort_unstable();
    changes
}

/// Formats lines like `git diff --name-status`.
pub(crate) fn name_status(statuses: &[(&[u8], &str)]) -> String {
    statuses.iter().map(|(path, status)| format!("{status}\t{}\n", quoted(path))).collect()
}

/// Formats a path like git: quoted and escaped if it contains a byte that is not printable ASCII, a quote or a
/// backslash.
pub(crate) fn quoted(path: &[u8]) -> String {
    let escaped: String = path
        .iter()
        .map(|&byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b' '..=b'~' => char::from(byte).to_string(),
            7..=13 => format!("\\{}", char::from(b"abtnvfr"[usize::from(byte - 7)])),
            _ => format!("\\{byte:03o}"),
        })
        .collect();
    if escaped.as_bytes() == path { escaped } else { format!("\"{escaped}\"") }
}

//! What changed between two versions, said as git says it.

use perennial::map::Change;

use crate::history::Version;

/// Paths with a word on what happened to each, in git's letters.
pub(crate) type Statuses<'a> = Vec<(&'a [u8], &'static str)>;

/// What changed from `old` to `new`, sorted by path: added (`A`), deleted (`D`), modified (`M`), of another type (`T`).
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

/// Lines as `git diff --name-status` writes them.
pub(crate) fn name_status(statuses: &[(&[u8], &str)]) -> String {
    statuses.iter().map(|(path, status)| format!("{status}\t{}\n", quoted(path))).collect()
}

/// A path as git prints it: in quotes and escaped if it has a byte that is not plain ASCII text.
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

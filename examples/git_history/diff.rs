//! What changed between two versions, said as git says it.

use crate::history::Version;

/// What changed from `old` to `new`, sorted by path: `A`dded, `D`eleted, `M`odified, or another `T`ype.
pub(crate) fn diff<'a, const N: usize>(old: &'a Version<N>, new: &'a Version<N>) -> Vec<(&'a [u8], char)> {
    if old.ptr_eq(new) {
        return Vec::new();
    }
    let gone = old.keys().filter(|path| !new.contains_key(&***path)).map(|path| (&**path, 'D'));
    let here = new.iter().filter_map(|(path, file)| match old.get(&**path) {
        None => Some((&**path, 'A')),
        Some(before) if before == file => None,
        Some(before) if before.mode >> 12 != file.mode >> 12 => Some((&**path, 'T')),
        Some(_) => Some((&**path, 'M')),
    });
    let mut changes: Vec<_> = gone.chain(here).collect();
    changes.sort_unstable();
    changes
}

/// Changes as `git diff --name-status` writes them.
pub(crate) fn name_status(changes: &[(&[u8], char)]) -> String {
    changes.iter().map(|(path, status)| format!("{status}\t{}\n", quoted(path))).collect()
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

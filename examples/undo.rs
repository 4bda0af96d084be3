//! Undo and redo in an editor. Every state is kept as a version, so no edit has to be reversed.

use perennial::PersistentMap;

/// A column and a row.
type Cell = (char, u32);

/// The texts of the cells.
type Sheet = PersistentMap<Cell, String>;

#[derive(Default)]
struct Editor {
    past: Vec<Sheet>,
    now: Sheet,
    future: Vec<Sheet>,
}

impl Editor {
    /// Applies `edit` as one step, even if it changes several cells.
    fn step(&mut self, edit: impl FnOnce(&mut Sheet)) {
        self.past.push(self.now.clone());
        self.future.clear();
        edit(&mut self.now);
    }

    fn undo(&mut self) {
        if let Some(before) = self.past.pop() {
            self.future.push(std::mem::replace(&mut self.now, before));
        }
    }

    fn redo(&mut self) {
        if let Some(after) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.now, after));
        }
    }

    fn show(&self, title: &str, expected: &str) {
        let mut cells: Vec<String> =
            self.now.iter().map(|((column, row), text)| format!("{column}{row}={text}")).collect();
        cells.sort();
        let line = cells.join(" ");
        println!("{title:<18} {line}");
        assert_eq!(line, expected);
    }
}

fn main() {
    let mut editor = Editor::default();
    editor.step(|sheet| sheet.extend([(('A', 1), "tea".into()), (('A', 2), "milk".into())]));
    editor.show("typed", "A1=tea A2=milk");
    editor.step(|sheet| sheet.retain(|&(_, row), _| row != 1));
    editor.step(|sheet| sheet.values_mut().for_each(|text| text.push('!')));
    editor.show("edited", "A2=milk!");
    editor.undo();
    editor.undo();
    editor.show("undone twice", "A1=tea A2=milk");
    editor.redo();
    editor.show("redone", "A2=milk");
    editor.step(|sheet| _ = sheet.insert(('B', 1), "new".into()));
    editor.redo();
    editor.show("no redo after this", "A2=milk B1=new");

    // What it costs to keep every state of a large sheet.
    let mut editor = Editor::default();
    editor.step(|sheet| sheet.extend((1..=10_000).map(|row| (('A', row), row.to_string()))));
    (1..=1_000).for_each(|row| editor.step(|sheet| _ = sheet.insert(('A', row), "edited".into())));
    let states = || editor.past.iter().chain([&editor.now]);
    let copies: usize = states().map(|state| state.memory_usage().bytes).sum();
    let shared: usize = states().zip(states().skip(1)).map(|(before, after)| after.not_shared_with(before).bytes).sum();
    let megabytes = |bytes| bytes as f64 / 1e6;
    println!("\n10000 cells, 1000 steps: the maps of all states take");
    println!("{:>8.1} MB as copies", megabytes(copies));
    println!("{:>8.1} MB as versions", megabytes(shared));
    assert!(100 * shared < copies);
}

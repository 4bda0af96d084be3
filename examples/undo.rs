//! Undo and redo in an editor. Every state is kept as a version, so no edit has to be reversed.

use perennial::PersistentMap;

/// The texts of the cells of a sheet, by the names of the cells.
type Sheet = PersistentMap<&'static str, String>;

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
        let cell = |(name, text)| format!(" {name}={text}");
        let mut cells: Vec<String> = self.now.iter().map(cell).collect();
        cells.sort();
        let line = cells.concat();
        println!("{title}:{line}");
        assert_eq!(line, expected);
    }
}

fn main() {
    let mut editor = Editor::default();
    editor.step(|sheet| sheet.extend([("A1", "tea".into()), ("A2", "milk".into())]));
    editor.step(|sheet| sheet.retain(|&name, _| name != "A1"));
    editor.step(|sheet| sheet.values_mut().for_each(|text| text.push('!')));
    editor.show("edited", " A2=milk!");
    editor.undo();
    editor.undo();
    editor.show("undone twice", " A1=tea A2=milk");
    editor.redo();
    editor.show("redone", " A2=milk");
    editor.step(|sheet| _ = sheet.insert("B1", "new".into()));
    editor.redo();
    editor.show("nothing to redo after a new step", " A2=milk B1=new");
}

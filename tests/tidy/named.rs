//! Collects what each file names, in its imports and in its code.

use std::collections::{BTreeMap, BTreeSet};

use crate::read::{Binding, Use};
use crate::resolve::{Sources, Target};
use crate::tokens::{Placed, Token};

/// What one file names.
#[derive(Default)]
pub(crate) struct Named {
    /// The files that define what it names, and under which names.
    pub(crate) arrows: BTreeMap<usize, BTreeSet<String>>,
    /// Full paths in other crates, as `std::time::Instant::now`.
    pub(crate) outside: BTreeSet<String>,
    /// Full paths in this crate as written, before re-exports are followed.
    pub(crate) written: BTreeSet<String>,
    /// Paths that the reader could not follow.
    pub(crate) missing: BTreeSet<String>,
}

impl Sources {
    /// What the code of each file names; test files name nothing.
    pub(crate) fn named(&self) -> Vec<Named> {
        let mut all: Vec<Named> = self.files.iter().map(|_| Named::default()).collect();
        for (id, module) in self.modules.iter().enumerate().filter(|(_, module)| !self.files[module.file].is_test) {
            let named = &mut all[module.file];
            let words = self.bare_words(module.file);
            let heads = self.heads(module.file);
            for import in &module.uses {
                self.name_import(id, import, &[], &words, &heads, named);
            }
            for body in &module.bodies {
                for import in &body.uses {
                    self.name_import(id, import, &body.uses, &words, &heads, named);
                }
                for path in paths(&body.tokens) {
                    let targets = self.resolve(id, &path, &body.uses, &mut Vec::new());
                    named.written.extend(self.written(id, &path, &body.uses));
                    self.record(&path, &targets, named);
                }
                for word in bare_words(&body.tokens) {
                    if self.comes_by_glob(id, &word, &body.uses) {
                        let path = [word];
                        let targets = self.resolve(id, &path, &body.uses, &mut Vec::new());
                        self.record(&path, &targets, named);
                    }
                }
            }
        }
        for (file, named) in all.iter_mut().enumerate() {
            named.arrows.remove(&file);
        }
        all
    }

    fn comes_by_glob(&self, module: usize, word: &str, local: &[Use]) -> bool {
        let own = &self.modules[module];
        let named = Binding::Name(word.to_string());
        let bound = own.uses.iter().chain(local).any(|import| import.binds == named)
            || own.definitions.iter().any(|definition| definition.name == word);
        !bound && own.uses.iter().chain(local).any(|import| import.binds == Binding::Glob)
    }

    /// The words of a file that stand alone, neither head nor tail of a path.
    fn bare_words(&self, file: usize) -> BTreeSet<String> {
        let bodies = self.modules.iter().filter(|module| module.file == file).flat_map(|module| &module.bodies);
        bodies.flat_map(|body| bare_words(&body.tokens)).collect()
    }

    /// The first words of a file's paths.
    fn heads(&self, file: usize) -> BTreeSet<String> {
        let modules = self.modules.iter().filter(|module| module.file == file);
        let bodies = modules.clone().flat_map(|module| &module.bodies);
        let paths = bodies.flat_map(|body| paths(&body.tokens));
        let own_heads = paths.filter_map(|path| path.into_iter().find(|word| word != "super" && word != "self"));
        let imports = modules.flat_map(|module| &module.uses).filter_map(|import| match import.path.as_slice() {
            [first, _, ..] => Some(first.clone()),
            _ => None,
        });
        own_heads.chain(imports).collect()
    }

    fn name_import(
        &self,
        module: usize,
        import: &Use,
        local: &[Use],
        words: &BTreeSet<String>,
        heads: &BTreeSet<String>,
        named: &mut Named,
    ) {
        let rest: Vec<Use> = local.iter().filter(|other| other.path != import.path).cloned().collect();
        let targets = self.resolve(module, &import.path, &rest, &mut Vec::new());
        let module_only = targets.iter().all(|target| matches!(target, Target::Module(_)));
        let is_both = !module_only && targets.iter().any(|target| matches!(target, Target::Module(_)));
        let kept = match &import.binds {
            // What a glob brings is named where it is used.
            Binding::Glob => !module_only || import.is_open,
            Binding::Name(name) if module_only => import.is_open || !heads.contains(name),
            Binding::Name(name) if is_both => import.is_open || words.contains(name),
            Binding::Name(_) => true,
        };
        named.written.extend(self.written(module, &import.path, &rest));
        if kept {
            self.record(&import.path, &targets, named);
        }
    }

    /// The full path of what is written, as far as it names modules, and one name more.
    fn written(&self, module: usize, path: &[String], local: &[Use]) -> Option<String> {
        for count in (1..=path.len()).rev() {
            for target in self.resolve(module, &path[..count], local, &mut Vec::new()) {
                if let Target::Module(inner) = target {
                    let next = path.get(count).into_iter();
                    return Some(self.modules[inner].path.iter().chain(next).cloned().collect::<Vec<_>>().join("::"));
                }
            }
        }
        None
    }

    fn record(&self, path: &[String], targets: &[Target], named: &mut Named) {
        let has_item = targets.iter().any(|target| matches!(target, Target::Item { .. }));
        for target in targets {
            match target {
                Target::Module(_) if has_item => {}
                Target::Module(module) => {
                    let own = &self.modules[*module];
                    let name = format!("mod {}", own.path.last().map_or("crate", String::as_str));
                    named.arrows.entry(own.file).or_default().insert(name);
                }
                Target::Item { file, name } => {
                    named.arrows.entry(*file).or_default().insert(name.clone());
                }
                Target::Outside(path) => {
                    named.outside.insert(path.clone());
                }
                Target::Missing { module, name } => {
                    named.missing.insert(format!("{} ({name})", path.join("::")));
                    named.arrows.entry(self.modules[*module].file).or_default().insert(name.clone());
                }
            }
        }
    }
}

/// The paths of two words and more that stand in `tokens`.
fn paths(tokens: &[Placed]) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut path = Vec::new();
        let starts = starts_path(tokens, at);
        while let Some(word) = tokens.get(at).and_then(Placed::word) {
            path.push(word.to_string());
            at += 1;
            let more = tokens.get(at).is_some_and(|next| next.token == Token::Joint);
            if !more || tokens.get(at + 1).and_then(Placed::word).is_none() {
                break;
            }
            at += 1;
        }
        if path.is_empty() {
            at += 1;
        } else if starts && path.len() > 1 && path[0] != "Self" {
            all.push(path);
        }
    }
    all
}

/// Whether the word at `at` is the first of a path: no field, no method, no tail.
fn starts_path(tokens: &[Placed], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| &tokens[at].token);
    match before(1) {
        Some(Token::Joint) => false,
        Some(Token::Mark('.')) => before(2) == Some(&Token::Mark('.')),
        // `pub(in path)`
        Some(Token::Word(word)) if word == "in" => before(3) != Some(&Token::Word("pub".to_string())),
        _ => true,
    }
}

/// The words in `tokens` that stand alone and may be an item's name.
fn bare_words(tokens: &[Placed]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (at, placed) in tokens.iter().enumerate() {
        let Some(word) = placed.word() else { continue };
        let after = tokens.get(at + 1).map(|next| &next.token);
        let declares = at > 0
            && matches!(
                tokens[at - 1].word(),
                Some("let" | "fn" | "mut" | "ref" | "struct" | "enum" | "const" | "for")
            );
        if starts_path(tokens, at) && !declares && !matches!(after, Some(Token::Joint | Token::Mark(':'))) {
            all.insert(word.to_string());
        }
    }
    all
}

//! Follows each name that a file writes to the file that defines it, through imports, re-exports and globs.

use std::collections::{BTreeMap, BTreeSet};

use crate::read::{Binding, Kind, Module, SourceFile, Use, read_file};

/// The sources of the crate, and of its `main.rs`.
pub(crate) struct Sources {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) modules: Vec<Module>,
    module_at: BTreeMap<String, usize>,
    /// The name under which `main.rs` knows the library.
    library: String,
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Module(usize),
    Item {
        file: usize,
        name: String,
    },
    /// Another crate's.
    Outside(String),
    /// The module is ours, but nothing in it bears the name.
    Missing {
        module: usize,
        name: String,
    },
}

impl Sources {
    /// `files` are paths relative to `src` and texts.
    pub(crate) fn read(library: &str, files: &[(String, String)]) -> Self {
        let mut sources =
            Self { files: Vec::new(), modules: Vec::new(), module_at: BTreeMap::new(), library: library.to_string() };
        let mut test_modules = Vec::new();
        for (index, (path, text)) in files.iter().enumerate() {
            let (file, modules, tests) = read_file(path, text, index);
            sources.files.push(file);
            test_modules.extend(tests);
            for mut module in modules {
                // Two inline modules of one name, one of them under `#[cfg(not(..))]`, are read as one.
                if let Some(twin) = sources.module_at.get(&module.path.join("::")) {
                    let twin: &mut Module = &mut sources.modules[*twin];
                    twin.definitions.append(&mut module.definitions);
                    twin.uses.append(&mut module.uses);
                    twin.bodies.append(&mut module.bodies);
                    continue;
                }
                sources.module_at.insert(module.path.join("::"), sources.modules.len());
                sources.modules.push(module);
            }
        }
        for file in &mut sources.files {
            let below = |test: &String| file.module == *test || file.module.starts_with(&format!("{test}::"));
            file.is_test |= test_modules.iter().any(below);
        }
        sources
    }

    /// The items that a file defines, by name; modules and imports are none.
    pub(crate) fn defined_in(&self, file: usize) -> Vec<String> {
        let mut names = Vec::new();
        for (index, module) in self.modules.iter().enumerate().filter(|(_, module)| module.file == file) {
            if Some(&index) != self.module_at.get(&self.files[file].module) {
                names.push(format!("mod {}", module.path.last().map_or("", String::as_str)));
            }
            let own = module.definitions.iter();
            let own = own.filter(|own| !matches!(own.kind, Kind::ModuleFile | Kind::InlineModule));
            names.extend(own.map(|own| own.name.clone()));
        }
        names
    }

    /// Each type that the file's code defines, but for those that stand in for another where `cfg` says so.
    pub(crate) fn types_of(&self, file: usize) -> Vec<&str> {
        let modules = self.modules.iter().filter(|module| module.file == file && !self.is_twin(module));
        let definitions = modules.flat_map(|module| &module.definitions);
        let types = definitions.filter(|definition| definition.kind == Kind::Type && !definition.is_twin);
        types.map(|definition| definition.name.as_str()).collect()
    }

    fn is_twin(&self, module: &Module) -> bool {
        let Some((name, above)) = module.path.split_last() else { return false };
        let Some(parent) = self.module_at.get(&above.join("::")) else { return false };
        let parent = &self.modules[*parent];
        let declared = parent.definitions.iter().filter(|own| own.name == *name && own.kind == Kind::ModuleFile);
        declared.clone().any(|own| own.is_twin) || !above.is_empty() && self.is_twin(parent)
    }

    /// Defines nothing: only names its modules and hands names on.
    pub(crate) fn is_face(&self, file: usize) -> bool {
        self.defined_in(file).is_empty()
    }

    fn is_visible(&self, module: usize, is_open: bool, asker: usize) -> bool {
        is_open || self.modules[asker].path.starts_with(&self.modules[module].path)
    }

    /// What `name` means in `module`, to one who asks from `asker`. `trail` holds the imports being followed.
    fn look_up(&self, module: usize, name: &str, asker: usize, trail: &mut Vec<(usize, usize)>) -> Vec<Target> {
        let own = &self.modules[module];
        let mut found = BTreeSet::new();
        for definition in own.definitions.iter().filter(|definition| definition.name == name) {
            match definition.kind {
                _ if !self.is_visible(module, definition.is_open, asker) => {}
                Kind::ModuleFile | Kind::InlineModule => {
                    let path = [own.path.as_slice(), &[name.to_string()]].concat();
                    // An inline module with `#[path]` names files of the folder beside its own file.
                    let mut beside = path.clone();
                    if path.len() > 2 {
                        beside.remove(path.len() - 3);
                    }
                    let child = [path, beside].into_iter().find_map(|path| self.module_at.get(&path.join("::")));
                    found.extend(child.map(|child| Target::Module(*child)));
                }
                Kind::Type | Kind::Value | Kind::Nameless => {
                    found.insert(Target::Item { file: own.file, name: name.to_string() });
                }
            }
        }
        let named = Binding::Name(name.to_string());
        for binds in [named, Binding::Glob] {
            if !found.is_empty() && binds == Binding::Glob {
                break;
            }
            for (index, import) in own.uses.iter().enumerate().filter(|(_, import)| import.binds == binds) {
                if trail.contains(&(module, index)) || !self.is_visible(module, import.is_open, asker) {
                    continue;
                }
                trail.push((module, index));
                let targets = self.resolve(module, &import.path, &[], trail);
                if binds == Binding::Glob {
                    for target in targets {
                        if let Target::Module(inner) = target {
                            found.extend(self.look_up(inner, name, module, trail));
                        }
                    }
                } else {
                    found.extend(targets);
                }
                trail.pop();
            }
        }
        found.into_iter().collect()
    }

    /// What `path` leads to when it is written in `module`, beside the imports `local` of a body.
    pub(crate) fn resolve(
        &self,
        module: usize,
        path: &[String],
        local: &[Use],
        trail: &mut Vec<(usize, usize)>,
    ) -> Vec<Target> {
        let mut at = match path[0].as_str() {
            "crate" => vec![Target::Module(self.root_of(module))],
            "self" => vec![Target::Module(module)],
            "super" => vec![Target::Module(self.parent(module))],
            "::" => return vec![Target::Outside(path[1..].join("::"))],
            first => self.resolve_first(module, first, local, trail),
        };
        for name in &path[1..] {
            if name == "super" {
                at = at.iter().filter_map(|target| self.parent_target(target)).collect();
                continue;
            }
            let inner = at.iter().find_map(|target| match target {
                Target::Module(inner) => Some(*inner),
                _ => None,
            });
            if let Some(inner) = inner {
                at = self.look_up(inner, name, module, trail);
                if at.is_empty() {
                    at = vec![Target::Missing { module: inner, name: name.clone() }];
                }
                continue;
            }
            for target in &mut at {
                if let Target::Outside(path) = target {
                    path.push_str("::");
                    path.push_str(name);
                }
            }
        }
        at
    }

    fn resolve_first(&self, module: usize, first: &str, local: &[Use], trail: &mut Vec<(usize, usize)>) -> Vec<Target> {
        let named = Binding::Name(first.to_string());
        if let Some(index) = local.iter().position(|import| import.binds == named) {
            let rest: Vec<Use> =
                local.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, use_)| use_.clone()).collect();
            return self.resolve(module, &local[index].path, &rest, trail);
        }
        let found = self.look_up(module, first, module, trail);
        if !found.is_empty() {
            return found;
        }
        for import in local.iter().filter(|import| import.binds == Binding::Glob) {
            for target in self.resolve(module, &import.path, &[], trail) {
                if let Target::Module(inner) = target {
                    let found = self.look_up(inner, first, module, trail);
                    if !found.is_empty() {
                        return found;
                    }
                }
            }
        }
        match self.module_at.get("") {
            Some(root) if first == self.library => vec![Target::Module(*root)],
            _ => vec![Target::Outside(first.to_string())],
        }
    }

    fn root_of(&self, module: usize) -> usize {
        let root = if self.files[self.modules[module].file].path == "main.rs" { "main" } else { "" };
        self.module_at[root]
    }

    fn parent(&self, module: usize) -> usize {
        let path = &self.modules[module].path;
        self.module_at[&path[..path.len().saturating_sub(1)].join("::")]
    }

    fn parent_target(&self, target: &Target) -> Option<Target> {
        match target {
            Target::Module(module) => Some(Target::Module(self.parent(*module))),
            _ => None,
        }
    }
}

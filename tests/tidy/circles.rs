//! Finds the files that import each other in circles.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::resolve::Sources;

/// From a file to the files that define what it names, with the names.
pub(crate) type Arrows = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// A file that defines nothing only hands names on: no arrow begins at it.
pub(crate) fn arrows(sources: &Sources) -> Arrows {
    let mut arrows = Arrows::new();
    for (from, named) in sources.named().into_iter().enumerate() {
        if sources.is_face(from) {
            continue;
        }
        let own = arrows.entry(sources.files[from].path.clone()).or_default();
        for (to, names) in named.arrows {
            own.insert(sources.files[to].path.clone(), names);
        }
    }
    arrows
}

/// Files that all reach each other, the largest knot first.
pub(crate) fn knots(arrows: &Arrows) -> Vec<Vec<String>> {
    let mut search =
        Search { arrows, found: BTreeMap::new(), low: BTreeMap::new(), stack: Vec::new(), knots: Vec::new() };
    for file in arrows.keys() {
        if !search.found.contains_key(file.as_str()) {
            search.visit(file);
        }
    }
    let mut knots = search.knots;
    knots.sort_by_key(|knot| (std::cmp::Reverse(knot.len()), knot.clone()));
    knots
}

/// Tarjan's search for strongly connected components.
struct Search<'a> {
    arrows: &'a Arrows,
    found: BTreeMap<&'a str, usize>,
    low: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    knots: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    fn visit(&mut self, file: &'a str) {
        let number = self.found.len();
        self.found.insert(file, number);
        self.low.insert(file, number);
        self.stack.push(file);
        for next in self.arrows.get(file).into_iter().flat_map(BTreeMap::keys) {
            let next = next.as_str();
            let seen = if !self.found.contains_key(next) {
                self.visit(next);
                self.low[next]
            } else if self.stack.contains(&next) {
                self.found[next]
            } else {
                continue;
            };
            self.low.insert(file, self.low[file].min(seen));
        }
        if self.low[file] == number {
            let start = self.stack.iter().position(|held| *held == file).unwrap();
            let mut knot: Vec<String> = self.stack.drain(start..).map(str::to_string).collect();
            knot.sort();
            if knot.len() > 1 {
                self.knots.push(knot);
            }
        }
    }
}

/// A knot's files, one of its shortest circles, and every arrow inside it.
pub(crate) fn describe(arrows: &Arrows, knot: &[String]) -> String {
    let mut text = format!("a knot of {} files: {}\n", knot.len(), knot.join(", "));
    let circle = shortest_circle(arrows, knot);
    text.push_str("  a shortest circle:\n");
    for (index, from) in circle.iter().enumerate() {
        text.push_str(&describe_arrow(arrows, from, &circle[(index + 1) % circle.len()]));
    }
    text.push_str("  all its arrows:\n");
    for from in knot {
        for to in arrows[from].keys().filter(|to| knot.contains(to)) {
            text.push_str(&describe_arrow(arrows, from, to));
        }
    }
    text
}

fn describe_arrow(arrows: &Arrows, from: &str, to: &str) -> String {
    let names: Vec<&str> = arrows[from][to].iter().map(String::as_str).collect();
    format!("    {from} → {to}: {}\n", names.join(", "))
}

pub(crate) fn shortest_circle(arrows: &Arrows, knot: &[String]) -> Vec<String> {
    let circles = knot.iter().filter_map(|start| circle_through(arrows, start));
    circles.min_by_key(Vec::len).unwrap_or_default()
}

fn circle_through(arrows: &Arrows, start: &str) -> Option<Vec<String>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in arrows.get(file)?.keys() {
            if next == start {
                let mut circle = vec![file.to_string()];
                let mut at = file;
                while at != start {
                    at = came_from[at];
                    circle.push(at.to_string());
                }
                circle.reverse();
                return Some(circle);
            }
            if arrows.contains_key(next) && !came_from.contains_key(next.as_str()) {
                came_from.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

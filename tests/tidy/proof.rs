//! Proves on small sources that the reader sees each kind of arrow, and nothing that is none.

use crate::circles::{arrows, knots, shortest_circle};
use crate::resolve::Sources;
use crate::tokens::{Token, cut_tests, tokens};

fn read(files: &[(&str, &str)]) -> Sources {
    let files: Vec<(String, String)> = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    Sources::read("sockeye", &files)
}

/// The arrows of a crate with these files, as `from → to: names`.
fn drawn(files: &[(&str, &str)]) -> Vec<String> {
    let sources = read(files);
    let missing: Vec<String> = sources.named().into_iter().flat_map(|named| named.missing).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let mut all = Vec::new();
    for (from, targets) in arrows(&sources) {
        for (to, names) in targets {
            all.push(format!("{from} → {to}: {}", names.into_iter().collect::<Vec<_>>().join(", ")));
        }
    }
    all
}

const LIB: (&str, &str) = ("lib.rs", "pub mod net; pub mod text;");
const NET: (&str, &str) = ("net/mod.rs", "mod a; mod b;");
const TEXT: (&str, &str) = ("text.rs", "pub struct Line; pub fn line() {}");

/// What a file `net/a.rs` with this text names.
fn arrows_of(text: &str) -> Vec<String> {
    drawn(&[
        LIB,
        NET,
        TEXT,
        ("net/a.rs", text),
        ("net/b.rs", "pub struct Bell; pub fn ring() {} pub const LOUD: u8 = 1;"),
    ])
}

#[test]
fn crate_super_and_self_are_followed() {
    assert_eq!(arrows_of("use crate::net::b::Bell; fn f(_: Bell) {}"), ["net/a.rs → net/b.rs: Bell"]);
    assert_eq!(arrows_of("use super::b::{Bell as Gong, ring}; fn f() {}"), ["net/a.rs → net/b.rs: Bell, ring"]);
    assert_eq!(arrows_of("use super::super::text::{self, Line}; fn f() {}"), ["net/a.rs → text.rs: Line, mod text"]);
    let inside = ("net/a.rs", "mod c; use self::c::Deep; fn f() {}");
    let files = [LIB, NET, TEXT, inside, ("net/a/c.rs", "pub struct Deep;"), ("net/b.rs", "")];
    assert_eq!(drawn(&files), ["net/a.rs → net/a/c.rs: Deep"]);
}

#[test]
fn paths_in_bodies_signatures_and_macros_are_followed() {
    assert_eq!(arrows_of("fn f() { super::b::ring() }"), ["net/a.rs → net/b.rs: ring"]);
    assert_eq!(arrows_of("struct S { bell: crate::net::b::Bell }"), ["net/a.rs → net/b.rs: Bell"]);
    assert_eq!(arrows_of("fn f() { assert!(vec![0..super::b::LOUD].is_empty()) }"), ["net/a.rs → net/b.rs: LOUD"]);
    assert_eq!(arrows_of("fn f() -> Vec<super::b::Bell> { x.super_::<u8>().b }"), ["net/a.rs → net/b.rs: Bell"]);
    assert_eq!(arrows_of("fn f() { use super::b; if true { b::ring() } }"), ["net/a.rs → net/b.rs: ring"]);
    assert_eq!(arrows_of("mod c { fn f() { super::super::b::ring() } }"), ["net/a.rs → net/b.rs: ring"]);
    assert_eq!(arrows_of("impl crate::text::Line { fn f() {} }"), ["net/a.rs → text.rs: Line"]);
}

#[test]
fn a_module_brought_by_name_leads_to_what_is_named_in_it() {
    assert_eq!(arrows_of("use super::b; fn f() { b::ring() }"), ["net/a.rs → net/b.rs: ring"]);
    assert_eq!(arrows_of("use crate::net; fn f() { net::b::ring() }"), ["net/a.rs → net/b.rs: ring"]);
    assert_eq!(arrows_of("use super::b as bells; fn f() { bells::Bell::new() }"), ["net/a.rs → net/b.rs: Bell"]);
    assert_eq!(arrows_of("use super::b; fn f() {}"), ["net/a.rs → net/b.rs: mod b"]);
    assert_eq!(arrows_of("use sockeye::text::line; fn f() {}"), ["net/a.rs → text.rs: line"]);
}

#[test]
fn a_glob_leads_to_what_is_used_of_it() {
    assert_eq!(arrows_of("use super::b::*; fn f() { ring() }"), ["net/a.rs → net/b.rs: ring"]);
    assert_eq!(arrows_of("use super::b::*; fn f() { x.ring(); S { ring: 1 } }"), [""; 0]);
    assert_eq!(arrows_of("use super::*; fn f() { b::ring() }"), ["net/a.rs → net/b.rs: ring"]);
}

#[test]
fn re_exports_are_followed_to_the_definition() {
    let crossing = |net: &str, text: &str| {
        let b = ("net/b.rs", "pub struct Bell; pub mod inner { pub fn ring() {} }");
        drawn(&[LIB, ("net/mod.rs", net), ("text.rs", text), ("net/a.rs", "pub struct Other;"), b])
    };
    let to_bell = ["text.rs → net/b.rs: Bell"];
    assert_eq!(crossing("mod a; mod b; pub use b::Bell;", "use crate::net::Bell; fn f() {}"), to_bell);
    assert_eq!(crossing("mod a; mod b; pub use b::Bell as Gong;", "use crate::net::Gong; fn f() {}"), to_bell);
    assert_eq!(crossing("mod a; mod b; pub use b::*;", "fn f(_: crate::net::Bell) {}"), to_bell);
    assert_eq!(
        crossing("mod a; mod b; pub use b::inner;", "use crate::net::inner; fn f() { inner::ring() }"),
        ["text.rs → net/b.rs: ring"]
    );
    // One name for a module and for a function in it.
    let lib = ("lib.rs", "pub mod net; pub mod text; pub use net::bell::bell;");
    let files = [lib, ("net/mod.rs", "pub mod bell; pub use bell::bell;"), ("net/bell.rs", "pub fn bell() {}")];
    let user = ("text.rs", "use crate::{bell, net}; fn f() { bell(); net::bell::bell(); net::bell(); }");
    assert_eq!(drawn(&[files[0], files[1], files[2], user]), ["text.rs → net/bell.rs: bell"]);
}

#[test]
fn a_private_import_is_seen_from_below_only() {
    let net = ("net/mod.rs", "mod a; mod b; use b::Bell; pub use crate::text::*;");
    let text = ("text.rs", "pub struct Bell;");
    let above = ("app.rs", "use crate::net::Bell; fn f() {}");
    let lib = ("lib.rs", "pub mod net; pub mod text; pub mod app;");
    let files = [lib, net, text, above, ("net/a.rs", "use super::Bell; fn f() {}"), ("net/b.rs", "pub struct Bell;")];
    assert_eq!(drawn(&files), ["app.rs → text.rs: Bell", "net/a.rs → net/b.rs: Bell"]);
}

#[test]
fn a_face_counts_when_it_defines_something() {
    let faced = |net: &str| {
        let a = ("net/a.rs", "pub fn run(_: super::Post) {}");
        drawn(&[LIB, TEXT, ("net/mod.rs", net), a, ("net/b.rs", "pub struct Post;")])
    };
    assert_eq!(faced("mod a; mod b; pub use a::run; pub use b::Post;"), ["net/a.rs → net/b.rs: Post"]);
    assert_eq!(
        faced("mod a; mod b; pub use a::run; pub struct Post;"),
        ["net/a.rs → net/mod.rs: Post", "net/mod.rs → net/a.rs: run"]
    );
}

#[test]
fn what_is_no_code_names_nothing() {
    assert_eq!(arrows_of("// use super::b::Bell;\n/* super::b::ring() /* */ */ fn f() {}"), [""; 0]);
    assert_eq!(
        arrows_of("/// See [`super::b::Bell`].\nfn f() { g(\"super::b::ring()\", r#\"\" super::b::ring()\"#) }"),
        [""; 0]
    );
    assert_eq!(arrows_of("pub(in crate::net::b) fn f<'b>(b: &'b str) -> char { ':' }"), [""; 0]);
    assert_eq!(arrows_of("fn f() { tokio::spawn(b::ring()); ::text::line(); Self::text::<u8>() }"), [""; 0]);
}

#[test]
fn tests_name_nothing() {
    assert_eq!(arrows_of("fn f() {} #[cfg(test)] mod tests { use super::super::b::ring; } fn g() {}"), [""; 0]);
    assert_eq!(arrows_of("#[cfg(test)] use super::b::{ring, Bell}; fn f() {}"), [""; 0]);
    assert_eq!(arrows_of("impl S { #[cfg(test)] fn f<A, B>() { super::b::ring() } }"), [""; 0]);
    assert_eq!(arrows_of("#[cfg(not(test))] use super::b::ring; fn f() {}"), ["net/a.rs → net/b.rs: ring"]);
    let declared = ("net/b.rs", "#[cfg(test)] mod helpers;");
    let helpers = ("net/b/helpers.rs", "use crate::text::line; fn f() {}");
    assert_eq!(drawn(&[LIB, NET, TEXT, ("net/a.rs", ""), declared, helpers]), [""; 0]);
    let by_name = ("net/b/tests.rs", "use crate::text::line; fn f() {}");
    assert_eq!(drawn(&[LIB, NET, TEXT, ("net/a.rs", ""), ("net/b.rs", ""), by_name]), [""; 0]);
}

#[test]
fn a_path_that_leads_nowhere_is_reported() {
    let sources = read(&[LIB, NET, TEXT, ("net/a.rs", "use super::b::Horn; fn f() {}"), ("net/b.rs", "")]);
    let missing: Vec<String> = sources.named().into_iter().flat_map(|named| named.missing).collect();
    assert_eq!(missing, ["super::b::Horn (Horn)"]);
}

#[test]
fn names_of_other_crates_are_told_in_full() {
    let text = "use std::time::Instant as Clock; use tokio::{net, sync::mpsc}; \
        fn f() { Clock::now(); net::TcpStream::connect(); { use std::sync::mpsc; mpsc::channel() } }";
    let sources = read(&[LIB, NET, TEXT, ("net/a.rs", text), ("net/b.rs", "")]);
    let outside: Vec<String> = sources.named().into_iter().flat_map(|named| named.outside).collect();
    for path in ["std::time::Instant::now", "tokio::net::TcpStream::connect", "std::sync::mpsc::channel"] {
        assert!(outside.iter().any(|named| named == path), "{path} is not in {outside:?}");
    }
}

#[test]
fn circles_are_found_with_their_files() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::a::A; use crate::b::B; pub struct C;"),
        ("d.rs", "use crate::e::E; pub struct D;"),
        ("e.rs", "use crate::a::A; pub struct E;"),
    ];
    let arrows = arrows(&read(&files));
    let knots = knots(&arrows);
    assert_eq!(knots, [["a.rs", "b.rs", "c.rs"]]);
    assert_eq!(shortest_circle(&arrows, &knots[0]), ["b.rs", "c.rs"]);
}

#[test]
fn a_circle_behind_a_face_and_a_re_export_is_found() {
    // The old law skipped each mod.rs, took a re-export for its folder, and read no `super::`.
    let files = [
        ("lib.rs", "pub mod wire;"),
        ("wire/mod.rs", "mod news; mod reading; pub use news::News; pub use reading::*;"),
        ("wire/news.rs", "use super::Reading; pub struct News(Reading);"),
        ("wire/reading.rs", "pub enum Reading { News(crate::wire::News) }"),
    ];
    assert_eq!(knots(&arrows(&read(&files))), [["wire/news.rs", "wire/reading.rs"]]);
}

#[test]
fn definitions_are_told_by_kind() {
    let text = "#![allow(x)] //! Doc.\nmod a; pub use a::A; pub(crate) async unsafe fn run<T>() where T: X {} \
        const N: [u8; 2] = { [1, 2] }; const fn two() -> u8 { 2 } static S: &str = \"s\"; macro_rules! every { () => {} } \
        impl A { fn inner() {} } thread_local! { static T: u8 = 1; } type Short<T> = Vec<T>; \
        extern \"C\" { fn far(); } pub extern \"C\" fn near() {} mod inline { pub struct Deep { a: u8 } }";
    let sources = read(&[("lib.rs", "mod m;"), ("m/mod.rs", text), ("m/a.rs", "pub struct A;")]);
    let all = ["run", "N", "two", "S", "every", "impl", "thread_local", "Short", "far", "near", "mod inline", "Deep"];
    assert_eq!(sources.defined_in(1), all);
    assert!(sources.is_face(0));
}

#[test]
fn twins_under_cfg_not_share_a_name() {
    let text = "pub struct A; #[cfg(unix)] mod os { pub struct B; } #[cfg(not(unix))] mod os { pub struct B; } \
        #[cfg(not(unix))] pub struct C; #[cfg(unix)] mod here; #[cfg(not(unix))] mod there;";
    let files =
        [("lib.rs", "mod m;"), ("m/mod.rs", text), ("m/here.rs", "pub struct D;"), ("m/there.rs", "pub struct D;")];
    let sources = read(&files);
    assert!(sources.types_of(1).into_iter().eq(["A", "B"]));
    assert!(sources.types_of(2).into_iter().eq(["D"]));
    assert!(sources.types_of(3).is_empty());
}

#[test]
fn tokens_are_cut_where_rust_cuts_them() {
    let words = |text: &str| -> Vec<String> {
        tokens(text).iter().filter_map(|placed| placed.word().map(str::to_string)).collect()
    };
    assert_eq!(words("a'x'b 'c d '\\'' e b'\\\\' f b\"g\" h"), ["a", "b", "d", "e", "f", "h"]);
    assert_eq!(words("r\"a\" b br##\"c \"# d\"## e r#type 0..f 1.5_f64 2.max"), ["b", "e", "type", "f", "max"]);
    let lines: Vec<usize> = tokens("a /* \n */ \"x\ny\" b").iter().map(|placed| placed.first_line).collect();
    assert_eq!(lines, [1, 2, 3]);
    let cut = cut_tests(&tokens("a #[cfg(test)]\n#[path = \"x\"]\nmod tests;\nb"));
    assert_eq!((cut.test_lines, cut.test_modules), (vec![(1, 3)], vec!["tests".to_string()]));
    assert_eq!(cut.code.last().unwrap().token, Token::Word("b".to_string()));
}

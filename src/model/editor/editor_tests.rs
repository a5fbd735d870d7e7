use super::*;
use proptest::prelude::*;

fn field(text: &str) -> TextField {
    let mut editor = TextField::new(FieldLines::Many, 64);
    assert_eq!(editor.set(text), 0);
    editor
}

/// Before (`|` is the cursor), the edits, after.
fn check(before: &str, edits: &[EditAction], after: &str) {
    let mut editor = field(&before.replace('|', ""));
    editor.cursor = before.find('|').expect("a cursor in the text");
    for edit in edits {
        editor.apply(*edit);
    }
    let mut shown = editor.text().to_owned();
    shown.insert(editor.cursor(), '|');
    assert_eq!(shown, after, "{before} {edits:?}");
}

#[test]
fn the_cursor_moves_by_graphemes_words_and_lines() {
    check("ab|", &[EditAction::Left], "a|b");
    check("|ab", &[EditAction::Left], "|ab");
    check("e\u{301}x|", &[EditAction::Left, EditAction::Left], "|e\u{301}x");
    check("👩\u{200d}💻|", &[EditAction::Left], "|👩\u{200d}💻");
    check("GET /index.html|", &[EditAction::WordLeft], "GET /|index.html");
    check("GET /index.html|", &[EditAction::WordLeft, EditAction::WordLeft], "|GET /index.html");
    check("|one two", &[EditAction::WordRight], "one| two");
    check("one| two", &[EditAction::WordRight], "one two|");
    check("one\ntwo|", &[EditAction::Up], "one|\ntwo");
    check("a\nlonger|", &[EditAction::Up], "a|\nlonger");
    check("o|ne\ntwo", &[EditAction::Down], "one\nt|wo");
    check("one\nt|wo", &[EditAction::Home], "one\n|two");
    check("one\nt|wo", &[EditAction::End], "one\ntwo|");
    check("one\nt|wo", &[EditAction::TextStart], "|one\ntwo");
}

#[test]
fn deleting_takes_what_the_key_says() {
    check("ab|c", &[EditAction::Backspace], "a|c");
    check("ab|c", &[EditAction::Delete], "ab|");
    check("e\u{301}|", &[EditAction::Backspace], "|");
    check("GET /index.html|", &[EditAction::DeleteWordBack], "GET |");
    check("GET  |", &[EditAction::DeleteWordBack], "|");
    check("|one two", &[EditAction::DeleteWordForward], "| two");
    check("one\ntw|o", &[EditAction::DeleteToStart], "one\n|o");
    check("one\n|two", &[EditAction::DeleteToStart], "one|two");
    check("on|e\ntwo", &[EditAction::DeleteToEnd], "on|\ntwo");
    check("one|\ntwo", &[EditAction::DeleteToEnd], "one|two");
}

#[test]
fn up_from_the_first_line_and_down_from_the_last_change_nothing() {
    let mut editor = field("one\ntwo");
    assert!(!editor.apply(EditAction::Down));
    assert!(editor.apply(EditAction::Up));
    assert!(!editor.apply(EditAction::Up));
}

#[test]
fn undo_takes_back_a_word_that_was_typed_and_a_deletion_as_one() {
    let mut editor = TextField::new(FieldLines::Many, 64);
    for char in "one two".chars() {
        assert!(editor.insert_char(char));
    }
    editor.apply(EditAction::DeleteToStart);
    assert!(editor.is_empty());
    for text in ["one two", "one", ""] {
        assert!(editor.apply(EditAction::Undo));
        assert_eq!(editor.text(), text);
    }
    assert!(!editor.apply(EditAction::Undo));
}

#[test]
fn what_does_not_fit_is_left_out_between_graphemes_and_told() {
    let mut editor = TextField::new(FieldLines::One, 4);
    assert_eq!(editor.insert("abe\u{301}"), 3);
    assert_eq!(editor.text(), "ab");
    assert_eq!(editor.insert("cdefg"), 3);
    assert_eq!(editor.text(), "abcd");
    assert!(!editor.insert_char('x'));
    assert_eq!(editor.take_text(), "abcd");
    assert!(editor.is_empty());
}

#[test]
fn a_pasted_line_break_stays_in_a_composer_and_is_a_space_in_a_prompt() {
    let mut many = TextField::new(FieldLines::Many, 64);
    many.insert("a\r\nb\rc\n");
    assert_eq!(many.text(), "a\nb\nc\n");
    let mut one = TextField::new(FieldLines::One, 64);
    one.insert("a\r\nb\rc\n");
    assert_eq!(one.text(), "a b c");
    let mut folded = TextField::new(FieldLines::Folded, 64);
    folded.insert("a\r\nb\rc\n");
    assert_eq!(folded.text(), "a\nb\nc");
    assert!(!folded.apply(EditAction::Up), "its lines are one for the cursor");
    folded.apply(EditAction::Home);
    assert_eq!(folded.cursor(), 0);
}

#[test]
fn the_rows_of_a_text_are_its_lines_and_never_none() {
    let editor = field("1\n2\n3");
    assert_eq!([editor.rows(80, 0), editor.rows(80, 2), editor.rows(80, 9)], [1, 2, 3]);
    assert_eq!(field("").rows(80, 5), 1);
}

#[test]
fn a_mark_that_is_typed_before_a_letter_leaves_the_cursor_on_a_boundary() {
    let mut editor = field("\u{301}");
    editor.apply(EditAction::TextStart);
    editor.insert_char('e');
    assert_eq!(editor.cursor(), editor.text().len());
}

const EDITS: [EditAction; 17] = [
    EditAction::Left,
    EditAction::Right,
    EditAction::WordLeft,
    EditAction::WordRight,
    EditAction::Up,
    EditAction::Down,
    EditAction::Home,
    EditAction::End,
    EditAction::TextStart,
    EditAction::TextEnd,
    EditAction::Backspace,
    EditAction::Delete,
    EditAction::DeleteWordBack,
    EditAction::DeleteWordForward,
    EditAction::DeleteToStart,
    EditAction::DeleteToEnd,
    EditAction::Undo,
];

#[derive(Clone, Debug)]
enum Step {
    Type(String),
    EditAction(EditAction),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        "[ab é\u{301}日👩\u{200d}💻🇨🇭\r\n]{1,9}".prop_map(Step::Type),
        proptest::sample::select(EDITS.to_vec()).prop_map(Step::EditAction),
    ];
    proptest::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn the_cursor_is_always_on_a_boundary_and_the_text_within_its_limit(steps in steps(), one: bool) {
        let mut editor = TextField::new(if one { FieldLines::One } else { FieldLines::Many }, 64);
        for step in steps {
            match step {
                Step::Type(text) => { editor.insert(&text); }
                Step::EditAction(edit) => { editor.apply(edit); }
            }
            prop_assert!(editor.text().len() <= 64);
            prop_assert!(!one || !editor.text().contains('\n'));
            let at = editor.cursor();
            let on_boundary = at == editor.text().len()
                || editor.text().grapheme_indices(true).any(|(start, _)| start == at);
            prop_assert!(on_boundary, "{:?} at {at}", editor.text());
        }
    }

    #[test]
    fn undo_gives_back_what_stood_there_before(
        text in "[ab é日\n]{0,20}",
        edits in proptest::collection::vec(proptest::sample::select(EDITS[..16].to_vec()), 0..30),
    ) {
        let mut editor = TextField::new(FieldLines::Many, 64);
        editor.set(&text);
        for edit in edits {
            editor.apply(edit);
        }
        while editor.apply(EditAction::Undo) {}
        prop_assert_eq!(editor.text(), text);
    }
}

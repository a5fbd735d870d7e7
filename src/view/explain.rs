//! The explain view: what happened, what that rules out, what is likely, what to try.

use std::time::Duration;

use ratatui::layout::Rect;

use super::canvas::{Canvas, StyledText, area_of, columns_of, part};
use super::marks::ShownRange;
use super::status;
use super::timeline::attempts;
use crate::files::theme::Role;
use crate::model::explain;
use crate::model::explain::ExplainCard;
use crate::model::panel::Panel;
use crate::model::seen::ClickTarget;
use crate::model::state::{Focus, Model};
use crate::model::timeline::{TimelineLine, TimelineTone};
use crate::sessions::Session;
use crate::wire::Evidence;

/// The columns of a time, with the blank after it.
const TIME: u16 = 9;

/// From this width on, a remark is beside its text, not below it.
const BESIDE: u16 = 78;

/// The least distance of remarks from the start of their text.
const REMARK: u16 = 27;

/// A remedy with a longer label has its remark below.
const LONGEST_LABEL: u16 = 40;

/// A remark up to this width stays in the row of its text.
const SHORT: u16 = 6;

/// With fewer rows than this, there are no blank rows.
const TIGHT: u16 = 12;

/// The greatest width of a sentence: longer lines are hard to read.
const WIDEST: u16 = 96;

/// One row, ready to be drawn: its text, and the remedy that a click on it runs, from 0.
struct ExplainRow {
    strip: StyledText,
    probe: Option<usize>,
}

/// The rows, laid out for a width.
struct ExplainPage {
    rows: Vec<ExplainRow>,
    columns: u16,
    /// There are so few rows that blank rows and the text of the pane's title are left out.
    tight: bool,
}

impl ExplainPage {
    fn push(&mut self, strip: StyledText) {
        self.rows.push(ExplainRow { strip, probe: None });
    }

    fn push_blank(&mut self) {
        if !self.tight {
            self.push(StyledText::new());
        }
    }

    fn title(&mut self, text: &str) {
        self.push_blank();
        self.push(StyledText::single(text, Role::Strong));
    }

    /// A text after `lead`; further rows are indented to the start of the text.
    fn text(&mut self, lead: &StyledText, text: &str, role: Role) {
        let at = lead.columns();
        let room = self.columns.min(WIDEST).saturating_sub(at).max(8);
        for (place, line) in break_words(text, room).into_iter().enumerate() {
            let before = if place == 0 { lead.clone() } else { StyledText::single(blanks(at), Role::Text) };
            self.push(before.with(line, role));
        }
    }

    /// Two texts, side by side if there is room, else one below the other; the second keeps its column.
    fn push_pair(&mut self, lead: &StyledText, (what, role): (&str, Role), (how, quiet): (&str, Role), beside: u16) {
        let at = lead.columns();
        if self.columns >= BESIDE && columns_of(what) < beside {
            let filled = beside.saturating_sub(columns_of(what));
            let lead = lead.clone().with(what, role).with(blanks(filled), Role::Text);
            let room = self.columns.saturating_sub(lead.columns()).max(8);
            for (place, line) in break_words(how, room).into_iter().enumerate() {
                let before =
                    if place == 0 { lead.clone() } else { StyledText::single(blanks(at + beside), Role::Text) };
                self.push(before.with(line, quiet));
            }
        } else if columns_of(how) <= SHORT && at + columns_of(what) + columns_of(how) + 2 <= self.columns {
            self.push(lead.clone().with(what, role).with(format!("  {how}"), quiet));
        } else {
            self.text(lead, what, role);
            if !how.is_empty() {
                let from = if self.columns >= BESIDE { at + beside } else { at + 2 };
                self.text(&StyledText::single(blanks(from), Role::Text), how, quiet);
            }
        }
    }
}

fn blanks(count: u16) -> String {
    " ".repeat(usize::from(count))
}

/// A text broken at blanks into rows of this width; a longer word has its own row, and is cut when drawn.
fn break_words(text: &str, columns: u16) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let width = columns_of(word);
        if used > 0 && used + 1 + width > columns {
            rows.push(String::new());
            used = 0;
        }
        if let Some(row) = rows.last_mut() {
            if used > 0 {
                row.push(' ');
                used += 1;
            }
            row.push_str(word);
        }
        used = used.saturating_add(width);
    }
    rows
}

/// Draws the view, beginning with its row `document_scroll`; a mark stands before the remedy at the cursor.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, model: &Model, session: &Session, panel: &Panel) -> ShownRange {
    let place = part(area, 1, 0, area.width.saturating_sub(2), area.height);
    canvas.seen.view = area_of(place);
    if place.is_empty() {
        return ShownRange::default();
    }
    let page = laid_out(model, session, place.width, place.height < TIGHT);
    let (all, height) = (page.rows.len(), usize::from(place.height));
    canvas.seen.document_rows = all;
    let last_remedy = page.rows.iter().filter_map(|row| row.probe).max();
    let picked = last_remedy.map(|last| panel.remedy.min(last));
    canvas.seen.remedy_row = picked.and_then(|_| page.rows.iter().position(|row| row.probe == picked));
    let focused = model.focus == Focus::View && model.overlay.is_none();
    let scroll = panel.document_scroll.min(all.saturating_sub(height));
    for (y, row) in (0_u16..).zip(page.rows.iter().skip(scroll).take(height)) {
        canvas.draw_styled_text(place, 0, y, &row.strip);
        if let Some(number) = row.probe {
            let line = part(place, 0, y, place.width, 1);
            canvas.hit(line, ClickTarget::Probe(number));
            if Some(number) == picked {
                canvas.draw_text(line, 0, 0, "▌", if focused { Role::Focus } else { Role::Dim });
                canvas.tint(line, Role::Selection);
            }
        }
    }
    let whole = all.max(1) as f64;
    let below = all.saturating_sub(scroll + height);
    ShownRange { above: scroll as f64 / whole, below: below as f64 / whole, entries_below: 0 }
}

fn laid_out(model: &Model, session: &Session, columns: u16, tight: bool) -> ExplainPage {
    let card = explain::card(model, session);
    let mut page = ExplainPage { rows: Vec::new(), columns, tight };
    head(&mut page, model, session, &card);
    page.text(&StyledText::new(), &card.explanation.happened, Role::Text);
    // The timers of an open session come first, because they count down; those of an ended session come last.
    if !session.is_over() {
        timers(&mut page, model, session);
    }
    if !card.happened.is_empty() {
        page.title("What happened");
        for line in &card.happened {
            push_event(&mut page, session, line);
        }
    }
    push_sentences(&mut page, "What this rules out", &card.explanation.rules_out, None);
    push_sentences(&mut page, "Likely, in order", &card.explanation.likely, Some(1));
    push_suggestions(&mut page, &card);
    if session.is_over() {
        timers(&mut page, model, session);
    }
    if !card.explanation.cite.is_empty() {
        page.push_blank();
        page.text(&StyledText::new(), &card.explanation.cite.join(" · "), Role::Dim);
    }
    page
}

/// The bars of attempts and timers, if there are any.
fn timers(page: &mut ExplainPage, model: &Model, session: &Session) {
    let lanes = attempts::rows(session, &model.timers, model.now, page.columns);
    if !lanes.is_empty() {
        page.push_blank();
        lanes.into_iter().for_each(|strip| page.push(strip));
    }
}

/// The class or the state, the attempts, the exit code.
fn head(page: &mut ExplainPage, model: &Model, session: &Session, card: &ExplainCard) {
    let Some(failure) = &card.failure else {
        let standing = status::session_status(session, model.now);
        let lead = StyledText::single(format!("{} ", standing.mark), standing.role);
        page.text(&lead, &card.explanation.headline, standing.role);
        return;
    };
    let (mark, role) = if card.over { ("✗ ", Role::Bad) } else { ("! ", Role::Warn) };
    let name = StyledText::single(mark, role).with(failure.class.name(), role);
    let with = format!("   {} {}", failure.operation, failure.peer);
    let code = if card.over { format!("   exit code {}", failure.class.exit_code()) } else { String::new() };
    let whole = name.clone().with(with.trim_end(), Role::Dim).with(code.as_str(), Role::Dim);
    if whole.columns() <= page.columns {
        page.push(whole);
    } else {
        page.push(name.with(code.as_str(), Role::Dim));
        if !page.tight {
            page.text(&StyledText::single("  ", Role::Dim), with.trim(), Role::Dim);
        }
    }
    if page.tight && card.explanation.headline.replace(' ', "_").contains(failure.class.name()) {
        return;
    }
    page.text(&StyledText::single("  ", Role::Text), &card.explanation.headline, Role::Strong);
}

fn push_event(page: &mut ExplainPage, session: &Session, line: &TimelineLine) {
    let time = line.at.map_or(String::new(), |at| seconds(at.saturating_duration_since(session.opened)));
    let lead = StyledText::single(format!("{time:>width$}  ", width = usize::from(TIME) - 2), Role::Dim);
    let role = match line.tone {
        TimelineTone::Plain => Role::Text,
        TimelineTone::Well => Role::Good,
        TimelineTone::Bad => Role::Bad,
        TimelineTone::Quiet => Role::Dim,
    };
    let quiet = match line.known {
        Evidence::Seen => Role::Text,
        Evidence::Kernel => Role::Received,
        Evidence::Inferred => Role::Dim,
    };
    page.push_pair(&lead, (&line.what, role), (&line.how, quiet), REMARK);
}

/// Seconds to the millisecond; from 1,000 on, whole seconds.
fn seconds(since: Duration) -> String {
    let seconds = since.as_secs_f64();
    if seconds < 1000.0 { format!("{seconds:.3}") } else { format!("{seconds:.0}") }
}

fn push_sentences(page: &mut ExplainPage, title: &str, texts: &[String], from: Option<usize>) {
    if texts.is_empty() {
        return;
    }
    page.title(title);
    for (place, text) in texts.iter().enumerate() {
        let lead = match from {
            Some(first) => StyledText::single(format!("  {}  ", place + first), Role::Dim),
            None => StyledText::single("  ", Role::Dim),
        };
        page.text(&lead, text, Role::Text);
    }
}

fn push_suggestions(page: &mut ExplainPage, card: &ExplainCard) {
    if card.tries.is_empty() {
        return;
    }
    page.title("Try next");
    // Remarks are aligned after the longest label; a very long label does not count for this.
    let labels = card.tries.iter().map(|one| columns_of(&one.label)).filter(|columns| *columns < LONGEST_LABEL);
    let beside = labels.max().unwrap_or(0).saturating_add(3).max(REMARK);
    let mut number = 0;
    for one in &card.tries {
        if one.opens.is_some() {
            let lead = StyledText::single("  ❯  ", Role::Key);
            let first = page.rows.len();
            let why = match &one.sends {
                Some(sends) => format!("{}; it {sends}", one.why).trim_start_matches("; ").to_owned(),
                None => one.why.clone(),
            };
            page.push_pair(&lead, (&one.label, Role::Text), (&why, Role::Dim), beside);
            for row in page.rows.iter_mut().skip(first) {
                row.probe = Some(number);
            }
            number += 1;
        } else {
            page.text(&StyledText::single("  ·  ", Role::Dim), &one.why, Role::Dim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_at_blanks_and_a_long_word_stands_alone() {
        assert_eq!(break_words("one two three", 7), ["one two", "three"]);
        assert_eq!(break_words("a incomprehensibilities b", 6), ["a", "incomprehensibilities", "b"]);
        assert_eq!(break_words("", 5), [""]);
    }
}

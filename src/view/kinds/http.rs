//! Texts of an HTTP exchange.

use super::questions::{FigurePlace, KindWords, SpecWords};
use crate::files::theme::Role;
use crate::model::panel::Panel;
use crate::model::state::Model;
use crate::sessions::kinds::http::HttpExchange;
use crate::sessions::phase::OpenState;
use crate::sessions::spec::http::{BodySpec, HttpSpec};
use crate::sessions::{CloseReason, Session};
use crate::text::secret::mask_text;
use crate::text::{quantity, sanitize};
use crate::view::canvas::StyledText;
use crate::view::figure_column::{FigureColumn, UNKNOWN, kernel};
use crate::view::progress;
use crate::view::status_label::{self, StatusLabel, status_label as label, status_role};
use crate::wire::Totals;

/// An HTTP exchange.
pub(super) struct HttpWords<'a> {
    pub(super) session: &'a Session,
    pub(super) exchange: &'a HttpExchange,
}

impl KindWords for HttpWords<'_> {
    fn open(&self, _open: OpenState) -> StatusLabel {
        label("●", Role::Good, open_words(self.session, self.exchange))
    }

    fn listening(&self) -> StatusLabel {
        status_label::listening()
    }

    fn ended(&self, how: CloseReason) -> StatusLabel {
        let response = self.exchange.response().filter(|_| how != CloseReason::Error);
        let Some(response) = response else { return status_label::closed(how) };
        let mark = if response.status < 400 { "✓" } else { "!" };
        let words = format!("{} {}", response.status, response.reason);
        label(mark, status_role(response.status), words.trim_end())
    }

    fn detail(&self, standing: StatusLabel) -> StyledText {
        let exchange = self.exchange;
        let Some(response) = exchange.response() else { return StyledText::single(standing.words, Role::Dim) };
        let strip = StyledText::single(response.status.to_string(), status_role(response.status));
        let body = format!(" · {}", quantity::bytes(exchange.gauge.body_bytes));
        let took = exchange.took.map_or(String::new(), |took| format!(" · {}", quantity::duration(took)));
        strip.with(body, Role::Dim).with(took, Role::Dim)
    }

    fn status_line(&self, _model: &Model, _panel: &Panel) -> Vec<StyledText> {
        Vec::new()
    }

    fn about(&self, column: &mut FigureColumn<'_, '_>) {
        let peer = self.exchange.ends.peer.or(self.exchange.response().and_then(|response| response.peer));
        column.push_known("peer", peer.map(|peer| peer.to_string()));
    }

    fn own_figures(&self, _column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {}

    fn unit(&self, _totals: Totals) -> String {
        "in bodies".to_owned()
    }

    fn last_figures(&self, column: &mut FigureColumn<'_, '_>, _place: &FigurePlace<'_>) {
        kernel(column, self.session);
        push_hops(column, self.exchange);
    }
}

/// What an open exchange is doing.
pub(in crate::view) fn open_words(session: &Session, exchange: &HttpExchange) -> &'static str {
    match (exchange.awaited_since(), progress::under_way(session)) {
        (None, _) => "receiving",
        (Some(_), Some(_)) => "sending the request's body",
        (Some(_), None) => "waiting for the response",
    }
}

impl SpecWords for HttpSpec {
    fn meaning(&self) -> String {
        let redirects = if self.redirects > 0 { ", redirects followed" } else { "" };
        let insecure = if self.insecure { ", certificate NOT verified" } else { "" };
        let headers = match self.headers.len() {
            0 => String::new(),
            1 => ", 1 header".to_owned(),
            count => format!(", {count} headers"),
        };
        let body = match &self.body {
            BodySpec::None => String::new(),
            BodySpec::Bytes(bytes) => format!(", a body of {}", quantity::bytes(bytes.len() as u64)),
            BodySpec::File(path) => format!(", the body from {}", sanitize::line(&path.to_string_lossy())),
            BodySpec::Multipart(parts) => match parts.len() {
                1 => ", a form of 1 part".to_owned(),
                count => format!(", a form of {count} parts"),
            },
        };
        let through = match (&self.unix, &self.proxy, self.resolve.as_slice()) {
            (Some(unix), ..) => format!(" by {unix}"),
            (None, Some(proxy), _) => format!(" by the proxy {}", mask_text(proxy)),
            (None, None, [(_, address)]) => format!(" at {address}"),
            (None, None, _) => String::new(),
        };
        let url = mask_text(&self.url);
        format!("HTTP {} {url}{through}{headers}{body}{redirects}{insecure}", self.method)
    }

    fn name(&self, _session: &Session) -> String {
        let url = mask_text(&self.url);
        let rest = url.split_once("://").map_or(&*url, |(_, rest)| rest);
        let path = rest.find('/').map_or("/", |slash| &rest[slash..]);
        format!("http {} {path}", self.method)
    }
}

fn push_hops(column: &mut FigureColumn<'_, '_>, exchange: &HttpExchange) {
    if exchange.hops.is_empty() {
        return;
    }
    column.push_section("requests");
    for hop in &exchange.hops {
        let status = hop.response.as_ref();
        let role = status.map_or(Role::Dim, |response| status_role(response.status));
        let code = status.map_or(UNKNOWN.to_owned(), |response| response.status.to_string());
        column.canvas.draw_text(column.area, 0, column.y, &code, role);
        column.canvas.draw_text(
            column.area,
            4,
            column.y,
            &format!("{} {}", hop.request.method, mask_text(&hop.request.url)),
            Role::Text,
        );
        column.y += 1;
        if let Some(response) = status {
            let text = format!("{} after {}", response.version, quantity::duration(response.after));
            column.canvas.draw_text(column.area, 4, column.y, &text, Role::Dim);
            column.y += 1;
        }
    }
    let gauge = &exchange.gauge;
    column.push_section("body");
    column.line("decoded", quantity::grouped(gauge.body_bytes), Role::Text);
    column.line("on the wire", quantity::grouped(gauge.wire_body_bytes), Role::Text);
    column.push_known("promised", gauge.expected_bytes.map(quantity::grouped));
    column.push_known("connection ▼", gauge.connection_received.map(quantity::grouped));
    column.push_known("connection ▲", gauge.connection_sent.map(quantity::grouped));
}

//! News of TLS, in words.

use super::sentence::{NewsSentence, foreign_text, good_sentence, sentence_with, warning_sentence};
use crate::model::words::SentenceTone;
use crate::sessions::news::TlsNews;
use crate::sessions::news::tls::{ChainTrust, TlsHandshake};
use crate::text::quantity;

/// News of TLS, in words.
pub(super) fn tls_sentence(news: &TlsNews) -> NewsSentence {
    let TlsNews::Handshake(handshake) = news;
    let trust = match &handshake.trust {
        Some(ChainTrust::Verified) => " · verified",
        Some(ChainTrust::Failed { .. } | ChainTrust::NotChecked) => " · NOT verified",
        None => "",
    };
    let took = quantity::duration(handshake.took);
    let text = format!("{}{trust} · {took}{}", foreign_text(&handshake.summary()), subject_text(handshake));
    match (&handshake.error, &handshake.trust) {
        (Some(_), _) => sentence_with('✗', SentenceTone::Failed, format!("{text} · handshake failed")),
        (None, Some(ChainTrust::Failed { message, .. })) => {
            warning_sentence('!', format!("{text} · {}", foreign_text(message)))
        }
        (None, Some(ChainTrust::NotChecked)) => warning_sentence('!', text),
        (None, Some(ChainTrust::Verified) | None) => good_sentence('◆', text),
    }
}

/// Whose certificate it is, and who signed it, as it says.
fn subject_text(handshake: &TlsHandshake) -> String {
    let Some(Ok(view)) = handshake.chain.first().map(|first| first.view.as_ref()) else { return String::new() };
    if view.is_self_issued {
        return format!(" · {}, self-signed", foreign_text(&view.subject));
    }
    format!(" · {}, signed by {}", foreign_text(&view.subject), foreign_text(&view.issuer))
}

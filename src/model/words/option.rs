//! News of socket options, in words.

use super::sentence::{NewsSentence, cause, foreign_text, good_sentence, quiet_sentence};
use crate::sessions::news::OptionNews;
use crate::wire::option::{OptionValue, SocketOption};

/// News of socket options, in words.
pub(super) fn option_sentence(news: &OptionNews) -> NewsSentence {
    match news {
        OptionNews::Set { option, asked, now } => set(*option, asked, now),
        OptionNews::Reported(options) => {
            let listed: Vec<String> = options
                .iter()
                .map(|(option, value)| match value {
                    Ok(value) => format!("{} {}", option.name(), foreign_text(&value.to_string())),
                    Err(_) => format!("{} –", option.name()),
                })
                .collect();
            quiet_sentence('◆', format!("socket options: {}", listed.join(" · ")))
        }
    }
}

fn set(option: SocketOption, asked: &OptionValue, now: &OptionValue) -> NewsSentence {
    let value = foreign_text(&now.to_string());
    if asked == now {
        return good_sentence('◆', format!("{} is {value}", option.symbol()));
    }
    let asked_text = foreign_text(&asked.to_string());
    let why = option.difference(asked, now).map_or(String::new(), |why| format!("; {why}"));
    cause('◆', format!("{} is {value}, where {asked_text} was asked for{why}", option.symbol()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_the_kernel_doubled_says_so() {
        let news = OptionNews::Set {
            option: SocketOption::RecvBuffer,
            asked: OptionValue::Bytes(65_536),
            now: OptionValue::Bytes(131_072),
        };
        assert_eq!(
            option_sentence(&news).text,
            "SO_RCVBUF is 131,072 bytes, where 65,536 bytes was asked for; the kernel doubles it, for its own bookkeeping"
        );
    }
}

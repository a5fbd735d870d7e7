//! State of a session's socket options.

use std::collections::BTreeMap;

use super::news::{News, OptionNews};
use crate::wire::option::{OptionValue, SocketOption};

/// State of one option.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionState {
    /// The last value that the kernel reported, or why it could not be read; `None`: it was not read.
    pub now: Option<Result<OptionValue, String>>,
    /// The last requested value.
    pub asked: Option<OptionValue>,
    /// Why the kernel refused it.
    pub refused: Option<String>,
}

/// State of one socket's options. Bounded by the number of options that exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionStates(BTreeMap<SocketOption, OptionState>);

impl OptionStates {
    /// The state of an option.
    pub fn get(&self, option: SocketOption) -> Option<&OptionState> {
        self.0.get(&option)
    }

    /// Records that an option was requested; the kernel's answer is still to come.
    pub fn on_request(&mut self, option: SocketOption, value: OptionValue) {
        let known = self.0.entry(option).or_default();
        known.asked = Some(value);
        known.refused = None;
    }

    /// Applies a news item.
    pub fn on_news(&mut self, news: &News) {
        match news {
            News::Option(OptionNews::Set { option, asked, now }) => {
                let known = OptionState { now: Some(Ok(now.clone())), asked: Some(asked.clone()), refused: None };
                self.0.insert(*option, known);
            }
            News::Option(OptionNews::Reported(all)) => {
                for (option, now) in all {
                    self.0.entry(*option).or_default().now = Some(now.clone());
                }
            }
            News::Warned(failure) | News::Failed(failure) => {
                if let Some(option) = SocketOption::from_failure(failure) {
                    self.0.entry(option).or_default().refused = Some(failure.message.clone());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Class, FailedOperation, Failure};

    #[test]
    fn what_the_kernel_reports_stands_beside_what_was_asked_for() {
        let mut options = OptionStates::default();
        let (option, asked) = (SocketOption::RecvBuffer, OptionValue::Bytes(65_536));
        options.on_request(option, asked.clone());
        assert_eq!(options.get(option).map(|known| &known.now), Some(&None));
        let now = OptionValue::Bytes(131_072);
        options.on_news(&News::Option(OptionNews::Set { option, asked: asked.clone(), now: now.clone() }));
        let known = options.get(option).expect("it was set");
        assert_eq!((known.now.as_ref(), known.asked.as_ref()), (Some(&Ok(now.clone())), Some(&asked)));
        assert!(option.difference(&asked, &now).is_some_and(|why| why.contains("doubles")));
    }

    #[test]
    fn a_refusal_is_known_of_the_option_that_it_was_about() {
        let mut options = OptionStates::default();
        let asked = OptionValue::Name("nosuch".into());
        let failure = Failure::new(
            Class::Local,
            FailedOperation::SetOption,
            SocketOption::Congestion.assignment_text(&asked),
            "no such control",
        );
        options.on_news(&News::Warned(failure));
        let known = options.get(SocketOption::Congestion).expect("it was refused");
        assert_eq!(known.refused.as_deref(), Some("no such control"));
        options.on_request(SocketOption::Congestion, OptionValue::Name("reno".into()));
        assert_eq!(options.get(SocketOption::Congestion).and_then(|known| known.refused.clone()), None);
    }
}

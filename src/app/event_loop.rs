//! The loop of the screen: waits for keys, timers, sockets and frames, each independently of the others.

use std::io::{self, Write as _};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use futures_util::stream::{SelectAll, select_all};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::effects::{self, LoopEffect};
use super::signals::{self, AppSignals};
use super::startup::{self, Startup};
use super::terminal::Screen;
use super::{editor, input, terminal_kind};
use crate::cli::Invocation;
use crate::lab::{ChosenPeer, Lab};
use crate::model::msg::Msg;
use crate::model::notice::NoticeWeight;
use crate::model::pacer::Pacer;
use crate::model::seen::ScreenSize;
use crate::model::state::{Focus, Model};
use crate::model::update::update;
use crate::net::{self, Net, OverflowPolicy};
use crate::sessions::{Reading, Spec};
use crate::text::{quantity, sanitize};
use crate::view::{self, StyleSheet};
use crate::wire::Class;

/// How many answers of other tasks may wait; when the queue is full, the task waits.
const MOST_REPLIES: usize = 64;

/// How many sessions are sampled at a time.
const MOST_READINGS: usize = 256;

/// The longest time for sampling sessions before keys are handled again.
const MOST_LOOKING: Duration = Duration::from_millis(4);

/// What a terminal that cannot show a screen gets instead.
const NO_SCREEN: &str = "sockeye: TERM=dumb names a terminal that cannot show a screen; \
                         accepted: --json, --raw=force, or another TERM";

/// Runs the screen until the user or a signal ends it. Returns the exit code of the process.
///
/// # Errors
/// Fails if the terminal cannot be set up or written to.
pub fn run(invocation: &Invocation) -> anyhow::Result<u8> {
    if terminal_kind::from_environment().is_dumb {
        // If standard error is closed, there is nowhere to say it.
        writeln!(io::stderr().lock(), "{NO_SCREEN}").unwrap_or_default();
        return Ok(Class::Usage.exit_code());
    }
    let runtime = runtime().context("the runtime cannot be started")?;
    let code = runtime.block_on(run_loop(invocation));
    // Sessions may still be waiting for their peers; their results are no longer needed.
    runtime.shutdown_background();
    code
}

/// A runtime for the sessions that leaves one processor to this thread, if there are several. With more threads than
/// processors, they wake each other for nothing: on two processors, receiving a flood took a third longer.
fn runtime() -> io::Result<Runtime> {
    let processors = available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread().worker_threads(processors.saturating_sub(1).max(1)).enable_all().build()
}

async fn run_loop(invocation: &Invocation) -> anyhow::Result<u8> {
    let mut signals = AppSignals::listen().context("signals cannot be listened to")?;
    let desk = startup::prepare(invocation);
    let mut specs = invocation.open.clone();
    let mut labs = Vec::new();
    if let Some(peers) = &invocation.lab {
        let (started, sessions) = startup::start_lab(peers, invocation.settings.retain).await?;
        labs.push(started);
        specs.extend(sessions);
    }
    let screen = Screen::enter(desk.model.settings.mouse).context("the terminal cannot be set up")?;
    let mut app = App::new(desk, screen, specs, invocation.run_for, !invocation.settings.system_resolver)?;
    let mut events = terminal_events();
    loop {
        let now = Instant::now();
        let due = app.pacer.due(now);
        let frame = due.or(Some(now + Duration::from_secs(3600))).map_or(now, |due| due);
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                signals::SignalAction::Stop => app.suspend()?,
                signals::SignalAction::End(code) => return Ok(code),
            },
            () = sleep_until(frame.into()), if due.is_some() => app.frame()?,
            caught_up = app.screen.catch_up(), if app.screen.is_behind() => {
                caught_up.context("the terminal cannot be written to")?;
                app.draw_what_waits();
            }
            event = events.next() => match event {
                Some(Ok(event)) => if let Some(msg) = input::message(event) { app.handle(msg)?; },
                // The terminal has been closed.
                Some(Err(_)) | None => return Ok(signals::HANGUP),
            },
            Some(msg) = app.replies.recv() => app.handle(msg)?,
            () = app.net.changed(), if !app.stale => {
                app.stale = true;
                app.pacer.want_frame(Instant::now());
            }
            // During a flood, readings are applied between two frames as well; otherwise the bytes would be held in
            // memory twice.
            () = app.net.pressed() => app.take_in()?,
            () = sleep_until(app.ends.unwrap_or(now).into()), if app.ends.is_some() => return Ok(0),
        }
        if let Some(peers) = app.lab_wanted.take() {
            labs.extend(app.start_lab(&peers).await?);
        }
        if let Some(edit) = app.edit.take() {
            // Only one of us and the editor may read from the terminal.
            drop(events);
            if let Some(code) = app.edit_outside(edit, &mut signals).await? {
                return Ok(code);
            }
            events = terminal_events();
        }
        if app.model.quitting {
            drop(labs);
            return Ok(0);
        }
    }
}

/// The events of the terminal. `SelectAll` polls the stream only after a wake-up: each poll without an event waits for
/// a lock that crossterm's own thread holds, and yields the processor meanwhile.
fn terminal_events() -> SelectAll<EventStream> {
    select_all([EventStream::new()])
}

struct App {
    model: Model,
    net: Net,
    screen: Screen,
    looks: Vec<(String, StyleSheet)>,
    pacer: Pacer,
    replies: mpsc::Receiver<Msg>,
    reply_to: mpsc::Sender<Msg>,
    /// Some session has news that has not been sampled yet.
    stale: bool,
    ends: Option<Instant>,
    /// A frame was left out, because the terminal did not read.
    undrawn: bool,
    /// A text that waits to be edited on the terminal.
    edit: Option<editor::ExternalEdit>,
    /// Built-in peers that are to be started.
    lab_wanted: Option<Vec<String>>,
}

impl Drop for App {
    /// However the loop ends: sessions that are still open do not come to an end of their own.
    fn drop(&mut self) {
        net::remove_socket_files();
    }
}

impl App {
    fn new(
        desk: Startup,
        screen: Screen,
        specs: Vec<Spec>,
        run_for: Option<Duration>,
        asks_beside: bool,
    ) -> anyhow::Result<Self> {
        let net = Net::new(tokio::runtime::Handle::current(), OverflowPolicy::DropOldest);
        net.set_second_opinion(asks_beside);
        let (reply_to, replies) = mpsc::channel(MOST_REPLIES);
        let mut app = App {
            model: desk.model,
            net,
            screen,
            looks: desk.looks,
            pacer: Pacer::default(),
            replies,
            reply_to,
            stale: false,
            ends: run_for.map(|run_for| Instant::now() + run_for),
            undrawn: false,
            edit: None,
            lab_wanted: None,
        };
        let (columns, rows) = app.screen.size().context("the terminal has no size")?;
        app.model.size = ScreenSize { columns, rows };
        for spec in specs {
            let id = app.net.open(spec.clone());
            app.handle(Msg::Opened { id, spec: Box::new(spec) })?;
        }
        if let Some(first) = app.model.sessions.keys().next().copied() {
            app.model.selected = Some(first);
            app.model.focus = Focus::View;
        }
        app.pacer.want_answer();
        Ok(app)
    }

    /// Passes a message to the model, carries out its effects, and asks for a frame.
    fn handle(&mut self, msg: Msg) -> anyhow::Result<()> {
        self.handle_quietly(msg, Instant::now())?;
        self.pacer.want_answer();
        Ok(())
    }

    /// Passes a message to the model, and carries out its effects; does not ask for a frame.
    fn handle_quietly(&mut self, msg: Msg, now: Instant) -> anyhow::Result<()> {
        let mut waiting = vec![msg];
        let had_overlay = self.model.overlay.is_some();
        while let Some(msg) = waiting.pop() {
            for effect in update(&mut self.model, msg, now) {
                match effects::perform(effect, &self.net, &self.reply_to) {
                    Some(LoopEffect::Tell(msg)) => waiting.push(*msg),
                    Some(LoopEffect::Copy(text)) => self.copy(&text)?,
                    Some(LoopEffect::CopyShown(area, what)) => {
                        let text = view::text_shown(&self.model, self.look()?, area);
                        self.copy(&text)?;
                        let text = format!("copied {what}: {} bytes", quantity::grouped(text.len() as u64));
                        waiting.push(Msg::Said { weight: NoticeWeight::Done, text });
                    }
                    Some(LoopEffect::GrabMouse(grab)) => self.screen.grab_mouse(grab)?,
                    Some(LoopEffect::Redraw) => self.screen.redraw()?,
                    Some(LoopEffect::StartLab(peers)) => self.lab_wanted = Some(peers),
                    Some(LoopEffect::Suspend) => self.suspend()?,
                    Some(LoopEffect::Edit(edit)) => self.edit = Some(edit),
                    None => {}
                }
            }
        }
        if self.model.overlay.is_some() && !had_overlay {
            // An interface may have come since the start, and its name be typed now.
            self.model.forget_interfaces();
        }
        Ok(())
    }

    /// The styles of the theme in use.
    fn look(&self) -> anyhow::Result<&StyleSheet> {
        find_look(&self.looks, &self.model)
    }

    /// Starts built-in peers, opens sessions to them, and shows the first; a problem becomes a notice.
    async fn start_lab(&mut self, names: &[String]) -> anyhow::Result<Option<Lab>> {
        let started = match ChosenPeer::parse_all(names) {
            Ok(chosen) => {
                startup::start_lab(&chosen, self.model.settings.retain).await.map_err(|why| format!("{why:#}"))
            }
            Err(why) => Err(why),
        };
        let (lab, specs) = match started {
            Ok(started) => started,
            Err(why) => {
                self.handle(Msg::Said { weight: NoticeWeight::Problem, text: sanitize::line(&why) })?;
                return Ok(None);
            }
        };
        let mut first = None;
        for spec in specs {
            let id = self.net.open(spec.clone());
            first = first.or(Some(id));
            self.handle(Msg::Opened { id, spec: Box::new(spec) })?;
        }
        if let Some(first) = first {
            self.handle(Msg::Show(first))?;
        }
        Ok(Some(lab))
    }

    fn copy(&mut self, text: &str) -> anyhow::Result<()> {
        let sequence = format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text));
        self.screen.write(sequence.as_bytes()).context("the terminal cannot be written to")
    }

    fn suspend(&mut self) -> anyhow::Result<()> {
        self.screen.run_without_screen(signals::stop_until_continued).context("the terminal cannot be set up again")?;
        self.pacer.want_answer();
        Ok(())
    }

    /// Releases the terminal while the user's editor runs. Returns the exit code if a signal ended the program
    /// meanwhile.
    async fn edit_outside(
        &mut self,
        edit: editor::ExternalEdit,
        signals: &mut AppSignals,
    ) -> anyhow::Result<Option<u8>> {
        // Returns when no other reader waits for the terminal's events.
        crossterm::event::poll(Duration::ZERO).context("the terminal cannot be read")?;
        self.screen.restore();
        let edited = editor::edit(edit, signals).await;
        if let editor::EditOutcome::End(code) = edited {
            return Ok(Some(code));
        }
        self.screen.reenter().context("the terminal cannot be set up again")?;
        let (columns, rows) = self.screen.size().context("the terminal has no size")?;
        self.model.size = ScreenSize { columns, rows };
        if let editor::EditOutcome::Tell(msg) = edited {
            self.handle(*msg)?;
        }
        Ok(None)
    }

    /// Samples the sessions without drawing. If one of them has ended, the next frame is drawn at once.
    fn take_in(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        let over = self.drain_readings(now)?;
        self.pacer.want_of_flood(now);
        if over {
            self.pacer.want_answer();
        }
        Ok(())
    }

    /// Applies all new readings, but stops after [`MOST_LOOKING`], so that keys are not delayed. Returns whether a
    /// session has ended.
    fn drain_readings(&mut self, now: Instant) -> anyhow::Result<bool> {
        let mut over = false;
        loop {
            let readings = self.net.sample_some(MOST_READINGS);
            self.stale = readings.len() == MOST_READINGS;
            over |= readings.iter().any(Reading::has_end);
            self.handle_quietly(Msg::Readings(readings), now)?;
            if !self.stale || now.elapsed() > MOST_LOOKING {
                return Ok(over);
            }
        }
    }

    /// Samples the sessions, and draws.
    fn frame(&mut self) -> anyhow::Result<()> {
        let now = Instant::now();
        if self.stale {
            self.drain_readings(now)?;
        } else {
            self.handle_quietly(Msg::Wake, now)?;
        }
        if self.screen.is_behind() {
            // The sessions go on without a frame; it is drawn once the terminal has read the last one.
            self.undrawn = true;
            self.paced(now);
            return Ok(());
        }
        let mut seen = None;
        let look = find_look(&self.looks, &self.model)?;
        let model = &self.model;
        self.screen
            .draw(|frame| seen = Some(view::draw(frame, model, look)))
            .context("the terminal cannot be written to")?;
        if let Some(seen) = seen {
            self.model.seen = seen;
        }
        self.paced(now);
        Ok(())
    }

    fn paced(&mut self, now: Instant) {
        self.pacer.on_drawn(now);
        if self.stale {
            self.pacer.want_frame(now);
        }
        self.pacer.want_at(self.model.wakes_at(now));
    }

    /// Asks for the frame that the terminal could not take, once it has read everything before.
    fn draw_what_waits(&mut self) {
        if !self.screen.is_behind() && std::mem::take(&mut self.undrawn) {
            self.pacer.want_answer();
        }
    }
}

fn find_look<'a>(looks: &'a [(String, StyleSheet)], model: &Model) -> anyhow::Result<&'a StyleSheet> {
    let look = looks.iter().find(|(name, _)| *name == model.settings.theme).or(looks.first());
    Ok(&look.context("there is no theme")?.1)
}

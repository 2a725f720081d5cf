//! A terminal that understands ANSI escapes, without raw mode and without keys.

use std::fs::File;
use std::io::{self, IsTerminal, Stderr, Write};
use std::panic;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};
use ratatui::{Frame, Terminal};
use signal_hook::consts::SIGWINCH;

use crate::base::variable;

/// The second screen, without a cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[2J";
/// Back to the first.
const LEAVE: &str = "\x1b[0m\x1b[?25h\x1b[?1049l";
/// The size where the terminal does not tell.
const SIZE_USUAL: Size = Size { width: 80, height: 24 };
/// Pictures after which everything is drawn anew: keys that were typed leave their marks.
const REFRESH_EVERY: usize = 40;

/// Whether the second screen is on; a panic anywhere has to leave it.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// The second screen of the terminal at standard error; left when dropped and on a panic.
pub(super) struct Screen {
    terminal: Terminal<AnsiBackend<Stderr>>,
    is_resized: Arc<AtomicBool>,
    drawn: usize,
}

impl Screen {
    /// Takes the screen over; `None` if standard error is no terminal or a dumb one.
    pub(super) fn open() -> io::Result<Option<Self>> {
        let is_dumb = variable("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        if !io::stderr().is_terminal() || is_dumb {
            return Ok(None);
        }
        let is_resized = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGWINCH, Arc::clone(&is_resized))?;
        let terminal = Terminal::new(AnsiBackend::new(io::stderr(), terminal_size()))?;
        leave_on_panic();
        enter()?;
        Ok(Some(Self { terminal, is_resized, drawn: 0 }))
    }

    /// Draws one picture.
    pub(super) fn show(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let is_resized = self.is_resized.swap(false, Ordering::SeqCst);
        if is_resized {
            self.terminal.backend_mut().size = terminal_size();
        }
        if is_resized || self.drawn.is_multiple_of(REFRESH_EVERY) {
            self.terminal.clear()?;
        }
        self.drawn += 1;
        self.terminal.draw(draw)?;
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

fn enter() -> io::Result<()> {
    let mut out = io::stderr().lock();
    out.write_all(ENTER.as_bytes())?;
    IS_ENTERED.store(true, Ordering::SeqCst);
    out.flush()
}

fn leave() {
    if IS_ENTERED.swap(false, Ordering::SeqCst) {
        let mut out = io::stderr().lock();
        // A terminal that is gone needs no restoring.
        let _ = out.write_all(LEAVE.as_bytes()).and_then(|()| out.flush());
    }
}

/// The message of a panic must be seen on the first screen.
fn leave_on_panic() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |information| {
        leave();
        before(information);
    }));
}

/// Asks the terminal itself, by way of `stty`.
fn terminal_size() -> Size {
    let asked = File::open("/dev/tty").and_then(|terminal| {
        Command::new("stty").arg("size").stdin(terminal).stderr(Stdio::null()).output()
    });
    let text = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    parsed_size(&text.unwrap_or_default()).unwrap_or(SIZE_USUAL)
}

/// `24 80`, rows first.
fn parsed_size(text: &str) -> Option<Size> {
    let (rows, columns) = text.trim().split_once(' ')?;
    let size = Size { width: columns.parse().ok()?, height: rows.parse().ok()? };
    (size.width > 0 && size.height > 0).then_some(size)
}

/// Draws cells as ANSI escapes.
pub(super) struct AnsiBackend<W: Write> {
    out: W,
    size: Size,
    cursor: Position,
}

impl<W: Write> AnsiBackend<W> {
    pub(super) const fn new(out: W, size: Size) -> Self {
        Self { out, size, cursor: Position::ORIGIN }
    }
}

impl<W: Write> Backend for AnsiBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut text = String::new();
        let mut next = None;
        let mut look = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                text += &format!("\x1b[{};{}H", y + 1, x + 1);
            }
            let wanted = (cell.fg, cell.bg, cell.modifier);
            if look != Some(wanted) {
                text += &style_escape(cell);
                look = Some(wanted);
            }
            text += cell.symbol();
            next = Some((x + 1, y));
        }
        text += "\x1b[0m";
        self.out.write_all(text.as_bytes())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?25l")
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?25h")
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        write!(self.out, "\x1b[{};{}H", self.cursor.y + 1, self.cursor.x + 1)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[2J\x1b[H")
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        let escape: &[u8] = match clear_type {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        };
        self.out.write_all(escape)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn style_escape(cell: &Cell) -> String {
    let mut codes = vec!["0".to_owned()];
    for (modifier, code) in [
        (Modifier::BOLD, "1"),
        (Modifier::DIM, "2"),
        (Modifier::ITALIC, "3"),
        (Modifier::UNDERLINED, "4"),
        (Modifier::REVERSED, "7"),
    ] {
        if cell.modifier.contains(modifier) {
            codes.push(code.to_owned());
        }
    }
    codes.extend(color_code(cell.fg, 30));
    codes.extend(color_code(cell.bg, 40));
    format!("\x1b[{}m", codes.join(";"))
}

/// The code of a color on ground 30 for text and 40 for what is behind it.
fn color_code(color: Color, ground: u16) -> Option<String> {
    let plain = |index: u16| Some((ground + index).to_string());
    let bright = |index: u16| Some((ground + 60 + index).to_string());
    match color {
        Color::Reset => None,
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => Some(format!("{};5;{index}", ground + 8)),
        Color::Rgb(red, green, blue) => Some(format!("{};2;{red};{green};{blue}", ground + 8)),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_size_is_rows_and_columns() {
        assert_eq!(parsed_size("48 160\n"), Some(Size { width: 160, height: 48 }));
        assert_eq!(parsed_size("0 0\n"), None);
        assert_eq!(parsed_size(""), None);
    }

    #[test]
    fn neighbors_of_one_look_share_place_and_style() {
        let mut cell = Cell::new("a");
        cell.set_style(Style::new().fg(Color::LightGreen).bg(Color::Indexed(8)));
        let mut backend = AnsiBackend::new(Vec::new(), SIZE_USUAL);
        backend.draw([(2, 1, &cell), (3, 1, &cell), (0, 2, &cell)].into_iter()).unwrap();
        let text = String::from_utf8(backend.out).unwrap();
        assert_eq!(text, "\x1b[2;3H\x1b[0;92;48;5;8maa\x1b[3;1Ha\x1b[0m");
    }
}

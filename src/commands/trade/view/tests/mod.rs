//! The view at several sizes, as text and as cells.

mod picture;
mod sample;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::draw::draw;
use super::*;
use sample::{busy, killed};

fn drawn(view: &SessionView, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, view)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(usize::from(buffer.area.width));
    let row = |cells: &[ratatui::buffer::Cell]| {
        let row: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        row.trim_end().to_owned()
    };
    rows.map(row).collect::<Vec<String>>().join("\n")
}

#[test]
fn a_busy_session_on_a_wide_screen() {
    insta::assert_snapshot!("wide", text(&drawn(&busy(), 150, 42)));
}

#[test]
fn a_busy_session_on_a_narrow_screen() {
    insta::assert_snapshot!("narrow", text(&drawn(&busy(), 80, 40)));
}

#[test]
fn a_killed_session() {
    insta::assert_snapshot!("killed", text(&drawn(&killed(), 120, 30)));
}

#[test]
fn a_session_before_its_first_event() {
    insta::assert_snapshot!("nothing", text(&drawn(&SessionView::default(), 100, 24)));
}

#[test]
fn a_session_as_status_shows_it() {
    insta::assert_snapshot!("status", status_text(&busy()));
}

#[test]
fn no_size_is_too_small() {
    for width in [0, 1, 2, 7, 20, 60, 99, 100, 101, 300] {
        for height in [0, 1, 2, 5, 9, 24, 80] {
            drawn(&busy(), width, height);
            drawn(&SessionView::default(), width, height);
        }
    }
}

#[test]
fn numbers_that_are_none_do_no_harm() {
    let mut view = busy();
    for (_, value) in &mut view.equity.curve {
        *value = f64::NAN;
    }
    view.equity.now = Some(f64::INFINITY);
    view.limits[0].used = f64::NAN;
    view.positions[0].price = Some(f64::NAN);
    drawn(&view, 150, 42);
    assert!(status_text(&view).contains("spy_qqq"));
}

#[test]
fn a_view_survives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("view.json");
    keep_view(&path, &busy()).unwrap();
    let read: SessionView = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(read, busy());
    // What a later version adds or an earlier one lacks is no error.
    let sparse: SessionView = serde_json::from_str(r#"{"session":"s","new":1}"#).unwrap();
    assert_eq!(sparse.session, "s");
}

#[test]
#[ignore = "writes pictures to look at, into the folder for temporary files"]
fn pictures_to_look_at() {
    let folder = std::env::temp_dir();
    for (name, view, width, height) in [
        ("view_wide.svg", busy(), 150, 42),
        ("view_narrow.svg", busy(), 80, 40),
        ("view_killed.svg", killed(), 120, 30),
    ] {
        std::fs::write(folder.join(name), picture::svg(&drawn(&view, width, height))).unwrap();
    }
}

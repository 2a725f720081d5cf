//! Faults, carried out.

use super::super::desk::{Desk, Line};
use super::super::fault_port::Act;
use super::super::message::{OrderState, Reply};
use super::frames::frame;
use super::gateway::Gateway;
use super::outbox::Piece;

/// How the bytes of a message leave.
#[derive(Debug, Default)]
struct Way {
    is_lost: bool,
    is_twice: bool,
    held_for: Option<usize>,
    split: Option<(usize, u64)>,
    close_after: Option<usize>,
    stall: Option<u64>,
}

impl Gateway {
    /// Sends the frames of a reply as its faults have it; other faults follow.
    pub(super) fn send_frames(
        &mut self,
        line: Line,
        reply: &Reply,
        frames: Vec<Vec<u8>>,
        acts: Vec<Act>,
    ) {
        let mut way = Way::default();
        for act in acts {
            match act {
                Act::Drop => way.is_lost = true,
                Act::Duplicate => way.is_twice = true,
                Act::Reorder(frames) => way.held_for = Some(frames.max(1)),
                Act::Split { at, pause } => way.split = Some((at, pause)),
                Act::Close { after } => way.close_after = Some(after),
                Act::Stall(millis) => way.stall = Some(millis),
                Act::OverFill(quantity) => {
                    if let Some((client_id, order_id)) = Desk::order_of(reply) {
                        self.desk.over_fill_order(client_id, order_id, quantity);
                    }
                }
                Act::Correct { price_change } => {
                    if let Reply::ExecutionData { execution, .. } = reply {
                        self.desk.correct(&execution.exec_id, price_change);
                    }
                }
                Act::Sentinels | Act::Unset { .. } => {}
                act => self.act_on_line(line, act),
            }
        }
        for bytes in frames {
            if !way.is_lost {
                self.send_bytes(line, bytes, &way);
            }
        }
        if let Some(millis) = way.stall {
            self.stall(line, millis);
        }
    }

    fn send_bytes(&mut self, line: Line, bytes: Vec<u8>, way: &Way) {
        let now = self.now();
        let Some(connection) = self.connections.get_mut(&line) else { return };
        if let Some(frames) = way.held_for {
            connection.outbox.hold(frames, bytes);
            return;
        }
        if let Some(after) = way.close_after {
            connection.put(now, bytes.into_iter().take(after).collect());
            connection.outbox.push(Piece::Close);
            return;
        }
        let copy = way.is_twice.then(|| bytes.clone());
        match way.split {
            Some((at, pause)) => {
                let (head, tail) = bytes.split_at(at.min(bytes.len()));
                connection.put(now, head.to_vec());
                connection.outbox.push(Piece::Pause(pause));
                connection.put(now, tail.to_vec());
            }
            None => connection.put(now, bytes),
        }
        for bytes in copy.into_iter().chain(connection.outbox.release()) {
            connection.put(now, bytes);
        }
    }

    fn stall(&mut self, line: Line, millis: u64) {
        let Some(connection) = self.connections.get(&line) else { return };
        connection.outbox.push(if millis == 0 { Piece::Stall } else { Piece::Pause(millis) });
    }

    /// Faults that belong to no message.
    pub(super) fn act_on_all(&mut self, acts: Vec<Act>) {
        for act in acts {
            let lines: Vec<Line> = self.connections.keys().copied().collect();
            match act {
                Act::Delay(_) | Act::Stall(_) | Act::Close { .. } | Act::UnknownMessage(_) => {
                    for line in lines {
                        self.act_on_line(line, act.clone());
                    }
                }
                act => self.act_on_line(lines.first().copied().unwrap_or_default(), act),
            }
        }
    }

    /// A fault of a connection, or of the whole gateway.
    pub(super) fn act_on_line(&mut self, line: Line, act: Act) {
        match act {
            Act::Delay(millis) => {
                if let Some(connection) = self.connections.get(&line) {
                    connection.outbox.push(Piece::Pause(millis));
                }
            }
            Act::Stall(millis) => self.stall(line, millis),
            Act::Close { .. } => {
                if let Some(connection) = self.connections.get(&line) {
                    connection.outbox.push(Piece::Close);
                }
            }
            Act::Restart { down, id_rollback } => self.restart(down, id_rollback),
            Act::Notice { code, text } => self.desk.broadcast(code, &text),
            Act::Link { is_down: true, .. } => self.desk.lose_link(),
            Act::Link { keeps_data, .. } => self.desk.restore_link(keeps_data),
            Act::Competing => self.desk.compete(true),
            Act::DataBack => self.desk.compete(false),
            Act::ClientIdInUse => self.refuse_client_id(line),
            Act::ForeignOrder { symbol, quantity } => self.desk.foreign_order(&symbol, quantity),
            Act::UnknownMessage(number) => self.send_plain(line, &Reply::Unknown { number }),
            Act::Burst(notices) => self.burst(line, notices),
            Act::Drop
            | Act::Split { .. }
            | Act::Duplicate
            | Act::Reorder(_)
            | Act::Sentinels
            | Act::Unset { .. }
            | Act::OverFill(_)
            | Act::Reject { .. }
            | Act::Correct { .. } => {}
        }
    }

    fn burst(&mut self, line: Line, notices: usize) {
        for _ in 0..notices {
            let reply = Reply::Error {
                id: -1,
                time: self.now().nanos() / 1_000_000,
                code: 2106,
                text: "HMDS data farm connection is OK:ushmds".to_owned(),
                advanced_reject: String::new(),
            };
            self.send_plain(line, &reply);
        }
    }

    /// Sends a message that no fault can hit.
    fn send_plain(&mut self, line: Line, reply: &Reply) {
        let Some(connection) = self.connections.get(&line) else { return };
        for body in connection.codec.write(reply) {
            self.send_bytes(line, frame(&body), &Way::default());
        }
    }

    /// Everybody is thrown out, and nobody is let in for a while.
    fn restart(&mut self, down: u64, id_rollback: i32) {
        for connection in self.connections.values() {
            connection.outbox.cut();
        }
        self.connections.clear();
        self.queue.clear();
        self.desk.restart(id_rollback);
        self.down_until = self.watch.seconds() + down as f64 / 1000.0;
    }
}

/// Puts the wire's unset number into a message.
pub(super) fn unset(reply: &mut Reply) {
    match reply {
        Reply::CommissionReport { commission, realized_pnl, .. } => {
            *commission = f64::MAX;
            *realized_pnl = None;
        }
        Reply::PortfolioValue {
            market_price,
            market_value,
            average_cost,
            unrealized_pnl,
            realized_pnl,
            ..
        } => {
            [*market_price, *market_value, *average_cost] = [f64::MAX; 3];
            (*unrealized_pnl, *realized_pnl) = (None, None);
        }
        Reply::Position { average_cost, .. } => *average_cost = f64::MAX,
        Reply::OrderStatus { average_price, last_price, market_cap_price, .. } => {
            [*average_price, *last_price, *market_cap_price] = [f64::MAX; 3];
        }
        Reply::OpenOrder { state, .. } | Reply::CompletedOrder { state, .. } => {
            let none = Some(f64::MAX);
            let old = std::mem::take(state.as_mut());
            **state = OrderState {
                init_margin_before: none,
                maint_margin_before: none,
                equity_with_loan_before: none,
                init_margin_change: none,
                maint_margin_change: none,
                equity_with_loan_change: none,
                init_margin_after: none,
                maint_margin_after: none,
                equity_with_loan_after: none,
                commission: none,
                min_commission: none,
                max_commission: none,
                ..old
            };
        }
        Reply::Pnl { daily, unrealized, realized, .. } => {
            *daily = f64::MAX;
            (*unrealized, *realized) = (None, None);
        }
        Reply::PnlSingle { daily, unrealized, realized, value, .. } => {
            [*daily, *value] = [f64::MAX; 2];
            (*unrealized, *realized) = (None, None);
        }
        Reply::TickPrice { price, .. } => *price = f64::MAX,
        _ => {}
    }
}

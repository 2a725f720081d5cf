//! The server: a thread for each connection.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use prost::Message;

use super::market::{Market, at, noise};
use super::pacing::{Ledger, Rules};
use super::script::{Fault, Handshake, Kind, Seen};
use super::wire::{
    Contract, ContractData, ContractDetails, ContractRequest, CurrentTime, ErrorMessage, Head,
    HeadRequest, History, HistoryEnd, HistoryRequest, ManagedAccounts, NextValidId, Quotes,
    RequestNumber, TicksRequest, Trades, asks, frame, read_block, read_frame, tells,
};
use super::{bars, ticks};

/// A gateway that runs until it is dropped.
#[derive(Debug)]
pub struct Double {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    market: Market,
    rules: Rules,
    is_strict: bool,
    handshakes: VecDeque<Handshake>,
    faults: Vec<(Kind, Fault)>,
    seen: Vec<Seen>,
    ledger: Ledger,
    sockets: Vec<TcpStream>,
    is_over: bool,
}

impl Double {
    /// Starts a gateway on a free port.
    pub fn start(market: Market) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { market, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                let mut state = shared.lock().unwrap();
                if state.is_over {
                    return;
                }
                state.sockets.push(stream.try_clone().unwrap());
                let handshake = state.handshakes.pop_front().unwrap_or(Handshake::Normal);
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, handshake, &shared));
            }
        });
        Self { port, state }
    }

    /// Where it listens, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How the next connections begin; later ones are normal.
    pub fn next_handshake(&self, handshake: Handshake) {
        self.state().handshakes.push_back(handshake);
    }

    /// What happens to the next request of a kind; faults of a kind happen in order.
    pub fn next_fault(&self, kind: Kind, fault: Fault) {
        self.state().faults.push((kind, fault));
    }

    /// Counts by these rules, and refuses what breaks them.
    pub fn enforce(&self, rules: Rules) {
        let mut state = self.state();
        (state.rules, state.is_strict) = (rules, true);
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.state().seen.clone()
    }

    /// Requests of one kind so far.
    pub fn count(&self, kind: Kind) -> usize {
        self.state().seen.iter().filter(|seen| seen.kind == kind).count()
    }

    /// Connections so far.
    pub fn connections(&self) -> usize {
        self.state().sockets.len()
    }

    /// What broke the rules of pacing.
    pub fn violations(&self) -> Vec<String> {
        self.state().ledger.violations.clone()
    }

    /// The most requests for history that were open at once.
    pub fn most_open(&self) -> usize {
        self.state().ledger.most_open
    }

    /// Closes all sockets, as a restart does.
    pub fn drop_connections(&self) {
        for socket in &self.state().sockets {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if let Ok(mut state) = self.state.lock() {
            state.is_over = true;
            for socket in &state.sockets {
                let _ = socket.shutdown(Shutdown::Both);
            }
        }
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(mut stream: TcpStream, handshake: Handshake, state: &Arc<Mutex<State>>) {
    let mut hello = [0; 4];
    if handshake == Handshake::Closed || stream.read_exact(&mut hello).is_err() {
        let _ = stream.shutdown(Shutdown::Both);
        return;
    }
    assert_eq!(&hello, b"API\0", "a client begins with its greeting");
    let Ok(versions) = read_block(&mut stream) else { return };
    assert!(versions.starts_with(b"v"), "the versions of a client");
    match &handshake {
        Handshake::Silent => return std::thread::sleep(Duration::from_secs(60)),
        Handshake::Garbage => return drop(stream.write_all(b"\0\0\0\x0cHTTP/1.1 400")),
        _ => {}
    }
    let version = match handshake {
        Handshake::Version(version) => version,
        _ => 225,
    };
    let reply = format!("{version}\020240110 12:00:00 US/Eastern\0");
    let length = u32::try_from(reply.len()).unwrap().to_be_bytes();
    if stream.write_all(&[&length[..], reply.as_bytes()].concat()).is_err() {
        return;
    }
    let Ok((number, _)) = read_frame(&mut stream) else { return };
    assert_eq!(number, asks::START, "a client starts the session");
    if let Handshake::Recorded(first, answers) = handshake {
        return replay(&mut stream, &first, &answers);
    }
    let mut desk = Desk { stream, state: Arc::clone(state), is_frozen: false };
    if desk.begin(&handshake).is_ok() {
        while let Ok((number, body)) = read_frame(&mut desk.stream) {
            state.lock().unwrap().message();
            if !desk.is_frozen && desk.answer(number, &body).is_err() {
                break;
            }
        }
    }
    let _ = desk.stream.shutdown(Shutdown::Both);
}

fn replay(stream: &mut TcpStream, first: &[Vec<u8>], answers: &[Vec<u8>]) {
    let _ = stream.write_all(&first.concat());
    for answer in answers {
        // The recorded answers bear the number 1; the client has another one.
        let Ok((_, body)) = read_frame(stream) else { return };
        let asked = RequestNumber::decode(body.as_slice()).unwrap().req_id;
        let mut error = ErrorMessage::decode(&answer[8..]).unwrap();
        error.id = asked;
        let _ = stream.write_all(&frame(tells::ERROR, &error));
    }
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
}

/// One connection.
struct Desk {
    stream: TcpStream,
    state: Arc<Mutex<State>>,
    is_frozen: bool,
}

type Sent = std::io::Result<()>;

impl Desk {
    fn begin(&mut self, handshake: &Handshake) -> Sent {
        if *handshake == Handshake::ClientIdInUse {
            self.error(-1, 326, "Unable to connect as the client id is already in use.")?;
            return Err(std::io::ErrorKind::Other.into());
        }
        let accounts = if *handshake == Handshake::NoAccounts { "" } else { "DU9000001" };
        let accounts = ManagedAccounts { accounts_list: Some(accounts.to_owned()) };
        self.send(&frame(tells::ACCOUNTS, &accounts))?;
        self.send(&frame(tells::NEXT_ID, &NextValidId { order_id: Some(1) }))?;
        self.error(-1, 2104, "Market data farm connection is OK:usfarm")?;
        self.error(-1, 2106, "HMDS data farm connection is OK:ushmds")
    }

    fn answer(&mut self, number: u32, body: &[u8]) -> Sent {
        match number {
            asks::TIME => {
                let time = CurrentTime { current_time: Some(1_704_906_000) };
                self.send(&frame(tells::TIME, &time))
            }
            asks::CONTRACT => self.contract(&ContractRequest::decode(body).unwrap()),
            asks::HISTORY => self.history(&HistoryRequest::decode(body).unwrap()),
            asks::HEAD => self.head(&HeadRequest::decode(body).unwrap()),
            asks::TICKS => self.ticks(&TicksRequest::decode(body).unwrap()),
            asks::CANCEL_HISTORY | asks::CANCEL_TICKS | asks::CANCEL_HEAD => {
                let mut state = self.state.lock().unwrap();
                state.ledger.open = state.ledger.open.saturating_sub(1);
                Ok(())
            }
            asks::CANCEL_CONTRACT => Ok(()),
            other => panic!("the double has no answer to message {other}"),
        }
    }

    fn contract(&mut self, request: &ContractRequest) -> Sent {
        let asked = request.contract.clone().unwrap();
        let symbol = asked.symbol.clone().unwrap();
        let id = request.req_id.unwrap();
        self.note(Kind::Contract, &symbol, String::new());
        let (is_unknown, is_ambiguous) = {
            let market = &self.state.lock().unwrap().market;
            (market.unknown.contains(&symbol), market.ambiguous.contains(&symbol))
        };
        if is_unknown {
            let text = "No security definition has been found for the request";
            return self.error(id, 200, text);
        }
        let mut answer = Vec::new();
        for primary in if is_ambiguous { &["ARCA", "NASDAQ"][..] } else { &["ARCA"] } {
            let contract = Contract {
                con_id: Some(i32::try_from(noise(&symbol, 1) % 1_000_000).unwrap() + 1),
                primary_exch: Some((*primary).to_owned()),
                local_symbol: Some(symbol.clone()),
                ..asked.clone()
            };
            let details = ContractDetails {
                min_tick: Some("0.01".to_owned()),
                long_name: Some("MADE UP INC".to_owned()),
                time_zone_id: Some("US/Eastern".to_owned()),
            };
            let data = ContractData {
                req_id: Some(id),
                contract: Some(contract),
                contract_details: Some(details),
            };
            answer.push(frame(tells::CONTRACT, &data));
        }
        answer.push(frame(tells::CONTRACT_END, &RequestNumber { req_id: Some(id) }));
        self.deliver(Kind::Contract, id, answer)
    }

    fn history(&mut self, request: &HistoryRequest) -> Sent {
        let contract = request.contract.clone().unwrap();
        let symbol = contract.symbol.clone().unwrap();
        let id = request.req_id.unwrap();
        assert!(contract.con_id.is_some(), "a resolved contract");
        assert_eq!(request.format_date, Some(2), "seconds since 1970");
        let text = format!(
            "{} {} {} {} rth={}",
            request.end_date_time.clone().unwrap_or_default(),
            request.duration.clone().unwrap(),
            request.bar_size_setting.clone().unwrap(),
            request.what_to_show.clone().unwrap(),
            request.use_rth.unwrap_or(false)
        );
        let price = request.what_to_show.clone().unwrap();
        self.note(Kind::Bars, &symbol, text.clone());
        if self.is_too_much(&format!("{symbol} {text}"), &format!("{symbol} {price}"), 1) {
            return self.pacing(id);
        }
        let answer = bars::answer(&self.state.lock().unwrap().market, request);
        match answer {
            Ok(bars) => {
                let day = "20240101-00:00:00".to_owned();
                let end = HistoryEnd { req_id: Some(id), start: Some(day.clone()), end: Some(day) };
                let data = History { req_id: Some(id), bars };
                let frames = vec![frame(tells::HISTORY, &data), frame(tells::HISTORY_END, &end)];
                self.deliver(Kind::Bars, id, frames)
            }
            Err((code, text)) => {
                let frames = vec![error_frame(id, code, &text)];
                self.deliver(Kind::Bars, id, frames)
            }
        }
    }

    fn head(&mut self, request: &HeadRequest) -> Sent {
        let symbol = request.contract.clone().unwrap().symbol.unwrap();
        let id = request.req_id.unwrap();
        let price = request.what_to_show.clone().unwrap();
        self.note(Kind::Head, &symbol, price.clone());
        if self.is_too_much(&format!("{symbol} head"), &format!("{symbol} {price}"), 1) {
            return self.pacing(id);
        }
        let listed = self.state.lock().unwrap().market.listed.get(&symbol).copied();
        let first = listed.unwrap_or_else(|| "1990-01-02".parse().unwrap());
        let head = at(first, (9, 30)).to_string();
        let head = Head { req_id: Some(id), head_timestamp: Some(head) };
        self.deliver(Kind::Head, id, vec![frame(tells::HEAD, &head)])
    }

    fn ticks(&mut self, request: &TicksRequest) -> Sent {
        let symbol = request.contract.clone().unwrap().symbol.unwrap();
        let id = request.req_id.unwrap();
        let price = request.what_to_show.clone().unwrap();
        let text = format!("{} {price}", request.start_date_time.clone().unwrap());
        self.note(Kind::Ticks, &symbol, text.clone());
        let weight = if price == "BID_ASK" { 2 } else { 1 };
        if self.is_too_much(&format!("{symbol} {text}"), &format!("{symbol} {price}"), weight) {
            return self.pacing(id);
        }
        let market = self.state.lock().unwrap().market.clone();
        let answer = if price == "BID_ASK" {
            let ticks = ticks::quotes(&market, request);
            let half = ticks.len() / 2;
            let part = |ticks: &[_], is_done| {
                let ticks = ticks.to_vec();
                frame(tells::QUOTES, &Quotes { req_id: Some(id), ticks, is_done: Some(is_done) })
            };
            // In two batches, as it may come.
            vec![part(&ticks[..half], false), part(&ticks[half..], true)]
        } else {
            let ticks = ticks::trades(&market, request);
            vec![frame(tells::TRADES, &Trades { req_id: Some(id), ticks, is_done: Some(true) })]
        };
        self.deliver(Kind::Ticks, id, answer)
    }

    /// Sends an answer, or what the script has instead.
    fn deliver(&mut self, kind: Kind, id: i32, answer: Vec<Vec<u8>>) -> Sent {
        let fault = self.state.lock().unwrap().fault(kind);
        match fault {
            Some(Fault::Error(code, text)) => {
                self.close_request(kind);
                self.error(id, code, &text)
            }
            Some(Fault::Silence) => Ok(()),
            Some(Fault::Freeze) => {
                self.is_frozen = true;
                Ok(())
            }
            Some(Fault::CutOff) => {
                let all = answer.concat();
                self.close_request(kind);
                self.send(&all[..all.len() / 2])?;
                Err(std::io::ErrorKind::ConnectionAborted.into())
            }
            Some(Fault::Nonsense) => {
                self.close_request(kind);
                // The number of the request, then a list whose end is missing.
                let mut nonsense = frame(tells::HISTORY, &RequestNumber { req_id: Some(id) });
                nonsense.extend_from_slice(&[0x12, 0x7f]);
                let length = u32::try_from(nonsense.len() - 4).unwrap().to_be_bytes();
                nonsense[..4].copy_from_slice(&length);
                self.send(&nonsense)
            }
            Some(Fault::Drop) => {
                self.close_request(kind);
                Err(std::io::ErrorKind::ConnectionAborted.into())
            }
            Some(Fault::Notices(notices)) => {
                for (code, text) in notices {
                    self.error(-1, code, &text)?;
                }
                self.close_request(kind);
                self.send(&answer.concat())
            }
            Some(Fault::Late(millis)) => {
                let mut stream = self.stream.try_clone()?;
                let state = Arc::clone(&self.state);
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(millis));
                    let mut state = state.lock().unwrap();
                    state.close_request(kind);
                    // Under the lock, so that no other answer comes in between.
                    let _ = stream.write_all(&answer.concat());
                });
                Ok(())
            }
            None => {
                self.close_request(kind);
                self.send(&answer.concat())
            }
        }
    }

    fn close_request(&self, kind: Kind) {
        self.state.lock().unwrap().close_request(kind);
    }

    fn is_too_much(&self, text: &str, series: &str, weight: u32) -> bool {
        let mut state = self.state.lock().unwrap();
        let rules = state.rules;
        state.ledger.request(&rules, text, series, weight) && state.is_strict
    }

    fn pacing(&mut self, id: i32) -> Sent {
        self.close_request(Kind::Bars);
        let text = "Historical Market Data Service error message:Historical data request pacing \
                    violation";
        self.error(id, 162, text)
    }

    fn error(&mut self, id: i32, code: i32, text: &str) -> Sent {
        self.send(&error_frame(id, code, text))
    }

    fn send(&mut self, bytes: &[u8]) -> Sent {
        let _guard = self.state.lock().unwrap();
        self.stream.write_all(bytes)
    }

    fn note(&self, kind: Kind, symbol: &str, text: String) {
        let seen = Seen { kind, symbol: symbol.to_owned(), text };
        self.state.lock().unwrap().seen.push(seen);
    }
}

impl State {
    fn message(&mut self) {
        let rules = self.rules;
        self.ledger.message(&rules);
    }

    fn fault(&mut self, kind: Kind) -> Option<Fault> {
        let index = self.faults.iter().position(|(waits_for, _)| *waits_for == kind)?;
        Some(self.faults.remove(index).1)
    }

    fn close_request(&mut self, kind: Kind) {
        if kind != Kind::Contract {
            self.ledger.open = self.ledger.open.saturating_sub(1);
        }
    }
}

/// An error or notice as the gateway sends it.
pub fn error_frame(id: i32, code: i32, text: &str) -> Vec<u8> {
    let error = ErrorMessage {
        id: Some(id),
        error_time: Some(1_787_603_266_361),
        error_code: Some(code),
        error_msg: Some(text.to_owned()),
    };
    frame(tells::ERROR, &error)
}

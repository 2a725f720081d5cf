//! A simulated gateway that runs until it is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::clock::VenueClock;
use super::super::desk::{Desk, DeskOptions};
use super::super::fault_port::NoFaults;
use super::connection::{lock, serve};
use super::gateway::Gateway;
use super::options::SimOptions;
use crate::base::{Interrupt, Stopwatch, Timestamp, write_atomic};
use crate::connectors::simulated::brokerage::{Brokerage, Position, VirtualMarket};

/// How often time passes at the gateway.
const TICK: Duration = Duration::from_millis(50);
/// Seconds between two versions of the file of truth.
const TRUTH_S: f64 = 1.0;

/// A gateway on a port of this machine, with a market and an account behind it.
pub struct GatewaySim {
    address: SocketAddr,
    gateway: Arc<Mutex<Gateway>>,
    ground_truth: Option<PathBuf>,
}

impl GatewaySim {
    /// Starts to listen.
    ///
    /// # Errors
    /// If the port is taken.
    pub fn start(options: SimOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let address = listener.local_addr()?;
        let ground_truth = options.ground_truth.clone();
        let version_max = options.server_version_max;
        let gateway = Arc::new(Mutex::new(build(options)));
        let shared = Arc::clone(&gateway);
        std::thread::spawn(move || listen(&listener, version_max, &shared));
        let shared = Arc::clone(&gateway);
        let truth = ground_truth.clone();
        std::thread::spawn(move || run(&shared, truth));
        Ok(Self { address, gateway, ground_truth })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Runs until somebody asks to stop.
    ///
    /// # Errors
    /// If the file of truth cannot be written.
    pub fn wait(self, stop: &Interrupt) -> io::Result<()> {
        while stop.stop_requested().is_none() {
            std::thread::sleep(TICK);
        }
        self.write_truth()
    }

    /// Everything that really happened, as comma-separated values.
    #[must_use]
    pub fn truth_csv(&self) -> String {
        lock(&self.gateway).desk.house().truth_csv()
    }

    /// What time it is at the venue.
    #[must_use]
    pub fn venue_time(&self) -> Timestamp {
        lock(&self.gateway).now()
    }

    /// Asks the house behind the gateway.
    pub fn with_house<T>(&self, ask: impl FnOnce(&Brokerage) -> T) -> T {
        ask(lock(&self.gateway).desk.house())
    }

    /// Connections so far, those that are gone included.
    #[must_use]
    pub fn connections(&self) -> u64 {
        lock(&self.gateway).num_connections
    }

    /// Cuts all connections, as a restart does that takes no time.
    pub fn drop_connections(&self) {
        for connection in lock(&self.gateway).connections.values() {
            connection.outbox.cut();
        }
    }

    fn write_truth(&self) -> io::Result<()> {
        let Some(path) = &self.ground_truth else { return Ok(()) };
        write_atomic(path, self.truth_csv().as_bytes()).map_err(io::Error::other)
    }
}

impl std::fmt::Debug for GatewaySim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewaySim").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Drop for GatewaySim {
    fn drop(&mut self) {
        // What cannot be written now could not be written before either.
        let _ = self.write_truth();
        {
            let mut gateway = lock(&self.gateway);
            gateway.is_over = true;
            for connection in gateway.connections.values() {
                connection.outbox.cut();
            }
            gateway.connections.clear();
        }
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

fn build(options: SimOptions) -> Gateway {
    let market = VirtualMarket::new(options.seed, options.calendar);
    let mut house = Brokerage::new(market, options.cash);
    for (symbol, quantity, average_cost) in options.positions {
        house = house.with_position(symbol, Position { quantity, average_cost });
    }
    let clock = VenueClock::new(options.clock, options.speed);
    house.advance(clock.now());
    let desk = DeskOptions {
        accounts: options.accounts,
        is_read_only: options.is_read_only,
        rights: options.market_data.into(),
    };
    Gateway {
        clock,
        desk: Desk::new(house, desk),
        faults: options.faults.unwrap_or_else(|| Box::new(NoFaults)),
        connections: std::collections::BTreeMap::new(),
        record: options.record,
        queue: std::collections::VecDeque::new(),
        num_connections: 0,
        num_received: 0,
        num_sent: 0,
        down_until: 0.0,
        watch: Stopwatch::start(),
        is_over: false,
    }
}

fn listen(listener: &TcpListener, version_max: i32, gateway: &Arc<Mutex<Gateway>>) {
    for stream in listener.incoming() {
        let (is_over, is_down) = {
            let gateway = lock(gateway);
            (gateway.is_over, gateway.is_down())
        };
        if is_over {
            return;
        }
        let Ok(stream) = stream else { continue };
        if is_down {
            // Nobody is at home: the client sees the connection close.
            continue;
        }
        let shared = Arc::clone(gateway);
        std::thread::spawn(move || serve(stream, version_max, &shared));
    }
}

/// Lets time pass, and keeps the file of truth fresh.
fn run(gateway: &Arc<Mutex<Gateway>>, truth: Option<PathBuf>) {
    let mut written = (0, Stopwatch::start());
    loop {
        std::thread::sleep(TICK);
        let mut locked = lock(gateway);
        if locked.is_over {
            return;
        }
        locked.tick();
        let Some(path) = &truth else { continue };
        if written.1.seconds() < TRUTH_S {
            continue;
        }
        let text = locked.desk.house().truth_csv();
        drop(locked);
        if text.len() != written.0 {
            // It is written once more at the end, where a failure is told.
            let _ = write_atomic(path, text.as_bytes());
        }
        written = (text.len(), Stopwatch::start());
    }
}

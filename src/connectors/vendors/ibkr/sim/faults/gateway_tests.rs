//! Scripts at work in a gateway, as a client of text sees it.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::super::{GatewaySim, SimOptions};
use super::{GatewayFaultFamily, GatewayFaultPlan, GatewayFaults};

/// Version 157 has the fewest fields of those that can ask for completed orders.
const VERSION: i32 = 157;

/// A client that speaks rows of text.
struct Client(TcpStream);

impl Client {
    /// The greeting, and the replies until the next valid id.
    fn connect(gateway: &GatewaySim, client_id: i32) -> io::Result<Self> {
        let mut stream = TcpStream::connect(gateway.address())?;
        stream.set_read_timeout(Some(Duration::from_secs(3)))?;
        stream.write_all(b"API\0")?;
        let mut client = Self(stream);
        client.frame(format!("v100..{VERSION}").as_bytes())?;
        let greeting = client.read()?;
        assert_eq!(greeting[0], VERSION.to_string());
        client.send(&["71", "2", &client_id.to_string(), ""])?;
        client.until("9")?;
        Ok(client)
    }

    fn frame(&mut self, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        self.0.write_all(&[&length[..], body].concat())
    }

    fn send(&mut self, fields: &[&str]) -> io::Result<()> {
        self.frame(format!("{}\0", fields.join("\0")).as_bytes())
    }

    fn read(&mut self) -> io::Result<Vec<String>> {
        let mut length = [0; 4];
        self.0.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        self.0.read_exact(&mut body)?;
        let text = String::from_utf8(body).unwrap();
        Ok(text.trim_end_matches('\0').split('\0').map(str::to_owned).collect())
    }

    /// Everything up to a message of this number.
    fn until(&mut self, number: &str) -> io::Result<Vec<Vec<String>>> {
        let mut rows = Vec::new();
        loop {
            let row = self.read()?;
            let is_last = row[0] == number;
            rows.push(row);
            if is_last {
                return Ok(rows);
            }
        }
    }

    /// Sends an order for one share of SPY at a limit.
    fn order(&mut self, id: i32, limit: &str) -> io::Result<()> {
        let id = id.to_string();
        let contract = ["0", "SPY", "STK", "", "0.0", "", "", "SMART", "", "USD", "", "", "", ""];
        let terms = ["BUY", "1", "LMT", limit, "", "DAY", "", "", "", "0", "mine", "1", "0"];
        let shown = ["0", "0", "0", "0", "0", "0"];
        let allocation = ["", "0", "", "", "", "", "", "", "", "0", "", "-1", "0", "", "", "0"];
        let offsets = ["", "", "0", "0", "", "0", "", "", "", "", "", "0"];
        let volatility = ["", "", "", "", "0", "", "", ""];
        let scale = ["", "", "", "", "", "", "", "0", "", "", "0", "0", "", "", "0", "", "0"];
        let newest =
            ["0", "0", "0", "", "", "", "", "", "", "0", "", "", "", "", "", "", "", "", "0"];
        let rest: [&[&str]; 8] =
            [&contract, &terms, &shown, &allocation, &offsets, &volatility, &scale, &newest];
        let mut fields = vec!["3", &id];
        fields.extend(rest.concat());
        fields.extend(["0", "0", ""]);
        self.send(&fields)
    }
}

fn start(script: &GatewayFaults) -> GatewaySim {
    let options = SimOptions {
        faults: Some(Box::new(GatewayFaultPlan::new(script))),
        clock: Some("2024-01-10T15:30:00Z".parse().unwrap()),
        speed: 10.0,
        ..SimOptions::default()
    };
    GatewaySim::start(options).unwrap()
}

fn start_with(text: &str) -> GatewaySim {
    start(&GatewayFaults::parse(text).unwrap())
}

/// Rows of the ground truth that begin so.
fn count(gateway: &GatewaySim, begin: &str) -> usize {
    gateway.truth_csv().lines().filter(|line| line.starts_with(begin)).count()
}

#[test]
fn a_client_id_is_in_use_once() {
    let gateway = start_with("faults: [{at: {connection: 1}, do: client_id_in_use}]");
    assert!(Client::connect(&gateway, 7).is_err());
    assert!(Client::connect(&gateway, 7).is_ok());
}

#[test]
fn a_request_is_carried_out_before_the_connection_closes_unless_it_is_dropped() {
    for (more, expected) in [("", 1), ("{at: {request: place_order}, do: drop},", 0)] {
        let gateway = start_with(&format!(
            "faults: [{more} {{at: {{request: place_order}}, do: {{close: {{}}}}}}]"
        ));
        let mut client = Client::connect(&gateway, 7).unwrap();
        client.order(1, "1.0").unwrap();
        assert!(client.until("3").is_err(), "nothing is told of the order");
        let mut again = Client::connect(&gateway, 8).unwrap();
        again.send(&["16", "1"]).unwrap();
        let rows = again.until("53").unwrap();
        assert_eq!(rows.iter().filter(|row| row[0] == "5").count(), expected);
        assert_eq!(count(&gateway, "order"), expected);
    }
}

#[test]
fn an_order_is_refused_with_the_code_of_the_script() {
    let gateway = start_with(
        "faults: [{at: {request: place_order, nth: 2}, do: {reject: {code: 203, text: no}}}]",
    );
    let mut client = Client::connect(&gateway, 7).unwrap();
    client.order(1, "1.0").unwrap();
    client.until("3").unwrap();
    client.order(2, "1.0").unwrap();
    loop {
        let row = client.until("4").unwrap().pop().unwrap();
        if row[2] == "2" {
            assert_eq!((row[3].as_str(), row[4].as_str()), ("203", "no"));
            return;
        }
    }
}

#[test]
fn the_link_breaks_for_a_while() {
    let gateway = start_with(
        "faults: [{at: {time_s: 2}, do: {link_lost: {time_s: 3, data: lost}}},\
         {at: {time_s: 1}, do: {notice: {code: 2103}}}]",
    );
    let mut client = Client::connect(&gateway, 7).unwrap();
    let mut codes = Vec::new();
    while codes.last().is_none_or(|code| code != "1101") {
        codes.push(client.until("4").unwrap().pop().unwrap()[3].clone());
    }
    let ours = ["2103", "1100", "1101"];
    codes.retain(|code| ours.contains(&code.as_str()));
    assert_eq!(codes, ours);
}

/// Sends orders and asks for lists for as long as the gateway lets it.
fn trade(gateway: &GatewaySim, client_id: i32) -> io::Result<()> {
    let mut client = Client::connect(gateway, client_id)?;
    client.0.set_read_timeout(Some(Duration::from_millis(400)))?;
    for id in 0..4 {
        client.order(client_id * 10 + id, if id % 2 == 0 { "1000.0" } else { "1.0" })?;
        client.until("3")?;
        if id % 2 == 1 {
            client.send(&["4", "1", &(client_id * 10 + id).to_string()])?;
        }
    }
    client.send(&["16", "1"])?;
    client.until("53")?;
    client.send(&["7", "3", "1", "0", "", "", "", "", "", ""])?;
    client.until("55")?;
    Ok(())
}

/// Whatever goes wrong, the gateway lives on, lets clients in again, and counts every fill once.
fn survive(seed: u64) {
    let script = GatewayFaults::random(seed, &GatewayFaultFamily::ALL);
    let gateway = start(&script);
    for client_id in 1..=3 {
        let _ = trade(&gateway, client_id);
    }
    let is_alive = (0..20).any(|attempt| {
        std::thread::sleep(Duration::from_millis(50));
        Client::connect(&gateway, 100 + attempt).is_ok()
    });
    assert!(is_alive, "seed {seed}: {script:?}");
    let truth = gateway.truth_csv();
    let fills = truth.lines().filter(|line| line.starts_with("fill,"));
    let mut ids: Vec<&str> = fills.map(|line| line.split(',').nth(8).unwrap()).collect();
    let num_fills = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), num_fills, "seed {seed}: {script:?}");
}

#[test]
fn a_gateway_outlives_every_script() {
    std::thread::scope(|scope| {
        for worker in 0..8 {
            scope.spawn(move || (0..5).for_each(|index| survive(worker * 5 + index)));
        }
    });
}

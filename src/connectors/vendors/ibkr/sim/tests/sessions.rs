use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_connects_and_asks_for_the_time() {
    let gateway = start(options());
    let client = connect(&gateway, 7).await;
    assert_eq!(client.server_version(), 226);
    assert_eq!(client.handshake_managed_accounts(), [ACCOUNT]);
    assert_eq!(client.next_order_id(), 1);
    assert_eq!(within(client.next_valid_order_id()).await.unwrap(), 1);
    assert_eq!(within(client.managed_accounts()).await.unwrap(), [ACCOUNT]);
    let time = within(client.server_time()).await.unwrap();
    let millis = within(client.server_time_millis()).await.unwrap();
    assert_eq!(time.date().to_string(), "2024-01-10");
    assert!((millis - time).whole_seconds() < 60);
    assert!(client.connection_time().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_id_is_taken_once_and_free_again_afterwards() {
    let gateway = start(options());
    let first = connect(&gateway, 7).await;
    let error = within(try_connect(&gateway, 7)).await.err().unwrap();
    assert!(matches!(error, ibapi::Error::ClientIdInUse { .. }), "{error:?}");
    let other = connect(&gateway, 8).await;
    assert!(other.is_connected());
    first.disconnect().await;
    drop(first);
    for _ in 0..50 {
        if try_connect(&gateway, 7).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the client id stays taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_frame_is_recorded_and_the_truth_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let truth = folder.path().join("truth.csv");
    let record = Some(folder.path().join("frames"));
    let gateway = start(SimOptions { record, ground_truth: Some(truth.clone()), ..options() });
    let client = connect(&gateway, 7).await;
    within(client.server_time()).await.unwrap();
    drop(client);
    drop(gateway);
    let path = folder.path().join("frames/connection-0001.jsonl");
    let lines: Vec<serde_json::Value> = std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 6);
    assert_eq!(lines[0]["direction"], "client");
    assert_eq!(lines[1]["direction"], "server");
    assert!(lines[1]["time"].as_str().unwrap().starts_with("2024-01-10T15:"));
    assert!(std::fs::read_to_string(truth).unwrap().starts_with("row,time,number"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_gateway_is_told_apart() {
    let gateway = start(SimOptions { server_version_max: 176, ..options() });
    let error = within(try_connect(&gateway, 7)).await.err().unwrap();
    assert!(!error.to_string().is_empty());
}

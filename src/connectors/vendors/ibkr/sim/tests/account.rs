use ibapi::accounts::types::{AccountGroup, AccountId};
use ibapi::accounts::{AccountSummaryResult, AccountUpdate, PositionUpdate};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn summary_updates_and_positions() {
    let positions = vec![("IWM".parse().unwrap(), 10.0, 150.0)];
    let gateway = start(SimOptions { positions, ..options() });
    let client = connect(&gateway, 7).await;

    let tags = ["NetLiquidation", "TotalCashValue", "BuyingPower"];
    let mut summary =
        within(client.account_summary(&AccountGroup::from("All"), &tags)).await.unwrap();
    let mut rows = Vec::new();
    while let Some(item) = within(summary.next_data()).await {
        match item.unwrap() {
            AccountSummaryResult::Summary(row) => rows.push(row),
            AccountSummaryResult::End => break,
        }
    }
    let found: Vec<&str> = rows.iter().map(|row| row.tag.as_str()).collect();
    assert_eq!(found, tags);
    assert_eq!(rows[1].value, "100000.00");
    assert_eq!(rows[1].currency, "USD");

    let mut updates = within(client.account_updates(&AccountId::from(ACCOUNT))).await.unwrap();
    let (mut values, mut held, mut times) = (0, Vec::new(), 0);
    while let Some(item) = within(updates.next_data()).await {
        match item.unwrap() {
            AccountUpdate::AccountValue(_) => values += 1,
            AccountUpdate::PortfolioValue(value) => held.push(value),
            AccountUpdate::UpdateTime(_) => times += 1,
            AccountUpdate::End => break,
        }
    }
    assert!(values > 15 && times == 1, "{values} {times}");
    assert_eq!((held[0].contract.symbol.to_string().as_str(), held[0].position), ("IWM", 10.0));
    assert_eq!(held[0].average_cost, 150.0);

    let mut positions = within(client.positions()).await.unwrap();
    let mut found = Vec::new();
    while let Some(item) = within(positions.next_data()).await {
        match item.unwrap() {
            PositionUpdate::Position(position) => found.push(position),
            PositionUpdate::PositionEnd => break,
        }
    }
    assert_eq!((found.len(), found[0].position, found[0].account.as_str()), (1, 10.0, ACCOUNT));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn profit_and_loss_of_account_and_position() {
    let positions = vec![("IWM".parse().unwrap(), 10.0, 150.0)];
    let gateway = start(SimOptions { positions, ..options() });
    let client = connect(&gateway, 7).await;
    let account = AccountId::from(ACCOUNT);
    let mut pnl = within(client.pnl(&account, None)).await.unwrap();
    let all = within(pnl.next_data()).await.unwrap().unwrap();
    assert!(all.unrealized_pnl.is_some());
    let details = within(client.contract_details(&Contract::stock("IWM").build())).await.unwrap();
    let contract_id = details[0].contract.contract_id;
    let mut single = within(client.pnl_single(&account, contract_id.into(), None)).await.unwrap();
    let one = within(single.next_data()).await.unwrap().unwrap();
    assert_eq!(one.position, 10.0);
    // They go on.
    within(pnl.next_data()).await.unwrap().unwrap();
}

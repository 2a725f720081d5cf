"""The market and the account of `agents/quickstart.yaml`, rebuilt for Stable-Baselines3.

The rows come from the releat binary itself (`fetch` and `features`); the account follows its rules: orders are
sized at the close of a row, filled at the open of the next, and costs leave the account. Nothing is shared with
releat but these files, so equal figures of the oracle and the baselines show that the two accounts are one.
"""

import datetime
import json
import math
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import gymnasium
import numpy as np
import pyarrow.parquet as pq
import yaml
from stable_baselines3.common.vec_env import VecEnv

INITIAL_EQUITY = 100_000.0
EMBARGO_BARS = 5          # releat's default `data.embargo_bars`
RUIN_FRAC = 0.1
MIN_ORDER_FRAC = 5e-6     # smaller orders are not sent


@dataclass(frozen=True)
class Market:
    """Prices and features, one row per decision time; T rows, S symbols."""

    settings: dict            # the agent file
    days: np.ndarray          # [T] session of each row
    open: np.ndarray          # [T, S] adjusted for splits
    close: np.ndarray         # [T, S]
    volume: np.ndarray        # [T, S] adjusted for splits
    features: np.ndarray      # [T, F] float32, transforms fitted on the training range

    @property
    def cost_fraction(self) -> float:
        """What a traded unit of notional costs."""
        costs = self.settings["env"]["costs"]
        bps = costs["commission_bps"] + costs["half_spread_bps"] + costs["slippage"]["constant_bps"]
        return bps * 1e-4

    @property
    def episode_bars(self) -> int:
        return self.settings["env"]["episode"]["length_bars"]

    def rows(self, key: str, embargo: int = EMBARGO_BARS) -> range:
        """The rows of `data.train`, `data.validation` or `data.test`, less the first `embargo`."""
        first, last = (datetime.date.fromisoformat(day) for day in self.settings["data"][key].split(".."))
        start, end = np.searchsorted(self.days, [np.datetime64(first), np.datetime64(last) + 1])
        return range(int(start) + embargo, int(end))


def load_market(releat: Path, agent: Path) -> Market:
    """Makes the market of an agent file in a temporary folder and reads it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(agent, Path(folder) / "agent.yaml")
        for command in (["fetch"], ["features", "--output", "features.parquet"]):
            arguments = [str(releat.resolve()), *command, "--config", "agent.yaml", "--quiet"]
            subprocess.run(arguments, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return _read(Path(folder), yaml.safe_load(agent.read_text()))


def _read(folder: Path, settings: dict) -> Market:
    symbols = settings["universe"]["symbols"]
    features = pq.read_table(folder / "features.parquet")
    values = np.stack([column.to_numpy() for column in features.columns[1:]], 1).astype(np.float32)
    ready = int(np.argmax(np.isfinite(values).all(1)))
    bars = [_bars(next(folder.glob(f"data/lake/*/{symbol}/1d"))) for symbol in symbols]
    days = bars[0]["day"]
    assert all(np.array_equal(one["day"], days) for one in bars) and len(values) == len(days)
    stacked = {name: np.stack([one[name] for one in bars], 1)[ready:] for name in ("open", "close", "volume")}
    return Market(settings, days[ready:], features=values[ready:], **stacked)


def _bars(folder: Path) -> dict[str, np.ndarray]:
    """The bars of one symbol; a split multiplies prices and divides volume from its day on."""
    years = [pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]
    bars = {name: np.concatenate([year[name].to_numpy() for year in years]) for name in ("open", "close", "volume")}
    opened = np.concatenate([year["open_time"].to_numpy() for year in years])
    days = opened.astype("datetime64[D]")
    factor = np.ones(len(days))
    recorded = folder / "actions.json"     # absent where nothing happened
    for action in json.loads(recorded.read_text())["actions"] if recorded.exists() else []:
        factor[days >= np.datetime64(action["ex_date"])] *= action["kind"]["split"]["ratio"]
    return {"day": days, "open": bars["open"] * factor, "close": bars["close"] * factor,
            "volume": bars["volume"] / factor}


class Accounts:
    """N accounts under releat's rules. Actions: 0 holds, 1 goes to cash, 1 + s to symbol s alone."""

    def __init__(self, market: Market, num_envs: int):
        self.market = market
        self.num_symbols = market.close.shape[1]
        self.rows = np.zeros(num_envs, dtype=np.int64)
        self.cash = np.zeros(num_envs)
        self.quantity = np.zeros((num_envs, self.num_symbols))
        self.entry = np.zeros((num_envs, self.num_symbols))
        self.bars_held = np.zeros((num_envs, self.num_symbols))
        self.peak = np.zeros(num_envs)

    def reset(self, which: np.ndarray, rows: np.ndarray | int) -> None:
        """All cash at `rows`."""
        self.rows[which] = rows
        self.cash[which] = self.peak[which] = INITIAL_EQUITY
        self.quantity[which] = self.entry[which] = self.bars_held[which] = 0.0

    def equity(self) -> np.ndarray:
        return self.cash + (self.quantity * self.market.close[self.rows]).sum(1)

    def weights(self) -> np.ndarray:
        """Fractions of equity, cash first: `[N, 1 + S]`."""
        values = np.column_stack([self.cash, self.quantity * self.market.close[self.rows]])
        return values / self.equity()[:, None]

    def step(self, actions: np.ndarray) -> np.ndarray:
        """Trades at the next open and lives to the next close; returns log growth of equity: `[N]`."""
        market, before = self.market, self.equity()
        price = market.close[self.rows]
        target = (actions[:, None] - 2 == np.arange(self.num_symbols)).astype(float)
        change = target * before[:, None] - self.quantity * price
        is_sent = (np.abs(change) >= MIN_ORDER_FRAC * before[:, None]) & (target > 0.0)
        order = np.where(target == 0.0, -self.quantity, np.where(is_sent, change / price, 0.0))
        order[actions == 0] = 0.0
        self.rows += 1
        fill = market.open[self.rows]
        notional = order * fill
        self.cash -= notional.sum(1) + market.cost_fraction * np.abs(notional).sum(1)
        after = np.where(target + (actions == 0)[:, None] == 0.0, 0.0, self.quantity + order)
        grown = after > self.quantity
        average = (self.quantity * self.entry + notional) / np.where(grown, after, 1.0)
        self.entry = np.where(after == 0.0, 0.0, np.where(grown, average, self.entry))
        self.bars_held = np.where(after == 0.0, 0.0, self.bars_held + 1.0)
        self.quantity = after
        equity = self.equity()
        self.peak = np.maximum(self.peak, equity)
        return np.log(np.maximum(equity / before, 1e-6))

    def observe(self) -> np.ndarray:
        """Features, weights, gains since entry, bars held, drawdown: `[N, F + 3(1 + S) - 1]`."""
        price = self.market.close[self.rows]
        is_held = self.quantity != 0.0
        gain = np.where(is_held, price / np.where(is_held, self.entry, 1.0) - 1.0, 0.0)
        drawdown = 1.0 - self.equity() / self.peak
        block = [
            np.clip(self.weights(), -5.0, 5.0), np.clip(10.0 * gain, -2.0, 2.0),
            np.minimum(0.01 * self.bars_held, 2.0), np.minimum(5.0 * drawdown, 2.0)[:, None],
        ]
        return np.column_stack([self.market.features[self.rows], *block]).astype(np.float32)


class PlantedEnv(VecEnv):
    """N training environments that step together in NumPy, which is far faster than N Python objects.

    Episodes begin anywhere in the training range and are cut after `episode.length_bars`.
    """

    render_mode = None

    def __init__(self, market: Market, num_envs: int, seed: int):
        self.accounts = Accounts(market, num_envs)
        self.training = market.rows("train", embargo=0)
        self.num_starts = len(self.training) - market.episode_bars
        self.scale = market.settings["env"]["reward"]["log_return"]["scale"]
        self.steps = np.zeros(num_envs, dtype=np.int64)
        self.rng = np.random.default_rng(seed)
        width = market.features.shape[1] + 3 * (1 + self.accounts.num_symbols) - 1
        space = gymnasium.spaces.Box(-5.0, 5.0, (width,), np.float32)
        super().__init__(num_envs, space, gymnasium.spaces.Discrete(2 + self.accounts.num_symbols))

    def _begin(self, which: np.ndarray) -> None:
        starts = self.training.start + self.rng.integers(self.num_starts, size=len(which))
        self.accounts.reset(which, starts)
        self.steps[which] = 0

    def reset(self) -> np.ndarray:
        self._begin(np.arange(self.num_envs))
        return self.accounts.observe()

    def step_async(self, actions: np.ndarray) -> None:
        self.actions = actions

    def step_wait(self):
        reward = self.scale * self.accounts.step(self.actions)
        self.steps += 1
        is_ruined = self.accounts.equity() < RUIN_FRAC * INITIAL_EQUITY
        is_cut = (self.steps >= self.accounts.market.episode_bars) & ~is_ruined
        is_over = is_ruined | is_cut
        obs = self.accounts.observe()
        infos = [{} for _ in range(self.num_envs)]
        if is_over.any():
            which = np.flatnonzero(is_over)
            for env in which:
                infos[env] = {"terminal_observation": obs[env], "TimeLimit.truncated": bool(is_cut[env])}
            self._begin(which)
            obs = self.accounts.observe()
        return obs, reward.astype(np.float32), is_over, infos

    def close(self) -> None:
        pass

    def get_attr(self, attr_name, indices=None):
        return [getattr(self, attr_name)] * self.num_envs

    def set_attr(self, attr_name, value, indices=None):
        raise NotImplementedError

    def env_method(self, method_name, *args, indices=None, **kwargs):
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * self.num_envs


def judge(market: Market, rows: range, decide) -> np.ndarray:
    """Log returns of one account that begins in cash and decides at every row but the last."""
    account = Accounts(market, 1)
    account.reset(np.arange(1), rows.start)
    return np.array([account.step(np.array([decide(account)]))[0] for _ in rows[:-1]])


def sharpe(log_returns: np.ndarray) -> float:
    """Annual Sharpe ratio of simple returns; cash earns nothing."""
    returns = np.expm1(log_returns)
    deviation = returns.std(ddof=1)
    return float(returns.mean() / deviation * math.sqrt(365.0)) if deviation > 0.0 else 0.0


def oracle(market: Market):
    """The policy of greatest long-run growth that knows the favorite, as releat's baseline `oracle` does.

    The favorite of a row is the symbol with many times its usual volume, else cash.
    """
    is_favorite = market.volume > 3.0 * np.median(market.volume, axis=0)
    favorites = np.where(is_favorite.any(1), 1 + is_favorite.argmax(1), 0)
    targets = _best_targets(market)

    def decide(account: Accounts) -> int:
        held = int(account.weights()[0].argmax())
        target = int(targets[favorites[account.rows[0]], held])
        return 0 if target == held else 1 + target

    return decide


def _best_targets(market: Market) -> np.ndarray:
    """By favorite and held asset, from relative value iteration (Puterman 1994, §8.5)."""
    source = market.settings["data"]["source"]["synthetic"]
    planted, n = source["planted"], 1 + market.close.shape[1]
    edge = planted["edge_bps"] * 1e-4
    drift = np.full(n, source.get("drift_annual", 0.05) / 365.0)
    drift[0] = 0.0
    gain = np.where(np.eye(n, dtype=bool), edge, -edge / (n - 1)) + drift      # [favorite, asset]
    gain[:, 0] = 0.0
    chain = np.full((n, n), (1.0 - planted["stay"]) / (n - 1))
    np.fill_diagonal(chain, planted["stay"])
    is_risky = np.arange(n) > 0
    legs = np.where(np.eye(n, dtype=bool), 0, is_risky[:, None].astype(int) + is_risky)   # [held, target]
    switch = np.log1p(-legs * market.cost_fraction)
    values = np.zeros((n, n))                                                  # [favorite, held]
    for _ in range(10_000):
        ahead = (gain + chain @ values)[:, None, :] + switch                   # [favorite, held, target]
        values = 0.5 * (values + ahead.max(2))
        values -= values[0, 0]
    # Holding on wins a tie.
    ahead[:, np.arange(n), np.arange(n)] += 1e-12
    return ahead.argmax(2)

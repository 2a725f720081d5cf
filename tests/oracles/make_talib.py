#!/usr/bin/env python3
"""Writes the fixtures of the technical indicators and compares real data with TA-Lib.

    pip install TA-Lib==0.8.2 numpy pandas
    python tests/oracles/make_talib.py                      # writes tests/fixtures/talib
    python tests/oracles/make_talib.py --check              # exit 1 if a number would change
    python tests/oracles/make_talib.py --out DIR --seed 5 --random 300   # another set
    python tests/oracles/make_talib.py --yahoo DIR --features FILE.csv   # real data

The last form reads `SYMBOL.csv` or `SYMBOL_*.csv` files with the columns of Yahoo (Date, Open, High,
Low, Close, Volume) and the table of `releat features --raw` for an agent with `adjust: none`, whose
columns are called SYMBOL.name. It prints the largest error of each kind of column, relative to the
value, or to 1e-3 of the column's largest value where that is more (next to a zero crossing the last
bit of a price decides), and exits with 1 if one is above 1e-9.

The bars of X lie on a grid of 1/64, which binary floats hold exactly, so that TA-Lib's own running
sums are exact on its flat stretches; those of Y have six arbitrary decimals. Rolling deviations,
correlations and betas are asked of TA-Lib one window at a time, for the same reason.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy
import pandas
import talib

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/fixtures/talib"
ROWS = 600
INPUTS = ["open", "high", "low", "close", "volume"]
OUTPUTS = {
    "macd": ["macd", "signal", "histogram"],
    "adx": ["adx", "plus_di", "minus_di"],
    "aroon": ["up", "down"],
    "bollinger": ["upper", "middle", "lower"],
    "stochastic": ["k", "d"],
}
DEFAULTS = [
    {"return": {"window": 1}}, {"log_return": {"window": 5}}, {"roc": {"window": 10}},
    {"volatility": {"window": 20}}, {"z_score": {"window": 20}},
    {"z_score": {"window": 10, "input": "volume"}}, {"sma": {"window": 10}},
    {"sma": {"window": 7, "input": "volume"}}, {"ema": {"window": 21}},
    {"macd": {"fast": 12, "slow": 26, "signal": 9}}, {"rsi": {"window": 14}},
    {"adx": {"window": 14}}, {"aroon": {"window": 14}}, {"atr": {"window": 14}},
    {"bollinger": {"window": 20, "deviations": 2.0}},
    {"stochastic": {"k": 14, "smooth": 3, "d": 3}}, {"cci": {"window": 14}}, {"obv": {}},
    {"correlation": {"with": "Y", "window": 20}}, {"beta": {"with": "Y", "window": 20}},
]


def windowed(function, window, *columns):
    """Asks for the last value of each full window, so that no rounding is carried along."""
    found = numpy.full(len(columns[0]), numpy.nan)
    for end in range(window, len(found) + 1):
        found[end - 1] = function(*(column[end - window:end] for column in columns))
    return found


def returns(close):
    return (close[1:] - close[:-1]) / close[:-1]


def pair(kind, window, own, other):
    if kind == "correlation":
        both = windowed(lambda x, y: talib.CORREL(x, y, window)[-1], window, returns(own), returns(other))
        return numpy.concatenate([[numpy.nan], both])
    return windowed(lambda x, y: talib.BETA(y, x, window)[-1], window + 1, own, other)


def deviation(column, window):
    return windowed(lambda x: talib.STDDEV(x, window)[-1], window, column)


def volatility(close, window):
    both = windowed(lambda x: numpy.std(x, ddof=1), window, numpy.diff(numpy.log(close)))
    return numpy.concatenate([[numpy.nan], both])


def z_score(column, window):
    spread = deviation(column, window)
    with numpy.errstate(divide="ignore", invalid="ignore"):
        return numpy.where(spread == 0.0, 0.0, (column - talib.SMA(column, window)) / spread)


def log_return(close, window):
    return numpy.concatenate([numpy.full(window, numpy.nan), numpy.log(close[window:] / close[:-window])])


def compute(spec, bars, others):
    """The columns of one feature, in the order of OUTPUTS."""
    (kind, p), = spec.items()
    high, low, close, volume = (bars[name] for name in INPUTS[1:])
    column, w = bars[p.get("input", "close")], p.get("window")
    if kind == "macd":
        return blank(talib.MACD(close, p["fast"], p["slow"], p["signal"]))
    if kind == "adx":
        hlc = (high, low, close, w)
        return blank([talib.ADX(*hlc), talib.PLUS_DI(*hlc), talib.MINUS_DI(*hlc)])
    if kind == "aroon":
        return talib.AROON(high, low, w)[::-1]
    if kind == "bollinger":
        middle, width = talib.SMA(close, w), p["deviations"] * deviation(close, w)
        check_bands(close, p, middle, width)
        return [middle + width, middle, middle - width]
    if kind == "stochastic":
        return blank(talib.STOCH(high, low, close, p["k"], p["smooth"], 0, p["d"], 0))
    if kind in ("correlation", "beta"):
        return [pair(kind, w, close, others[p["with"]]["close"])]
    single = {
        "return": lambda: talib.ROCP(close, w), "log_return": lambda: log_return(close, w),
        "roc": lambda: talib.ROC(close, w), "volatility": lambda: volatility(close, w),
        "z_score": lambda: z_score(column, w), "sma": lambda: talib.SMA(column, w),
        "ema": lambda: talib.EMA(column, w), "rsi": lambda: talib.RSI(close, w),
        "atr": lambda: talib.ATR(high, low, close, w), "cci": lambda: talib.CCI(high, low, close, w),
        "obv": lambda: talib.OBV(close, volume),
    }
    return [single[kind]()]


def blank(columns):
    """All outputs of one feature begin together, with the last of them."""
    hidden = numpy.any([numpy.isnan(column) for column in columns], axis=0)
    return [numpy.where(hidden, numpy.nan, column) for column in columns]


def check_bands(close, p, middle, width):
    upper = talib.BBANDS(close, p["window"], p["deviations"], p["deviations"])[0]
    numpy.testing.assert_allclose(upper, middle + width, rtol=1e-6)


def names(spec):
    (kind, p), = spec.items()
    shown = [f"{v:g}" if isinstance(v, float) else str(v) for k, v in p.items() if k != "input"]
    shown += [p["input"]] if p.get("input", "close") != "close" else []
    base = "_".join([kind, *shown])
    return [f"{base}.{output}" for output in OUTPUTS[kind]] if kind in OUTPUTS else [base]


def parse(name):
    """The feature behind a column name, and which of its outputs it is."""
    kinds = "|".join(sorted({kind for spec in DEFAULTS for kind in spec}, key=len, reverse=True))
    match = re.fullmatch(rf"({kinds})(?:_(.+?))?(?:\.([a-z_]+))?", name)
    if match is None:
        return None
    kind, text, output = match.groups()
    p, parts = {}, (text or "").split("_") if text else []
    if parts and parts[-1] in INPUTS:
        p["input"] = parts.pop()
    keys = {"macd": ["fast", "slow", "signal"], "stochastic": ["k", "smooth", "d"],
            "bollinger": ["window", "deviations"], "correlation": ["with", "window"],
            "beta": ["with", "window"], "obv": []}.get(kind, ["window"])
    if len(keys) != len(parts):
        return None
    read = {"with": str, "deviations": float}
    p = {key: read.get(key, int)(part) for key, part in zip(keys, parts)} | p
    return {kind: p}, OUTPUTS[kind].index(output) if output else 0


def random_specs(rng, count):
    def window(low, high=60):
        return int(rng.integers(low, high))

    def one():
        kind = rng.choice(sorted({kind for spec in DEFAULTS for kind in spec}))
        if kind == "macd":
            fast = window(2, 20)
            return {kind: {"fast": fast, "slow": fast + window(1, 30), "signal": window(1, 15)}}
        if kind == "stochastic":
            return {kind: {"k": window(1, 40), "smooth": window(1, 6), "d": window(1, 6)}}
        if kind == "bollinger":
            return {kind: {"window": window(2), "deviations": float(rng.choice([1.0, 1.5, 2.0, 2.5]))}}
        if kind in ("correlation", "beta"):
            return {kind: {"with": "X", "window": window(2)}}
        if kind == "obv":
            return {kind: {}}
        p = {"window": window(2)}
        if kind in ("sma", "ema", "z_score"):
            p["input"] = str(rng.choice(INPUTS))
        return {kind: p}

    specs = []
    while len(specs) < count:
        spec = one()
        if spec not in specs:
            specs.append(spec)
    return specs


def make_bars(rng, digits):
    """A seeded walk with gaps between bars and two stretches on which nothing moves."""
    moves = rng.standard_t(4, ROWS) * 0.012
    moves[rng.choice(ROWS, 8, replace=False)] += rng.choice([-0.09, 0.08], 8)
    close = 100.0 * numpy.exp(numpy.cumsum(moves))
    open_ = numpy.concatenate([[100.0], close[:-1]]) * numpy.exp(rng.normal(0, 0.004, ROWS))
    high = numpy.maximum(open_, close) * numpy.exp(numpy.abs(rng.normal(0, 0.006, ROWS)))
    low = numpy.minimum(open_, close) * numpy.exp(-numpy.abs(rng.normal(0, 0.006, ROWS)))
    volume = numpy.rint(numpy.exp(rng.normal(13, 0.5, ROWS)))
    bars = {"open": open_, "high": high, "low": low, "close": close}
    if digits is None:
        bars = {name: numpy.rint(column * 64) / 64 for name, column in bars.items()}
        for start, end in [(150, 215), (400, 412)]:
            for name in bars:
                bars[name][start:end] = bars["close"][start - 1]
            volume[start:end] = 1000.0
    else:
        bars = {name: numpy.round(column, digits) for name, column in bars.items()}
    return bars | {"volume": volume}


def sampled():
    return [row for row in range(ROWS) if row < 140 or row % 4 == 0 or 205 <= row < 230]


def cells(values):
    return ",".join("" if numpy.isnan(value) else f"{value:.17g}" for value in values)


def fixture(seed, num_random):
    rng = numpy.random.default_rng(seed)
    data = {"X": make_bars(rng, None), "Y": make_bars(rng, 6)}
    lists = {"X": DEFAULTS, "Y": random_specs(rng, num_random)}
    bars = ["row,symbol,open,high,low,close,volume"]
    for row in range(ROWS):
        bars += [f"{row},{symbol}," + ",".join(f"{data[symbol][i][row]:.6f}" for i in INPUTS) for symbol in data]
    header, columns = [], []
    for symbol, specs in lists.items():
        for spec in specs:
            header += [f"{symbol}.{name}" for name in names(spec)]
            columns += list(compute(spec, data[symbol], data))
    for name, column in zip(header, columns):
        symbol, rest = name.split(".", 1)
        spec, output = parse(rest)
        again = compute(spec, data[symbol], data)[output]
        assert numpy.array_equal(again, column, equal_nan=True), name
    rows = ["row," + ",".join(header)]
    rows += [f"{row}," + cells([column[row] for column in columns]) for row in sampled()]
    listed = [f' "{symbol}": [\n  ' + ",\n  ".join(map(json.dumps, specs)) + "\n ]" for symbol, specs in lists.items()]
    return {"bars.csv": "\n".join(bars) + "\n", "features.json": "{\n" + ",\n".join(listed) + "\n}\n",
            "expected.csv": "\n".join(rows) + "\n"}


def compare_yahoo(folder, features):
    table = pandas.read_csv(features)
    days = table.iloc[:, 0].astype(str).str[:10]
    cache, worst = {}, {}

    def bars(symbol):
        if symbol not in cache:
            path, *_ = [*folder.glob(f"{symbol}.csv"), *sorted(folder.glob(f"{symbol}_*.csv"))]
            frame = pandas.read_csv(path)
            frame.columns = [str(name).lower() for name in frame.columns]
            frame.index = frame["date"].astype(str).str[:10]
            frame = frame[frame.index.isin(set(days))]
            cache[symbol] = frame, {name: frame[name].to_numpy(float) for name in INPUTS}
        return cache[symbol]

    class Others(dict):
        def __missing__(self, symbol):
            return bars(symbol)[1]

    for name in table.columns[1:]:
        symbol, rest = name.split(".", 1)
        parsed = parse(rest)
        if parsed is None:
            print(f"skipped: {name}")
            continue
        frame, own = bars(symbol)
        expected = pandas.Series(compute(parsed[0], own, Others())[parsed[1]], index=frame.index)
        found = pandas.Series(table[name].to_numpy(float), index=days)
        both = pandas.DataFrame({"found": found, "expected": expected}).dropna()
        scale = numpy.maximum(both["expected"].abs(), 1e-3 * both["expected"].abs().max())
        error = ((both["found"] - both["expected"]).abs() / scale.where(scale > 0, 1.0)).max()
        kind = next(iter(parsed[0]))
        worst[kind] = max(worst.get(kind, (0.0, "", 0)), (float(error), name, len(both)))
    for kind, (error, name, count) in sorted(worst.items()):
        print(f"{kind:12} {error:9.2e}  worst {name} ({count} rows)")
    return 1 if any(error > 1e-9 for error, _, _ in worst.values()) else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", type=int, default=24, metavar="N")
    parser.add_argument("--yahoo", type=Path, metavar="DIR")
    parser.add_argument("--features", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.yahoo:
        return compare_yahoo(options.yahoo, options.features)
    changed = 0
    for name, text in fixture(options.seed, options.random).items():
        path = options.out / name
        if options.check:
            same = path.exists() and path.read_text() == text
            print(f"{'same' if same else 'DIFFERS'}: {path}")
            changed += not same
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())

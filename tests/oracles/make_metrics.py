#!/usr/bin/env python3
"""Writes tests/fixtures/metrics: returns, benchmarks, and what empyrical-reloaded makes of them.

Run once, from any folder, in an environment with empyrical-reloaded 0.7.1 and scipy:

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install empyrical-reloaded==0.7.1 scipy
    /tmp/oracle/bin/python tests/oracles/make_metrics.py

Values are written with 17 digits. An empty value means: undefined there (NaN or infinite).
"""

import csv
import math
from pathlib import Path

import empyrical
import numpy as np
from scipy import stats

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "metrics"


def cases():
    rng = np.random.default_rng(20190102)
    market = 0.0004 + 0.01 * rng.standard_t(4, 756) / math.sqrt(2)
    agent = 0.6 * market + 0.0002 + 0.004 * rng.standard_normal(756)
    yield "daily", 252.0, 0.0, agent, market
    yield "daily_risk_free", 252.0, 0.0001, agent, market
    hourly = 0.00002 + 0.003 * rng.standard_normal(500)
    yield "hourly_around_the_clock", 8760.0, 0.0, hourly, np.roll(hourly, 3) * 1.5
    trend = np.zeros(400)
    for i in range(1, 400):
        trend[i] = 0.3 * trend[i - 1] + 0.008 * rng.standard_normal()
    yield "trending", 252.0, 0.0, trend + 0.0005, market[:400]
    yield "two_bars", 252.0, 0.0, np.array([0.02, -0.01]), np.array([0.01, 0.0])
    yield "only_gains", 252.0, 0.0, np.linspace(0.001, 0.02, 20), np.linspace(0.01, -0.01, 20)
    yield "only_losses", 52.0, 0.0, -np.linspace(0.001, 0.02, 20), np.linspace(0.01, -0.01, 20)
    yield "mostly_flat", 252.0, 0.0, np.where(np.arange(60) % 10 == 0, 0.01, 0.0) - np.where(
        np.arange(60) % 25 == 0, 0.02, 0.0), market[:60]


def expected(year, risk_free, r, b):
    note = "empyrical-reloaded"
    yield "total_return", empyrical.cum_returns_final(r), note
    yield "annual_return", empyrical.annual_return(r, annualization=year), note
    yield "annual_volatility", empyrical.annual_volatility(r, annualization=year), note
    yield "sharpe", empyrical.sharpe_ratio(r, risk_free, annualization=year), note
    yield "sortino", empyrical.sortino_ratio(r, risk_free, annualization=year), note
    yield "calmar", empyrical.calmar_ratio(r, annualization=year), note
    yield "omega", empyrical.omega_ratio(r, risk_free, annualization=year), note
    yield "max_drawdown", -empyrical.max_drawdown(r), note + ", sign turned"
    yield "var_5", empyrical.value_at_risk(r, 0.05), note
    yield "cvar_5", empyrical.conditional_value_at_risk(r, 0.05), note
    yield "tail_ratio", empyrical.tail_ratio(r), note
    yield "alpha", empyrical.alpha_aligned(r, b, risk_free, annualization=year), note
    yield "beta", empyrical.beta_aligned(r, b, risk_free), note
    yield "information_ratio", empyrical.excess_sharpe(r, b) * math.sqrt(year), (
        note + " excess_sharpe, which is per bar, times sqrt(bars per year)")
    yield "skew", stats.skew(r), "scipy.stats, bias=True"
    yield "kurtosis", stats.kurtosis(r), "scipy.stats, bias=True, excess"
    losses = -r[r < 0].sum()
    yield "profit_factor", r[r > 0].sum() / losses if losses else math.nan, "numpy"
    yield "hit_rate", (r > 0).sum() / (r != 0).sum(), "numpy"


def write(name, header, rows):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def number(value):
    value = float(value)
    return repr(value) if math.isfinite(value) else ""


def main():
    series, values = [], []
    for case, year, risk_free, r, b in cases():
        series += [(case, number(x), number(y)) for x, y in zip(r, b)]
        values.append((case, "bars_per_year", number(year), "input"))
        values.append((case, "risk_free", number(risk_free), "input, per bar"))
        with np.errstate(all="ignore"):
            values += [(case, m, number(v), d) for m, v, d in expected(year, risk_free, r, b)]
    write("returns.csv", ("case", "return", "benchmark"), series)
    write("expected.csv", ("case", "metric", "value", "definition"), values)


if __name__ == "__main__":
    main()

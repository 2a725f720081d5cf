#!/usr/bin/env python3
"""Writes tests/fixtures/metrics/overfitting.csv: selection statistics by scipy, mpmath and brute force.

Run once, from any folder, in an environment with numpy, scipy and mpmath:

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install numpy scipy mpmath
    /tmp/oracle/bin/python tests/oracles/overfitting.py

First it asserts the numbers that the papers print, to the digits that they print:

[SREF] Bailey, Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012.
[DSR]  Bailey, Lopez de Prado, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014.
[PMFC] Bailey, Borwein, Lopez de Prado, Zhu, "Pseudo-Mathematics and Financial Charlatanism", Notices AMS 61(5), 2014.
[PBO]  the same, "The Probability of Backtest Overfitting", Journal of Computational Finance 20(4), 2017.

The series of the splitting and clustering cases come from a formula (see `series`), so that no file of returns is
needed. Nothing here is shared with the Rust code.
"""

import csv
import itertools
import math
from pathlib import Path

import mpmath
import numpy as np
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

FILE = Path(__file__).resolve().parent.parent / "fixtures" / "metrics" / "overfitting.csv"
mpmath.mp.dps = 40


def cdf(x):
    return mpmath.ncdf(x)


def quantile(p):
    """By the error function's inverse in 40 digits."""
    return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(p) - 1)


def spread(sr, skew, kurt):
    return 1 - skew * sr + (kurt - 1) / 4 * sr**2


def psr(sr, bars, skew, kurt, benchmark):
    return cdf((sr - benchmark) * mpmath.sqrt(bars - 1) / mpmath.sqrt(spread(sr, skew, kurt)))


def min_trl(sr, skew, kurt, benchmark, confidence):
    return 1 + spread(sr, skew, kurt) * (quantile(confidence) / (sr - benchmark)) ** 2


def max_deviations(trials):
    n = mpmath.mpf(trials)
    return (1 - mpmath.euler) * quantile(1 - 1 / n) + mpmath.euler * quantile(1 - 1 / (n * mpmath.e))


def per(sr, bars_per_year):
    return mpmath.mpf(sr) / mpmath.sqrt(bars_per_year)


def published():
    """(case, figure, value, what the paper prints, where)"""
    month = mpmath.mpf("0.458")
    yield "sref_psr_normal", psr(month, 24, 0, 3, 0), "0.982", "[SREF] 24 monthly returns, normal"
    skewed = psr(month, 24, mpmath.mpf("-2.448"), mpmath.mpf("10.164"), 0)
    yield "sref_psr_skewed", skewed, "0.913", "[SREF] the same, skewness -2.448, kurtosis 10.164"
    level = mpmath.mpf("0.95")
    for name, bars, years in (("daily", 252, "2.73"), ("weekly", 52, "2.83"), ("monthly", 12, "3.24")):
        needed = min_trl(per(2, bars), 0, 3, per(1, bars), level) / bars
        yield f"sref_mintrl_{name}", needed, years, f"[SREF] Sharpe 2 against 1, {name}, normal, 95 %, years"
    fund = min_trl(per(2, 12), mpmath.mpf("-0.72"), mpmath.mpf("5.78"), per(1, 12), level) / 12
    yield "sref_mintrl_fund", fund, "4.99", "[SREF] the same, monthly, skewness -0.72, kurtosis 5.78, years"
    deviation = mpmath.sqrt(mpmath.mpf("0.5") / 250)
    luck = deviation * max_deviations(100)
    yield "dsr_sr0", luck, "0.1132", "[DSR] N = 100, annual V = 1/2, 250 bars a year, per bar"
    sharpe = per("2.5", 250)
    yield "dsr_100", psr(sharpe, 1250, -3, 10, luck), "0.9004", "[DSR] Sharpe 2.5, T = 1250, -3, 10"
    luck = deviation * max_deviations(46)
    yield "dsr_46", psr(sharpe, 1250, -3, 10, luck), "0.9505", "[DSR] the same for N = 46"
    luck = deviation * max_deviations(88)
    yield "dsr_88_normal", psr(sharpe, 1250, 0, 3, luck), "0.9505", "[DSR] N = 88, normal returns"
    years = max_deviations(45) ** 2
    yield "pmfc_minbtl_45", years, "5.00", "[PMFC] 45 trials and a Sharpe of 1: five years"


def series(seed, trials, bars, shared):
    """Linear congruential numbers (Park and Miller 1988), twelve of which make one nearly normal."""
    state = seed
    out = np.zeros((trials + 1, bars))
    for row in range(trials + 1):
        for bar in range(bars):
            total = 0
            for _ in range(12):
                state = state * 16807 % 2147483647
                total += state
            out[row, bar] = total / 2147483647 - 6.0
    weight = math.sqrt(shared)
    return 0.01 * (weight * out[0] + math.sqrt(1 - shared) * out[1:])


def sharpe(values):
    deviation = values.std(ddof=1)
    return values.mean() / deviation if deviation > 0 else 0.0


def cscv(returns, blocks):
    """[PBO] by brute force: every split is put together from its bars."""
    trials, bars = returns.shape
    parts = [range(b * bars // blocks, (b + 1) * bars // blocks) for b in range(blocks)]
    logits, inside, outside = [], [], []
    for chosen in itertools.combinations(range(blocks), blocks // 2):
        own = [bar for b in chosen for bar in parts[b]]
        other = [bar for b in range(blocks) if b not in chosen for bar in parts[b]]
        first = np.array([sharpe(row) for row in returns[:, own]])
        second = np.array([sharpe(row) for row in returns[:, other]])
        best = int(first.argmax())
        omega = stats.rankdata(second)[best] / (trials + 1)
        logits.append(math.log(omega / (1 - omega)))
        inside.append(first[best])
        outside.append(second[best])
    logits, outside = np.array(logits), np.array(outside)
    yield "pbo", (logits <= 0).mean()
    yield "logit_mean", logits.mean()
    yield "logit_sd", logits.std(ddof=1)
    yield "loss_probability", (outside < 0).mean()
    yield "degradation_slope", stats.linregress(inside, outside).slope


def silhouette(distance, labels):
    scores = []
    for i, own in enumerate(labels):
        mates = [j for j in range(len(labels)) if labels[j] == own and j != i]
        if not mates:
            scores.append(0.0)
            continue
        a = distance[i, mates].mean()
        b = min(distance[i, labels == other].mean() for other in set(labels) - {own})
        scores.append((b - a) / max(a, b))
    return float(np.mean(scores))


def clusters(returns):
    trials = len(returns)
    correlation = np.corrcoef(returns)
    distance = np.sqrt(np.clip((1 - correlation) / 2, 0, None))
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "average")
    best, chosen = -2.0, np.ones(trials, int)
    for count in range(2, trials):
        labels = fcluster(tree, count, "maxclust")
        score = silhouette(distance, labels)
        if score > best:
            best, kept = score, labels
    if best >= 0.25:
        chosen = kept
    effective = 0.0
    for label in set(chosen):
        own = np.flatnonzero(chosen == label)
        size = len(own)
        mean = 1.0
        if size > 1:
            mean = (correlation[np.ix_(own, own)].sum() - size) / (size * (size - 1))
        mean = min(max(mean, 0.0), 1.0)
        effective += mean + (1 - mean) * size
    yield "effective_trials", effective
    yield "clusters", len(set(chosen))
    yield "silhouette", best


def record(values):
    return sharpe(values), len(values), stats.skew(values), stats.kurtosis(values, fisher=False)


def study(returns, bars_per_year):
    """The whole judgement of the best trial."""
    figures = dict(clusters(returns))
    ratios = np.array([sharpe(row) for row in returns])
    best = returns[ratios.argmax()]
    sr, bars, skew, kurt = (mpmath.mpf(float(value)) for value in record(best))
    deviations = max_deviations(figures["effective_trials"])
    luck = mpmath.sqrt(mpmath.mpf(1) / (len(best) - 1)) * deviations
    spread_luck = float(ratios.std(ddof=1)) * deviations
    yield "sharpe", sr * mpmath.sqrt(bars_per_year)
    yield "expected_max_sharpe", luck * mpmath.sqrt(bars_per_year)
    yield "deflated_sharpe", psr(sr, bars, skew, kurt, luck)
    yield "deflated_sharpe_by_spread", psr(sr, bars, skew, kurt, spread_luck)
    yield "sharpe_spread", float(ratios.std(ddof=1)) * math.sqrt(bars_per_year)
    yield "probabilistic_sharpe", psr(sr, bars, skew, kurt, 0)
    yield "min_track_record_years", min_trl(sr, skew, kurt, 0, mpmath.mpf("0.95")) / bars_per_year
    yield "min_backtest_years", (deviations / (sr * mpmath.sqrt(bars_per_year))) ** 2


def main():
    rows = []
    for case, value, printed, source in published():
        digits = len(printed.split(".")[1])
        assert abs(float(value) - float(printed)) <= 0.5001 * 10**-digits, (case, value, printed)
        rows.append((case, "published", mpmath.nstr(value, 17), f"{source}; prints {printed}"))
    for case, seed, trials, bars, shared, blocks in (
        ("even", 11, 7, 48, 0.0, 6),
        ("uneven", 12, 5, 53, 0.4, 8),
        ("pair", 13, 2, 40, 0.0, 4),
    ):
        returns = series(seed, trials, bars, shared)
        inputs = f"seed {seed} trials {trials} bars {bars} shared {shared} blocks {blocks}"
        rows += [(case, name, repr(float(value)), inputs) for name, value in cscv(returns, blocks)]
    for case, parts in (("crowd", [(21, 12, 0.3)]), ("groups", [(22, 5, 0.9), (23, 4, 0.8), (24, 3, 0.0)])):
        returns = np.vstack([series(seed, trials, 90, shared) for seed, trials, shared in parts])
        inputs = "seed/trials/shared " + " ".join(f"{s}/{t}/{c}" for s, t, c in parts) + ", 90 bars"
        rows += [(case, name, repr(float(value)), inputs) for name, value in clusters(returns)]
        figures = study(returns, 252)
        rows += [(case, name, mpmath.nstr(mpmath.mpf(value), 17), inputs) for name, value in figures]
    with open(FILE, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("case", "figure", "value", "source"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()

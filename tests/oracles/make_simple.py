"""Makes tests/fixtures/simple/*.csv: what scipy and numpy say about the simple kinds and transforms.

Run from the repository root: pip install numpy scipy; python tests/oracles/make_simple.py
"""

from pathlib import Path

import numpy as np
from scipy import ndimage, signal, stats

OUT = Path(__file__).resolve().parent.parent / "fixtures" / "simple"
RNG = np.random.default_rng(20)


def write(name, rows):
    text = "\n".join(",".join(repr(float(x)) for x in row) for row in rows) + "\n"
    (OUT / name).write_text(text)


def walk(count, level=100.0):
    return np.round(level * np.exp(np.cumsum(RNG.standard_t(5, count) * 0.01)), 4)


def windows():
    for count in (3, 4, 8, 20, 64):
        for level in (1.0, 100.0, 25000.0):
            yield walk(count, level)
        yield np.round(RNG.gamma(2.0, 1000.0, count), 0)


def sine_fit(samples):
    """Every frequency of the grid by lstsq; the least residual wins."""
    count = len(samples)
    index = np.arange(count) - (count - 1)
    best = None
    for quarters in range(2, 33):
        frequency = quarters / 4 / count
        if frequency > 0.25:
            continue
        angle = 2 * np.pi * frequency * index
        columns = np.column_stack([np.sin(angle), np.cos(angle), np.ones(count)])
        (a, b, c), *_ = np.linalg.lstsq(columns, samples, rcond=None)
        left = samples - columns @ np.array([a, b, c])
        residual = np.sqrt(np.sum(left**2) / np.sum(samples**2))
        if best is None or residual < best[3]:
            best = (np.hypot(a, b), frequency, np.arctan2(b, a), residual)
    return best


def transforms():
    rows = []
    samples = [
        RNG.normal(0, 1, 300),
        RNG.gamma(2, 1, 400) - 1,
        -RNG.lognormal(0, 0.6, 250),
        RNG.standard_t(4, 500) * 3 + 2,
        np.concatenate([RNG.normal(-4, 1, 100), RNG.normal(6, 2, 150)]),
    ]
    for x in samples:
        x = np.round(x, 6)
        fitted = stats.yeojohnson_normmax(x)
        rows.append([fitted])
        rows.append(x)
        rows.append(stats.yeojohnson(x, fitted))
        rows.append([0.1, 99.9, 25, 50, 75, *np.percentile(x, [0.1, 99.9, 25, 50, 75])])
    for power in (-2.0, 0.0, 0.5, 1.0, 2.0, 3.5):
        x = np.round(RNG.normal(0, 2, 40), 6)
        rows += [[power], x, stats.yeojohnson(x, power)]
        rows.append([10, 90, *np.percentile(x, [10, 90])])
    return rows


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write("skew.csv", [[stats.skew(w, bias=True), *w] for w in windows()])
    write("slope.csv", [[np.polyfit(np.arange(len(w)), w, 1)[0], *w] for w in windows()])
    band = []
    bands = ((120, 0.2, 2.5, 10), (16, 0.2, 2.5, 10), (64, 0.05, 0.4, 1), (40, 1.0, 4.9, 10))
    for count, low, high, fs in (*bands, (90, 0.01, 0.02, 1)):
        sections = signal.butter(2, [low, high], "bandpass", fs=fs, output="sos")
        x = walk(count)
        band += [[low, high, fs], x, signal.sosfiltfilt(sections, x)]
    write("band.csv", band)
    smooth = []
    for sigma in (0.5, 1.0, 2.0, 7.3):
        x = walk(40, 1.0)
        near = ndimage.gaussian_filter1d(x, sigma, mode="nearest", truncate=4.0)
        smooth += [[sigma], x, near, signal.detrend(x)]
    write("smooth.csv", smooth)
    sine = []
    for count in (8, 20, 20, 33, 64, 64, 100, 100):
        x = signal.detrend(walk(count, 1.0))
        sine.append([*sine_fit(x), *x])
    write("sine.csv", sine)
    write("transforms.csv", transforms())


if __name__ == "__main__":
    main()

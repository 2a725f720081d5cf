#!/usr/bin/env python3
"""Reads one series of a lake with polars and prints its bars as CSV; docs/DATA.md describes the files.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install polars
    /tmp/oracle/bin/python tests/oracles/read_lake.py data/lake/SOURCE/SYMBOL/TIMEFRAME

The five lines below the imports are all that another program needs.
"""

import hashlib, json, pathlib, sys

import polars

folder = pathlib.Path(sys.argv[1])
manifest = json.loads((folder / "manifest.json").read_text())
files = {year: (folder / f"{year}.parquet").read_bytes() for year in manifest["years"]}
assert all(hashlib.sha256(files[year]).hexdigest() == manifest["years"][year]["sha256"] for year in files)
bars = polars.concat([polars.read_parquet(data) for data in files.values()])

assert bars.height == manifest["rows"] and bars["open_time"].is_sorted()
sys.stdout.write(bars.with_columns(polars.col("open_time", "available_at").dt.timestamp("ns")).write_csv())

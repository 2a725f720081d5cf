#!/usr/bin/env python3
"""Reads event files with TensorBoard's own EventAccumulator and prints what it understood.

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install tensorboard==2.21.0
    /tmp/oracle/bin/python tests/oracles/check_tensorboard.py FOLDER_WITH_EVENT_FILES

Exit code 1 if there is no scalar, or if a tag's steps do not increase.
"""

import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
    accumulator.Reload()
    tags = accumulator.Tags()["scalars"]
    print(f"file version {accumulator.file_version}, {len(tags)} scalar tags")
    sound = bool(tags)
    for tag in sorted(tags):
        events = accumulator.Scalars(tag)
        steps = [event.step for event in events]
        rising = all(a < b for a, b in zip(steps, steps[1:]))
        sound = sound and rising
        first, last = events[0], events[-1]
        print(f"{tag}: {len(events)} values, step {first.step}..{last.step}, "
              f"wall {first.wall_time:.3f}..{last.wall_time:.3f}, "
              f"value {first.value:.6g}..{last.value:.6g}, "
              f"steps {'increase' if rising else 'DO NOT increase'}")
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()

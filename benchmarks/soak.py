"""Kill a block job at random and start it again, for as long as one likes; count what was lost.

`make soak` runs this. Again and again a matrix of the embedded territory is computed by the command
itself, in a process of its own that is killed (SIGKILL) after a random time and started again until
it ends; some of what a dead process left is damaged in between. Then every row is held against the
same matrix computed in one go. Nothing may be lost, doubled or changed, and the bytes are the same.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import artois_mobility as am

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "scenarios" / "artois.toml"
CATEGORIES = ("care/hospital", "culture/library")
BLOCK = 24
DAMAGED_SHARE = 0.15
POLL_S = 0.05


@dataclass
class Tally:
    """What happened so far."""

    rounds: int = 0
    kills: int = 0
    damages: int = 0
    unlike: int = 0
    rows: Counter = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=10)
    parser.add_argument("--output", type=Path, help="where the figures go")
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory(prefix="artois-soak-") as place:
        os.environ["ARTOIS_CACHE"] = str(Path(place) / "cache")
        run(Path(place) / "whole").wait()  # builds the network and keeps it
        began = time.monotonic()
        run(Path(place) / "out").wait()
        usual_s = time.monotonic() - began
        whole = am.read_blocks(Path(place) / "whole")
        expected = digest(Path(place) / "whole")
        tally, began = Tally(), time.monotonic()
        while time.monotonic() - began < arguments.minutes * 60:
            soak_once(Path(place) / "out", draw, usual_s, tally)
            compare(Path(place) / "out", whole, expected, tally)
        text = tell(tally, len(whole), time.monotonic() - began)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    sys.exit(bool(tally.unlike or sum(tally.rows.values())))


def run(folder: Path) -> subprocess.Popen:
    """Start the command."""
    asked = [part for category in CATEGORIES for part in ("--category", category)]
    command = [
        sys.executable, "-m", "artois_mobility", "blocks", "matrix", str(STUDY), "--profile",
        "walk", *asked, "--block", str(BLOCK), "--output", str(folder), "--quiet",
    ]  # fmt: skip
    return subprocess.Popen(command)


def soak_once(folder: Path, draw: random.Random, usual_s: float, tally: Tally) -> None:
    """Kill and start again until the result is whole."""
    shutil.rmtree(folder, ignore_errors=True)
    tally.rounds += 1
    while True:
        process = run(folder)
        if not is_killed(process, folder, draw, usual_s):
            assert process.returncode == 0, f"the command ended with {process.returncode}"
            return
        tally.kills += 1
        tally.damages += damage(folder, draw)


def is_killed(process: subprocess.Popen, folder: Path, draw: random.Random, usual_s: float) -> bool:
    """Kill at any time, or some time behind the next part, unless the command ends before."""
    before = set(folder.glob("part-*"))
    waits_for_part = draw.random() < 0.7
    left_s = draw.uniform(0.0, 0.2 if waits_for_part else 0.9) * usual_s
    while left_s > 0:
        try:
            process.wait(timeout=POLL_S)
        except subprocess.TimeoutExpired:
            if not waits_for_part or set(folder.glob("part-*")) - before:
                left_s -= POLL_S
                waits_for_part = False
            continue
        return False
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def damage(folder: Path, draw: random.Random) -> bool:
    """Now and then cut or change a file that lies there."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if not files or draw.random() > DAMAGED_SHARE:
        return False
    path = draw.choice(files)
    content = bytearray(path.read_bytes())
    if content and draw.random() < 0.5:
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
    else:
        path.write_bytes(content[: len(content) // 2])
    return True


def compare(folder: Path, whole, expected: str, tally: Tally) -> None:
    """Hold every row against that of the matrix in one go."""
    found = am.read_blocks(folder)
    tally.unlike += digest(folder) != expected
    pairs, wanted = pairs_of(found, whole), pairs_of(whole, whole)
    tally.rows["doubled"] += pairs.size - np.unique(pairs).size
    tally.rows["lost"] += int((~np.isin(wanted, pairs)).sum())
    if pairs.size == wanted.size:
        minutes = (table["minutes"].to_numpy() for table in (found, whole))
        same = np.array_equal(*minutes, equal_nan=True) and np.array_equal(pairs, wanted)
        tally.rows["changed"] += 0 if same else wanted.size


def pairs_of(table, whole) -> np.ndarray:
    """Number the pairs of a table; one that the whole matrix does not have is negative."""
    here, there = (
        table[name].cat.set_categories(whole[name].cat.categories).cat.codes.to_numpy(np.int64)
        for name in ("origin", "destination")
    )
    return np.where((here < 0) | (there < 0), -1, here * len(whole) + there)


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def tell(tally: Tally, row_count: int, seconds: float) -> str:
    lines = [
        f"date       {datetime.now(UTC):%Y-%m-%d}",
        f"minutes    {seconds / 60:.1f}",
        f"job        matrix of {row_count} rows in blocks of {BLOCK} origins, by the command",
        f"rounds     {tally.rounds} ended, {tally.kills} kills, {tally.damages} files damaged",
        f"rows lost  {tally.rows['lost']}",
        f"doubled    {tally.rows['doubled']}",
        f"changed    {tally.rows['changed']}",
        f"bytes      {tally.rounds - tally.unlike} of {tally.rounds} results the same",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()

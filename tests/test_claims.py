"""Folders and keys are held by one process at a time, also while their locks are removed."""

import subprocess
import sys

import pytest

HAMMER = """
import os, sys, time
from pathlib import Path
from artois_mobility.caching.shelf import clear_entries, locked
from artois_mobility.errors import InputError
from artois_mobility.storage.claims import claimed

folder, inside = Path(sys.argv[2]), Path(sys.argv[3])
key = "a" * 64
hold = {"folder": lambda: claimed(folder), "key": lambda: locked(folder, key)}[sys.argv[1]]
print("ready", flush=True)
sys.stdin.readline()
alone, end = 0, time.monotonic() + 2
while time.monotonic() < end:
    try:
        with hold():
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))  # fails where somebody else is
            time.sleep(0.001)
            inside.unlink()
            alone += 1
    except InputError:
        pass
    if sys.argv[1] == "key":
        clear_entries(folder)
print(alone)
"""


@pytest.mark.parametrize("what", ["folder", "key"])
def test_nobody_is_ever_inside_with_another(tmp_path, what):
    command = [sys.executable, "-c", HAMMER, what, str(tmp_path / "out"), str(tmp_path / "inside")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    running = [subprocess.Popen(command, text=True, **pipes) for _ in range(3)]
    for each in running:
        assert each.stdout.readline() == "ready\n"
    for each in running:
        each.stdin.write("go\n")
        each.stdin.flush()
    ended = [each.communicate(timeout=60) for each in running]
    assert [error for _, error in ended] == [""] * 3
    assert sum(int(alone) for alone, _ in ended) > 20

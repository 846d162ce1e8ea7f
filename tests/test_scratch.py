"""What killed readers left is removed by the next, what others use is not."""

import os
import subprocess
import sys
import time

import pytest

from artois_mobility.osm import scratch
from artois_mobility.osm.scratch import open_scratch

HOLD = """
import pathlib, time
from artois_mobility.osm.scratch import open_scratch
with open_scratch() as folder:
    (folder / "nodes.opl").write_text("n1")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "OLDEST_UNLOCKED_S", -1.0)
    return tmp_path


def test_the_next_removes_what_a_killed_one_left_and_not_what_is_used(temporary):
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env=environment
    ) as holder:
        place = holder.stdout.readline().strip()
        with open_scratch() as own:
            assert {str(each) for each in temporary.iterdir()} == {place, str(own)}
        holder.kill()
    assert [str(each) for each in temporary.iterdir()] == [place]
    with open_scratch() as own:
        assert list(temporary.iterdir()) == [own]
    assert list(temporary.iterdir()) == []


def test_what_is_young_foreign_or_a_link_stays(temporary, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / scratch.LOCK).touch()
    (temporary / f"{scratch.PREFIX}link").symlink_to(elsewhere)
    (temporary / f"{scratch.PREFIX}bare").mkdir()
    left = temporary / f"{scratch.PREFIX}left"
    left.mkdir()
    (left / scratch.LOCK).touch()
    before = sorted(temporary.iterdir())
    monkeypatch.setattr(scratch, "OLDEST_UNLOCKED_S", 60.0)
    with open_scratch():
        pass
    assert sorted(temporary.iterdir()) == before
    os.utime(left, (time.time() - 90,) * 2)
    if hasattr(os, "getuid"):
        with monkeypatch.context() as foreign:
            foreign.setattr("os.getuid", lambda: 4_000_000)
            scratch._remove_left(temporary, scratch.PREFIX)
        assert sorted(temporary.iterdir()) == before
    scratch._remove_left(temporary, scratch.PREFIX)
    assert sorted(temporary.iterdir()) == [each for each in before if each != left]
    assert (elsewhere / scratch.LOCK).exists()

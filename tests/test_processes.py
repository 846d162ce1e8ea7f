"""Processes beside the first one run nothing that lies in the working folder."""

import subprocess
import sys

import pytest

TRAPS = ("loky", "multiprocessing", "pickle", "numpy", "artois_mobility")


@pytest.mark.parametrize(
    "work",
    [
        "from artois_mobility.cli.examining import _look_at_processes as look\n"
        "look(); print('drawn')",
        "from artois_mobility.report import printing\n"
        "printing.thread_count = lambda: 2\n"
        "with printing.opened_pool(None, 'fr', 6) as pool:\n"
        "    assert pool is not None\n"
        "    press = printing.Press([None] * 6, None, 'fr', None, pool)\n"
        "    press.begin()\n"
        "    try: press._futures[0].result()\n"
        "    except AttributeError: print('drawn')",  # there was nothing to draw
    ],
)
def test_modules_of_the_working_folder_are_not_run(tmp_path, work):
    for name in TRAPS:
        text = "import pathlib; pathlib.Path(__file__).with_suffix('.was-run').touch()"
        (tmp_path / f"{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-X", "utf8", "-c", work],
        check=False, cwd=tmp_path, capture_output=True, text=True, timeout=120, encoding="utf-8",
    )  # fmt: skip
    assert [path.name for path in tmp_path.glob("*.was-run")] == []
    assert done.stdout == "drawn\n", done.stderr


def test_the_environment_is_as_before(monkeypatch):
    import os

    from artois_mobility.routing.processes import open_pool

    monkeypatch.setenv("PYTHONSAFEPATH", "")
    open_pool(1).shutdown()
    assert os.environ["PYTHONSAFEPATH"] == ""
    monkeypatch.delenv("PYTHONSAFEPATH")
    with open_pool(1) as pool:
        assert pool.submit(os.getenv, "PYTHONSAFEPATH").result() == "1"
    assert "PYTHONSAFEPATH" not in os.environ

"""The command line on a terminal: progress, accents, readers who leave early."""

import logging
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import UserProvidedCacheLocator
from typer.testing import CliRunner

from artois_mobility import kernels, progress
from artois_mobility.cli import terminal
from artois_mobility.cli.commands import app
from study_worlds import write_town


def run_process(*arguments, **environment):
    command = [sys.executable, "-c", "from artois_mobility.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def run_on_a_terminal(code, **environment):
    """Run Python with a terminal as its standard error; give what it showed there."""
    reader, writer = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code],
        stderr=writer,
        stdout=subprocess.PIPE,
        check=False,
        env={"TERM": "xterm", **os.environ, **environment},
    )
    os.close(writer)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert done.stdout == b""
    return shown


def test_a_terminal_without_accents_gets_question_marks():
    done = run_process("profiles", "--lang", "fr", PYTHONIOENCODING="iso8859-5", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "v?lo" in done.stdout


def test_a_reader_who_leaves_early_is_no_error():
    command = f'"{sys.executable}" -c "from artois_mobility.cli import main; main()" categories'
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} | head -1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_progress_is_silent_unless_on_a_terminal(capsys):
    with terminal.shown_progress(quiet=False) as tell:
        tell("maps", 1, 2)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_progress_shows_on_a_terminal():
    code = (
        "from artois_mobility.cli.terminal import shown_progress\n"
        "with shown_progress(quiet=False) as progress:\n"
        "    for done in range(3): progress('drawing [bold]maps', done, 2)\n"
    )
    shown = run_on_a_terminal(code)
    assert "drawing [bold]maps" in shown
    assert "2/2" in shown


FAULTY_COMMAND = (
    "import sys; from artois_mobility.cli import main;"
    "sys.argv[1:] = ['access', 'no-such-study.toml']; main()"
)


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": "", "TERM": "dumb"}, False),
    ],
)
def test_errors_are_coloured_on_a_terminal_that_wants_it(environment, is_coloured):
    shown = run_on_a_terminal(FAULTY_COMMAND, **environment)
    assert "no-such-study.toml has 1 problem" in shown
    assert ("\x1b[31m" in shown) == is_coloured


def test_nothing_is_coloured_in_a_file():
    done = run_process("access", "no-such-study.toml")
    assert done.stderr.startswith("Error: no-such-study.toml has 1 problem")
    assert "\x1b" not in done.stderr


def test_the_time_left_is_told():
    assert progress.write_times(90, 3, 12) == "1:30, 4:30 left"
    assert progress.write_times(3600, 1, 3) == "1:00:00, 2:00:00 left"
    for elapsed_s, done, total in ((0.5, 1, 2), (9, 0, 2), (9, 2, 2), (9, 1, 0), (9, 1, None)):
        assert "left" not in progress.write_times(elapsed_s, done, total)


def test_verbose_tells_each_stage_once_with_its_time(capsys):
    with terminal.shown_progress(quiet=False, verbose=True) as tell:
        for done in (0, 1, 2, 2):
            tell("maps", done, 2)
        logging.getLogger("artois_mobility.ordering").info("parts: %d", 7)
    logging.getLogger("artois_mobility.ordering").info("after")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"maps: 2 of 2 in \d+\.\d s", lines[0])
    assert lines[1] == "artois_mobility.ordering: parts: 7"


def test_quiet_is_stronger_than_verbose(capsys):
    with terminal.shown_progress(quiet=True, verbose=True) as tell:
        tell("maps", 1, 1)
    assert capsys.readouterr().err == ""


def test_the_note_about_compiling_comes_once(tmp_path):
    """Every kernel it looks at is compiled by the first command that travels, or draws areas."""
    study = str(write_town(tmp_path))
    areas = ["isochrones", study, "--from", "2.84,50.425", "--minutes", "5", "--output"]
    for words in (["access", study], [*areas, str(tmp_path / "areas.gpkg")]):
        CliRunner().invoke(app, words)
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        assert "Compiling" not in done.stderr


def test_compiled_kernels_are_looked_for_where_numba_puts_them(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.core.config.CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = Path(UserProvidedCacheLocator(kernels.is_compiled, kernels.__file__).get_cache_path())
    assert not kernels.is_compiled(["heap"])
    folder.mkdir()
    (folder / "heap.push-12.py311.nbi").touch()
    assert kernels.is_compiled(["heap"])
    assert not kernels.is_compiled(["heap", "sweep"])


@pytest.mark.parametrize(("is_compiled", "quiet", "said"), [(0, 0, 1), (0, 1, 0), (1, 0, 0)])
def test_the_first_run_says_that_it_compiles(capsys, monkeypatch, is_compiled, quiet, said):
    monkeypatch.setattr("artois_mobility.kernels.is_compiled", lambda _: bool(is_compiled))
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    terminal.announce_compiling(quiet=bool(quiet))
    captured = capsys.readouterr()
    assert ("Compiling" in captured.err) == bool(said)
    assert captured.out == ""

"""The command line on a terminal: progress, accents, readers who leave early."""

import os
import pty
import subprocess
import sys

import pytest

from artois_mobility.cli import terminal


def run_process(*arguments, **environment):
    command = [sys.executable, "-c", "from artois_mobility.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


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
    with terminal.shown_progress(quiet=False) as progress:
        progress("maps", 1, 2)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_progress_shows_on_a_terminal():
    code = (
        "from artois_mobility.cli.terminal import shown_progress\n"
        "with shown_progress(quiet=False) as progress:\n"
        "    for done in range(3): progress('drawing [bold]maps', done, 2)\n"
    )
    reader, writer = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code],
        stderr=writer,
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(writer)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    assert "drawing [bold]maps" in shown
    assert "2/2" in shown
    assert done.stdout == b""


def test_the_note_about_compiling_looks_at_the_kernels_that_commands_import():
    code = """
import sys, artois_mobility.study.comparing, artois_mobility.areas.reached
import artois_mobility.routing.tables
print(*(name.rpartition(".")[2] for name in sys.modules if ".kernels." in name))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {name for name in done.stdout.split() if not name.startswith("_")}
    assert names == set(terminal.KERNELS_OF_COMMANDS)


@pytest.mark.parametrize(("is_compiled", "quiet", "said"), [(0, 0, 1), (0, 1, 0), (1, 0, 0)])
def test_the_first_run_says_that_it_compiles(capsys, monkeypatch, is_compiled, quiet, said):
    monkeypatch.setattr("artois_mobility.kernels.is_compiled", lambda names: bool(is_compiled))
    terminal.announce_compiling(quiet=bool(quiet))
    captured = capsys.readouterr()
    assert ("Compiling" in captured.err) == bool(said)
    assert captured.out == ""

"""The help of the command line: quick, complete, and with examples."""

import os
import re
import shlex
import subprocess
import sys
import time

import pytest
import typer
from typer.testing import CliRunner

from artois_mobility.cli.commands import app

COMMANDS = (
    "compare",
    "access",
    "isochrones",
    "matrix",
    "download",
    "check",
    "validate",
    "crossings",
    "closures",
    "siting",
    "profiles",
    "categories",
    "attribute",
    "explain",
    "optimise",
    "reproduce",
    "doctor",
    "new-study",
    "blocks",
    "cache",
)


def run_process(*arguments, **environment):
    command = [sys.executable, "-c", "from artois_mobility.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


def test_help_starts_at_once():
    run_process("--help")
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run_process("--help")
        seconds.append(time.perf_counter() - start)
    # Half a second on a free machine; a busy one may need twice that.
    assert min(seconds) < 1.0


def test_help_names_every_command_and_the_exit_codes(run):
    text = run("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in text
    assert "artois-mobility compare scenarios/artois.toml" in text
    assert "2 the input is wrong" in " ".join(text.split())


def test_the_list_of_commands_is_whole():
    assert set(COMMANDS) == set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_example(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"artois-mobility {command}" in " ".join(result.stdout.split("Example")[1].split())


def examples():
    """Every example of every command's help, as its words."""
    for name, command in typer.main.get_command(app).commands.items():
        text = re.sub(r"^Examples?: ", "", command.epilog)
        for example in text.split("  |  "):
            yield pytest.param(shlex.split(example), id=name)


@pytest.mark.parametrize("words", list(examples()))
def test_every_example_parses_as_it_is_written(words, repository, monkeypatch):
    monkeypatch.chdir(repository)
    program, name, *rest = words
    assert program == "artois-mobility"
    typer.main.get_command(app).commands[name].make_context(name, rest)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_be_taught_to_complete(shell):
    done = run_process("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert done.returncode == 0, done.stderr
    assert "_ARTOIS_MOBILITY_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("artois-mobility cr", "crossings"),
        ("artois-mobility isochrones a.toml --dir", "--direction"),
        ("artois-mobility isochrones a.toml --direction t", "to"),
        ("artois-mobility crossings a.toml --kind ra", "railway"),
        ("artois-mobility compare a.toml b.toml --lang e", "en"),
        ("artois-mobility isochrones a.toml --profile wheel", "wheelchair"),
        ("artois-mobility siting a.toml care/maison", "care/maison_de_sante"),
    ],
)
def test_the_shell_completes_commands_options_and_choices(typed, offered):
    words = typed.split()
    environment = {
        "_ARTOIS_MOBILITY_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    code = (
        "import sys; sys.argv[0] = 'artois-mobility'; from artois_mobility.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.stdout.split() == [offered], done.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from artois_mobility.cli import commands;"
        "print([m for m in ('pandas', 'geopandas', 'matplotlib', 'numba', 'shapely', 'osmium')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version(run):
    from artois_mobility import __version__

    assert run("--version").stdout == f"artois-mobility {__version__}\n"


def test_no_command_shows_the_help(run):
    result = run()
    assert "Usage" in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["compar"], "No such command 'compar'"),
        (["compare"], "Missing argument 'STUDY'"),
        (["compare", "a.toml", "b.toml", "--lang", "nl"], "'nl' is not one of"),
        (["compare", "a.toml", "b.toml", "--outptu", "x"], "No such option"),
        (["isochrones", "a.toml"], "Give either --from LON,LAT"),
    ],
)
def test_wrong_arguments_end_with_2(run, arguments, part):
    result = run(*arguments)
    assert result.exit_code == 2
    assert part in result.stderr
    assert result.stdout == ""

"""What the pages of docs/ say, done: their Python executed, what it prints compared."""

import re
import shlex

import pytest
import typer

from artois_mobility.cli.commands import app

BLOCKS_OF_PAGE = {
    "crossings": 4,
    "freight": 4,
    "indicators": 6,
    "reliability": 1,
    "scenario-people": 2,
    "scenarios": 1,
    "siting": 2,
    "transit": 1,
    "waterways": 4,
    "why": 4,
}


@pytest.mark.parametrize("page", BLOCKS_OF_PAGE)
def test_the_python_of_a_page_prints_what_it_says(page, repository, tmp_path, monkeypatch, capsys):
    (tmp_path / "data").symlink_to(repository / "data")
    monkeypatch.chdir(tmp_path)
    text = (repository / "docs" / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) == text.count("```python") == BLOCKS_OF_PAGE[page]
    names = {}
    for code, expected in blocks:
        exec(compile(code, f"{page}.md", "exec"), names)
        lines = zip(capsys.readouterr().out.splitlines(), expected.splitlines(), strict=True)
        for found, told in lines:
            assert found.rstrip() == told.rstrip()


def test_every_command_of_the_pages_parses_as_it_is_written(repository):
    commands = typer.main.get_command(app).commands
    text = "".join(page.read_text(encoding="utf-8") for page in (repository / "docs").glob("*.md"))
    lines = re.findall(r"^\$ artois-mobility (.*)$", text, re.MULTILINE)
    assert len(lines) >= 2
    for line in lines:
        name, *words = shlex.split(line, comments=True)
        commands[name].make_context(name, words)  # a word too many or unknown is an error

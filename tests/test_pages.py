"""What the pages of docs/ say, done: their Python executed, what it prints compared."""

import re

import pytest

BLOCKS_OF_PAGE = {
    "fr/choisir-un-indicateur": 1,
    "fr/isochrones": 1,
    "fr/premiers-pas": 1,
    "crossings": 4,
    "freight": 4,
    "indicators": 6,
    "reliability": 1,
    "scenario-people": 2,
    "scenario-transit": 1,
    "scenarios": 1,
    "siting": 2,
    "transit": 6,
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


def test_no_page_with_python_is_forgotten(repository):
    docs = repository / "docs"
    pages = {
        str(page.relative_to(docs).with_suffix(""))
        for page in docs.rglob("*.md")
        if "```python" in page.read_text(encoding="utf-8")
    }
    assert pages == set(BLOCKS_OF_PAGE)

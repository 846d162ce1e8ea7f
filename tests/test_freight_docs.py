"""What docs/freight.md says, done: its Python executed, what it prints compared."""

import re


def test_the_python_of_the_page_on_freight_prints_what_it_says(
    repository, tmp_path, monkeypatch, capsys
):
    (tmp_path / "data").symlink_to(repository / "data")
    monkeypatch.chdir(tmp_path)
    text = (repository / "docs/freight.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, flags=re.DOTALL)
    assert len(blocks) == text.count("```python") == 4
    names = {}
    for code, expected in blocks:
        exec(compile(code, "freight.md", "exec"), names)
        lines = zip(capsys.readouterr().out.splitlines(), expected.splitlines(), strict=True)
        for found, told in lines:
            assert found.rstrip() == told.rstrip()

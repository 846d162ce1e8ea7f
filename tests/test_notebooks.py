"""The notebooks run from top to bottom and show what is stored in them."""

import sys
from pathlib import Path

import nbformat
import pytest

REPOSITORY = Path(__file__).parents[1]
NOTEBOOKS = sorted((REPOSITORY / "docs" / "notebooks").glob("*.ipynb"))
LARGEST_PICTURE = 100 * 1024

sys.path.insert(0, str(REPOSITORY / "docs" / "tools"))
import notebooks  # noqa: E402  the tool that stores them


def test_there_are_four():
    assert [path.stem for path in NOTEBOOKS] == [
        "acces-aux-soins",
        "comparer-des-scenarios",
        "premiers-pas",
        "voies-d-eau",
    ]


@pytest.mark.filterwarnings("default")  # the notebook machinery warns about its own parts
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_again_what_is_stored_in_it(path):
    stored, made = nbformat.read(path, as_version=4), notebooks.execute(path)
    for cell, then, now in zip(
        (cell for cell in stored.cells if cell.cell_type == "code"),
        notebooks.texts_of(stored),
        notebooks.texts_of(made),
        strict=True,
    ):
        assert now == then, f"make notebooks stores it anew: {cell.source[:60]}"
    assert len(notebooks.pictures_of(stored)) == len(notebooks.pictures_of(made)) > 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_stored_notebook_is_executed_and_light(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert outputs
    assert not [each for each in outputs if each.get("name") == "stderr"]
    assert not [each for each in outputs if each.output_type == "error"]
    assert all(len(each) * 3 // 4 <= LARGEST_PICTURE for each in notebooks.pictures_of(notebook))


def test_first_steps_stay_few():
    notebook = nbformat.read(REPOSITORY / "docs/notebooks/premiers-pas.ipynb", as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(source.count("\n") + 1 for source in code) <= 25

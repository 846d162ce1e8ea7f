"""Execute the notebooks and store what they show: `make notebooks`.

A stored notebook holds its results, so that it can be read without being run; a test runs it again
and compares every text and table.
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
SECONDS = 600
# What a notebook shows in its reader's language, it shows in French; pictures stay small.
ENVIRONMENT = {"LC_ALL": "", "LC_MESSAGES": "fr_FR.UTF-8"}
SETTINGS = "import matplotlib.pyplot; matplotlib.pyplot.rcParams['figure.dpi'] = 66"
QUIET = ["--IPKernelApp.log_level=50"]


def execute(path: Path) -> nbformat.NotebookNode:
    """Run a notebook from top to bottom; give it with its results and nothing that changes."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        extra_arguments=QUIET,
        resources={"metadata": {"path": path.parent}},
    )
    environment = {**os.environ, **ENVIRONMENT}
    notebook.cells.insert(0, nbformat.v4.new_code_cell(SETTINGS))
    with client.setup_kernel(env=environment):
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                client.execute_cell(cell, number)
    del notebook.cells[0]
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [_without_changes(each) for each in cell.outputs if _shows(each)]
    notebook.metadata = {
        "kernelspec": notebook.metadata.kernelspec,
        "language_info": {"name": "python"},
    }
    return notebook


def texts_of(notebook: nbformat.NotebookNode) -> list[list[str]]:
    """Give what each cell of code shows, pictures left out."""
    shown = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            texts = []
            for output in cell.outputs:
                data = output.get("data", {})
                texts += [output["text"]] if "text" in output else []
                texts += [data[kind] for kind in ("text/html", "text/plain") if kind in data]
            shown.append(["".join(text) for text in texts])
    return shown


def pictures_of(notebook: nbformat.NotebookNode) -> list[str]:
    """Give every picture as base64."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [each["data"]["image/png"] for each in outputs if "image/png" in each.get("data", {})]


def _without_changes(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    output.pop("execution_count", None)
    if output.output_type == "execute_result":
        output.execution_count = None
    if "data" in output:
        output.metadata = {}
        if "image/png" in output.data:
            output.data = {"image/png": output.data["image/png"], "text/plain": ""}
    return output


def _shows(output: nbformat.NotebookNode) -> bool:
    """Leave out what progress bars leave behind."""
    return any(output.get("data", {"text": 1}).values())


def main() -> None:
    """Execute every notebook and store it."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(execute(path), path)
        sys.stderr.write(f"{path.name}: {path.stat().st_size // 1024} KiB\n")


if __name__ == "__main__":
    main()

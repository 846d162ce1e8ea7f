"""What the README says, done: its files written, its commands run, its Python executed."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import pytest


@pytest.fixture(scope="module")
def blocks(repository):
    """Code blocks of the README, by language, in their order."""
    text = (repository / "README.md").read_text(encoding="utf-8")
    found = {}
    for language, block in re.findall(r"```(\w+)\n(.*?)```", text, flags=re.DOTALL):
        found.setdefault(language, []).append(block)
    return found


def run(command, folder):
    words = shlex.split(command)
    assert words[0] == "artois-mobility"
    return subprocess.run(
        [sys.executable, "-m", "artois_mobility", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_study_and_the_scenario_of_the_readme_can_be_compared(blocks, repository, tmp_path):
    study, scenario = blocks["toml"]
    shutil.copy(repository / "data/osm/artois-schematic.osm.pbf", tmp_path / "lens.osm.pbf")
    shutil.copy(repository / "data/osm/artois-residents.csv", tmp_path / "residents.csv")
    (tmp_path / "study.toml").write_text(study, encoding="utf-8")
    (tmp_path / "footbridge.toml").write_text(scenario, encoding="utf-8")
    text = "".join(blocks["console"])
    commands = re.findall(r"^\$ (artois-mobility compare .*footbridge.*)$", text, re.M)
    assert len(commands) == 1
    done = run(commands[0], tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000


def test_make_demo(repository, tmp_path):
    """The first command of the README; one scenario here, so that it is quick."""
    command = ["make", "demo", f"VENV={sys.prefix}", "--assume-old", f"{sys.prefix}/run.stamp"]
    choice = ["SCENARIOS=scenarios/passerelle-deule.toml", f"OUTPUT={tmp_path / 'out'}"]
    done = subprocess.run(
        [*command, *choice], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    named = re.findall(r"\S*/out/[\w.]+", done.stdout)
    assert {"report.html", "results.qgz"} <= {name.rpartition("/")[2] for name in named}
    assert all((tmp_path / name).stat().st_size > 1000 for name in named)


def test_the_python_of_the_readme_runs(blocks, repository, tmp_path, monkeypatch):
    for name in ("data", "scenarios"):
        (tmp_path / name).symlink_to(repository / name)
    monkeypatch.chdir(tmp_path)
    (code,) = blocks["python"]
    names = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["times"]["minutes"].notna().any()
    assert names["areas"]["minutes"].tolist() == [10, 20, 30]
    assert names["lines"]["minutes"].notna().all()
    assert (tmp_path / "out" / "report.html").is_file()


def test_the_targets_of_the_readme_exist(blocks, repository):
    for target in re.findall(r"^\$ make ([a-z]+)", "".join(blocks["console"]), re.M):
        assert re.search(rf"^{target}:", (repository / "Makefile").read_text(), re.M)


def test_a_picture_and_french_stand_at_the_top(repository):
    first = (repository / "README.md").read_text(encoding="utf-8").splitlines()[:12]
    (picture,) = re.findall(r"!\[.+\]\((.+)\)", "\n".join(first))
    assert (repository / picture).stat().st_size < 100 * 1024
    assert "**En français.**" in first[2]


def test_every_link_of_readme_and_docs_leads_somewhere(repository):
    pages = [repository / "README.md", *(repository / "docs").rglob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" in link or link.startswith("reference/"):  # made with the site
                continue
            place = page.parent / link
            made_of = place.with_suffix(".ipynb")  # pages of notebooks are made with the site
            assert place.exists() or made_of.exists(), f"{page.name}: {link}"


def test_the_locked_versions_name_no_index(repository):
    for name in ("run.lock", "dev.lock"):
        text = (repository / "requirements" / name).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    locked = (repository / "requirements" / "run.lock").read_text()
    for requirement in project["dependencies"]:
        assert re.search(rf"^{re.split('[<>=]', requirement)[0]}==", locked, re.M)

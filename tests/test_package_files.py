"""Wheel and sdist: built, installed beside nothing of ours, and put to work."""

import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata

import pytest


def python(*arguments, cwd=None, interpreter=sys.executable):
    done = subprocess.run(
        [str(interpreter), *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(repository, tmp_path_factory):
    """Build both from the files that git knows."""
    place = tmp_path_factory.mktemp("built")
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True
    ).stdout.split(b"\0")
    copy = place / "source"
    for name in filter(None, map(bytes.decode, names)):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (repository / name).exists():
            target.write_bytes((repository / name).read_bytes())
    for kind in ("wheel", "sdist"):
        python("-m", "hatchling", "build", "-t", kind, "-d", place, cwd=copy)
    return place


def test_the_wheel_holds_the_library_and_nothing_else(built, repository):
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"artois_mobility"}
    package = repository / "src" / "artois_mobility"
    known = [
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert set(known) <= set(names)
    text = zipfile.ZipFile(wheel).read(next(n for n in names if n.endswith("METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in text


def test_the_sdist_holds_all_that_make_needs(built):
    (package,) = built.glob("*.tar.gz")
    with tarfile.open(package) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    source = built / "source"
    known = {path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()}
    assert {name for name in known - names if not name.startswith(".")} == set()


@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_it_can_be_installed_and_answers(built, repository, tmp_path, kind):
    (package,) = built.glob(kind)
    if kind == "*.tar.gz":  # what an sdist installs is the wheel that is built from it
        with tarfile.open(package) as archive:
            archive.extractall(tmp_path / "unpacked", filter="data")
        (source,) = (tmp_path / "unpacked").iterdir()
        python("-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again", cwd=source)
        (package,) = (tmp_path / "again").glob("*.whl")
    target = tmp_path / "installed"
    python("-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", target, package)
    code = (
        "import sys, json; sys.path.insert(0, sys.argv[1]); import artois_mobility as am;"
        "from artois_mobility.network.examples import crossroads;"
        "walk = am.build_network(crossroads(), 'walk');"
        "ways = am.read_osm(sys.argv[2]).ways.osm_id.size;"
        "print(json.dumps([am.__file__, walk.graph.node_count, ways]))"
    )
    extract = repository / "data" / "osm" / "artois-schematic.osm.pbf"
    told = json.loads(python("-c", code, target, extract, cwd=tmp_path))
    assert told[0].startswith(str(target))
    assert told[1] == 5
    assert told[2] > 1000


def test_every_locked_version_has_its_hashes(repository):
    for path in (repository / "requirements").glob("*.lock"):
        blocks = path.read_text(encoding="utf-8").split("\n")
        named = [row for row, line in enumerate(blocks) if "==" in line]
        assert named
        assert all(blocks[row + 1].strip().startswith("--hash=sha256:") for row in named), path


def test_the_audit_fails_where_something_cannot_be_audited(repository):
    told = subprocess.run(
        ["make", "--dry-run", "--always-make", "audit"], cwd=repository, capture_output=True,
        text=True, check=True,
    ).stdout  # fmt: skip
    assert "pip-audit --strict " in told


def test_the_bill_of_materials_says_versions_and_licences(repository, tmp_path):
    names = ["numpy", "pandas", "scipy", "not-installed-anywhere"]
    bill = {
        "metadata": {"component": {"name": "artois-mobility"}},
        "components": [{"name": name} for name in names],
    }
    path = tmp_path / "sbom.json"
    path.write_text(json.dumps(bill))
    told = python(repository / "requirements" / "complete_sbom.py", path)
    assert told == "not installed here, licence unknown: not-installed-anywhere\n"
    bill = json.loads(path.read_text())
    assert bill["metadata"]["component"]["version"] == metadata.version("artois-mobility")
    *known, unknown = bill["components"]
    assert all("BSD" in json.dumps(each["licenses"]) for each in known)
    assert "licenses" not in unknown


def test_every_dependency_says_from_which_version_on(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["distributed"]]
    assert [name for name in asked if ">=" not in name] == []

"""Every command that README and documentation show is run as it stands there, and succeeds.

The files it names lie in a folder of their own: the embedded territory, a town cut out of it that a
server on this machine hands out for `download`, and the studies that the pages tell one to write.
To be quick, every tenth cell of the residents is kept, the worked study asks for two profiles, and
extracts and networks are read and built once for all commands.
"""

import functools
import json
import re
import shlex
import shutil
import socket
import sys
import warnings
from contextlib import ExitStack, contextmanager
from pathlib import Path

import osmium
import osmnx
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility.cli.commands
from artois_mobility.cli import beginning
from artois_mobility.network.building import build_network
from artois_mobility.osm.clipping import Bbox, clip_osm
from artois_mobility.osm.reader import read_osm
from conftest import REPOSITORY
from postgis_server import postgis_server
from test_osm_download import Behaviour, serving

TOWN = Bbox(2.80, 50.40, 2.93, 50.50)
PAGES = [
    REPOSITORY / "README.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
    *sorted((REPOSITORY / "docs" / "fr").glob("*.md")),
]
TRIPS = """origin_lon,origin_lat,destination_lon,destination_lat,minutes,profile
2.8319,50.4289,2.8402,50.4307,12,walk
2.8319,50.4289,2.8952,50.4779,14.5,car
"""


def commands_of(page):
    found = re.findall(r"^\$ artois-mobility (.*)$", page.read_text(encoding="utf-8"), re.M)
    return [shlex.split(line, comments=True) for line in found]


def all_commands():
    """Each command once, in the order in which a reader meets it."""
    seen = {}
    for page in PAGES:
        for words in commands_of(page):
            seen.setdefault(tuple(words), page.stem)
    return [pytest.param(list(words), id=f"{page}: {words[0]}") for words, page in seen.items()]


@pytest.fixture(scope="module")
def cut_out(tmp_path_factory):
    """A town of the territory, as a server sends it."""
    folder = tmp_path_factory.mktemp("cut")
    source = osmium.io.File(str(REPOSITORY / "data/osm/artois-schematic.osm.pbf"))
    clip_osm(source, folder / "town.osm", "osm", TOWN)
    return (folder / "town.osm").read_bytes()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    """The folder in which a reader works."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(REPOSITORY / "scenarios", folder / "scenarios")
    text = "".join(map(read, PAGES))
    for scenario in (folder / "scenarios").glob("*.toml"):
        if scenario.stem not in text:
            scenario.unlink()  # "all scenarios" are those that some page names
    (folder / "data" / "osm").mkdir(parents=True)
    name = "data/osm/artois-schematic.osm.pbf"
    shutil.copy(REPOSITORY / name, folder / name)
    shutil.copytree(REPOSITORY / "data" / "gtfs", folder / "data" / "gtfs")
    people = pd.read_csv(REPOSITORY / "data/osm/artois-residents.csv", dtype=str)
    named = people["cell"].isin(re.findall(r"--cell (\w+)", text))
    some = people[named | (people.index % 10 == 0)]
    some.to_csv(folder / "data/osm/artois-residents.csv", index=False)
    lon, lat = people["lon"].astype(float), people["lat"].astype(float)
    is_town = lon.between(TOWN.west, TOWN.east) & lat.between(TOWN.south, TOWN.north)
    people[is_town].iloc[::4].to_csv(folder / "residents.csv", index=False)
    study = folder / "scenarios" / "artois.toml"
    text = read(study)
    few = 'profiles = ["car", "transit", "walk"]'
    study.write_text(re.sub(r"(?m)^profiles = .*$", few, text, count=1))
    (folder / "my-trips.csv").write_text(TRIPS)
    return folder


def read(path):
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def prepared(cut_out, sandbox):
    """A server for downloads, and extracts and networks that are made once."""
    corners = [
        [TOWN.west, TOWN.south],
        [TOWN.east, TOWN.south],
        [TOWN.east, TOWN.north],
        [TOWN.west, TOWN.north],
        [TOWN.west, TOWN.south],
    ]
    place = {
        "importance": 0.5,
        "lat": "50.43",
        "lon": "2.83",
        "boundingbox": ["50.40", "50.50", "2.80", "2.93"],
        "display_name": "Lens",
        "geojson": {"type": "Polygon", "coordinates": [corners]},
    }
    behaviour = Behaviour({"/search": json.dumps([place]).encode()}, overpass=cut_out)
    with serving(behaviour) as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(sandbox)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setattr(osmnx.settings, "nominatim_url", f"{server}/")
        patch.setattr(osmnx.settings, "overpass_url", f"{server}/api")
        patch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
        patch.setattr("osmnx._nominatim.time.sleep", lambda pause: None)
        patch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))
        _make_once(patch)
        yield


def _make_once(patch):
    extracts, networks = {}, {}

    @functools.wraps(read_osm)
    def read_once(path, **options):
        key = (str(path), path.stat().st_mtime_ns)
        if key not in extracts:
            extracts[key] = read_osm(path, **options)
        return extracts[key]

    @functools.wraps(build_network)
    def build_once(extract, profile, **options):
        if extract not in extracts.values() or any(
            not isinstance(each, (bool, type(None))) for each in options.values()
        ):
            return build_network(extract, profile, **options)
        key = (id(extract), getattr(profile, "sha256", profile), *sorted(options.items()))
        if key not in networks:
            networks[key] = build_network(extract, profile, **options)
        return networks[key]

    for name, module in list(sys.modules.items()):
        if name.startswith("artois_mobility."):
            for attribute, once in (("read_osm", read_once), ("build_network", build_once)):
                if vars(module).get(attribute) in {read_osm, build_network}:
                    patch.setattr(module, attribute, once)


@pytest.fixture
def app():
    return artois_mobility.cli.commands.app


def write_by_hand(folder):
    """Write the study and the scenario that the README shows, and the study of an earlier year."""
    study, footbridge = re.findall(r"```toml\n(.*?)```", read(REPOSITORY / "README.md"), re.S)[:2]
    (folder / "study.toml").write_text(study, encoding="utf-8")
    (folder / "study-2016.toml").write_text(study.replace("aujourd'hui", "2016"), encoding="utf-8")
    (folder / "footbridge.toml").write_text(footbridge, encoding="utf-8")


def expand(word):
    """Do with an asterisk what a shell does."""
    return sorted(map(str, Path().glob(word))) if "*" in word else [word]


@contextmanager
def reachable(words):
    """Put servers of this machine in the place of those that a page names."""
    with ExitStack() as servers:
        for start, scheme in ((postgis_server, "postgresql://"), (dask_scheduler, "tcp://")):
            named = [word for word in words if word.startswith(scheme)]
            if named:
                address = servers.enter_context(start())
                words = [address if word in named else word for word in words]
        yield words


@contextmanager
def dask_scheduler():
    """Start a scheduler with one worker, and give its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from distributed import LocalCluster

        with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster:
            yield cluster.scheduler_address


@pytest.mark.parametrize("words", all_commands())
def test_a_command_of_the_documentation_runs(words, app, sandbox, monkeypatch):
    if "footbridge.toml" in words:
        write_by_hand(sandbox)
    monkeypatch.setattr(beginning, "is_interactive", lambda: True)
    words = [each for word in words for each in expand(word)]
    with reachable(words) as words:
        result = CliRunner().invoke(app, words, input="\n" * 9)  # what is proposed will do
    assert result.exit_code == 0, f"{shlex.join(words)}\n{result.stderr}"


def test_there_are_commands_on_most_pages():
    with_commands = {page.stem for page in PAGES if commands_of(page)}
    assert {"README", "premiers-pas", "lire-le-rapport", "scenarios", "why"} <= with_commands
    assert len(all_commands()) > 25

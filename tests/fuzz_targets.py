"""What hostile input is thrown at: for each target a few good seeds, and what must survive it.

A target takes a folder and bytes. It may refuse them in the library's own words (`InputError`); any
other error, a crash or a hang is a fault. `tests/test_hostile.py` tries some mutants of every
seed, `benchmarks/fuzz.py` as many as one likes.
"""

import functools
import gzip
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np

import artois_mobility as am
from artois_mobility.blocks.parts import finished_parts
from artois_mobility.blocks.telling import JOURNAL, MANIFEST, whole_parts
from artois_mobility.errors import InputError
from artois_mobility.network.examples import crossroads
from artois_mobility.network.keeping import open_network, save_network
from artois_mobility.network.profiles import read_profile
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize
from artois_mobility.routing.storage import open_hierarchy, save_hierarchy
from artois_mobility.routing.sweeps import sweep_lines
from artois_mobility.scenarios.reading import read_scenario
from artois_mobility.storage import folders
from graph_worlds import town
from study_worlds import STUDY, link_text, place, site_text, write_town

REPOSITORY = Path(__file__).parents[1]
NODES = 70


@functools.cache
def seeds_of(name):
    """Good bytes to start from."""
    with tempfile.TemporaryDirectory() as folder:
        return tuple(_SEEDS[name](Path(folder)))


def _town_as(suffix):
    def seeds(folder):
        write_town(folder)
        packed = folder / "data" / "town.osm.pbf"
        if suffix == ".osm.pbf":
            return [packed.read_bytes()]
        import osmium

        path = folder / "town.osm"
        with osmium.SimpleWriter(str(path)) as writer:
            osmium.apply(str(packed), writer)
        text = path.read_bytes()
        return [gzip.compress(text, mtime=0)] if suffix == ".osm.gz" else [text]

    return seeds


def _residents(folder):
    write_town(folder)
    lines = (folder / "data" / "residents.csv").read_bytes().splitlines(keepends=True)
    insee = b"idcar_200m,ind,lcog_geo\nCRS3035RES200mN3048400E3793600,12.5,62001\n"
    return [b"".join(lines[:7]), insee, b"lon;lat;population\n2,83;50,42;7\n"]


def _sites(folder):
    return [
        f"category,lon,lat,name,capacity\ncare/hospital,{place(1, 1)[0]},{place(1, 1)[1]},A,3\n"
        "culture/library,2.8,50.4,=1+1,\n".encode(),
        b"TYPEQU;LAMBERT_X;LAMBERT_Y;AN\nD101;690000;7040000;2024\nD307;690100;7040100;2024\n",
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"category":'
        b'"care/hospital"},"geometry":{"type":"Point","coordinates":[2.8,50.4]}}]}',
    ]


def _parquet(folder):
    import pandas as pd

    table = pd.DataFrame({"lon": [2.83, 2.84], "lat": [50.42, 50.43], "population": [3.0, 4.0]})
    table.to_parquet(folder / "residents.parquet")
    return [(folder / "residents.parquet").read_bytes()]


def _profiles(folder):
    return [b'like = "car"\nmax_kmh = 80.0\n[class_kmh]\nresidential = [25.0, 20.0]\n']


def _studies(folder):
    more = '[territory]\nepci = ["111111111"]\nbuffer_min = 10\n'
    return [(STUDY + more).encode()]


def _scenarios(folder):
    changes = [link_text((3, 2), (3, 3)), site_text(5, 1)]
    changes.append('[[changes]]\nkind = "close_ways"\nids = [300]\nbegin = 2027-03-01\n')
    changes.append(
        '[[changes]]\nkind = "add_line"\nname = "N"\nstops = ["Gare", [2.8, 50.4]]\n'
        'headways = [["06:00", "25:00", 10]]\nminutes = [5]\ndays = "Mo-Fr"\n'
    )
    return [f'name = "W"\nquestion = "?"\n{each}'.encode() for each in changes]


def _network_files(folder):
    place_of = save_network(am.build_network(crossroads(), "walk"), folder / "kept")
    return [_tagged(path) for path in sorted(place_of.iterdir())]


def _hierarchy_files(folder):
    place_of = save_hierarchy(build_hierarchy(town(6, 6)), folder / "kept")
    return [_tagged(path) for path in sorted(place_of.iterdir())]


def _tagged(path):
    return path.name.encode() + b"\0" + path.read_bytes()


def _journals(folder):
    part = {"block": 0, "rows": 1, "sha256": "0" * 64}
    lines = [{"format": 1, "job": "k"}, part, {**part, "block": 1}]
    manifest = {"format": 1, "job": "k", "parts": [part]}
    return [
        "".join(f"{json.dumps(line)}\n" for line in lines).encode(),
        json.dumps(manifest).encode(),
    ]


_SEEDS = {
    "osm_pbf": _town_as(".osm.pbf"),
    "osm_xml": _town_as(".osm"),
    "osm_gz": _town_as(".osm.gz"),
    "residents": _residents,
    "residents_parquet": _parquet,
    "sites": _sites,
    "profile": _profiles,
    "study": _studies,
    "scenario": _scenarios,
    "network": _network_files,
    "hierarchy": _hierarchy_files,
    "journal": _journals,
}


def _read_osm_as(suffix):
    def target(folder, content):
        path = folder / f"a{suffix}"
        path.write_bytes(content)
        extract = am.read_osm(path)
        am.build_network(extract, "walk")
        am.build_network(extract, "car", turns=True)
        am.read_sites(extract, ["care", "culture"])
        am.read_communes(extract)

    return target


def _read_residents_from(suffix):
    def target(folder, content):
        path = folder / f"residents{suffix}"
        path.write_bytes(content)
        am.read_residents(path)

    return target


def _read_sites(folder, content):
    path = folder / ("sites.geojson" if content[:1] == b"{" else "sites.csv")
    path.write_bytes(content)
    am.read_sites(path, ["care", "culture"])


def _read_profile(folder, content):
    path = folder / "own.toml"
    path.write_bytes(content)
    read_profile(path)


def _read_study(folder, content):
    (folder / "data").mkdir(exist_ok=True)
    for name in ("town.osm.pbf", "residents.csv"):
        (folder / "data" / name).write_bytes(b"")
    path = folder / "town.toml"
    path.write_bytes(content)
    am.read_study(path)


def _read_scenario(folder, content):
    path = folder / "plan.toml"
    path.write_bytes(content)
    read_scenario(path)


def _forge(place_of, content):
    """Put forged bytes into a kept folder and make its manifest agree."""
    name, _, raw = content.partition(b"\0")
    known = {path.name.encode(): path for path in place_of.iterdir()}
    path = known.get(name, place_of / "record.json")
    path.write_bytes(raw)
    if path.name == folders.MANIFEST:
        return
    manifest = json.loads((place_of / folders.MANIFEST).read_text())
    manifest["sha256"][path.name] = folders.hash_file(path)
    (place_of / folders.MANIFEST).write_text(json.dumps(manifest))


@functools.cache
def _kept(kind):
    place_of = Path(tempfile.mkdtemp(prefix="artois-fuzz-"))
    if kind == "network":
        return save_network(am.build_network(crossroads(), "walk"), place_of / "kept")
    return save_hierarchy(build_hierarchy(town(6, 6)), place_of / "kept")


def _open_network(folder, content):
    place_of = shutil.copytree(_kept("network"), folder / "kept")
    _forge(place_of, content)
    network = open_network(place_of)
    am.travel_time_matrix(network, [(2.8302, 50.42)], [(2.8325, 50.42), (2.8314, 50.4208)])


def _open_hierarchy(folder, content):
    place_of = shutil.copytree(_kept("hierarchy"), folder / "kept")
    _forge(place_of, content)
    hierarchy = open_hierarchy(place_of)
    weights = np.full(hierarchy.head.size, 7, np.int32)
    count = min(NODES, hierarchy.rank_count)
    out = np.empty((count, hierarchy.rank_count), np.int32)
    sweep_lines(customize(hierarchy, weights), np.arange(count, dtype=np.int32), out)


def _read_journal(folder, content):
    (folder / JOURNAL).write_bytes(content)
    (folder / MANIFEST).write_bytes(content)
    assert finished_parts(folder, "k", 3) == {}  # no part lies there, whatever it says
    (folder / MANIFEST).write_bytes(content)
    whole_parts(folder)


TARGETS = {
    "osm_pbf": _read_osm_as(".osm.pbf"),
    "osm_xml": _read_osm_as(".osm"),
    "osm_gz": _read_osm_as(".osm.gz"),
    "residents": _read_residents_from(".csv"),
    "residents_parquet": _read_residents_from(".parquet"),
    "sites": _read_sites,
    "profile": _read_profile,
    "study": _read_study,
    "scenario": _read_scenario,
    "network": _open_network,
    "hierarchy": _open_hierarchy,
    "journal": _read_journal,
}


def survive(name, content):
    """Throw bytes at a target; return whether it took them."""
    with tempfile.TemporaryDirectory(prefix="artois-fuzz-") as folder:
        beside = Path(folder) / "beside"
        inside = Path(folder) / "inside"
        beside.mkdir()
        inside.mkdir()
        refusal = None
        try:
            TARGETS[name](inside, content)
        except InputError as error:
            refusal = str(error)
        assert not any(beside.iterdir()), "something was written elsewhere"
        assert {each.name for each in Path(folder).iterdir()} == {"beside", "inside"}
    assert refusal is None or refusal.strip(), "a refusal without a word"
    return refusal is None

"""What hostile input is thrown at, and what must survive it.

A target takes a folder and bytes. It may refuse them in the library's own words (`InputError`); any
other error, a crash or a hang is a fault. `tests/test_hostile.py` tries some mutants of every
seed of `tests/fuzz_seeds.py`, `benchmarks/fuzz.py` as many as one likes.
"""

import functools
import json
import shutil
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np

import artois_mobility as am
from artois_mobility.blocks.parts import finished_parts
from artois_mobility.blocks.telling import JOURNAL, MANIFEST, whole_parts
from artois_mobility.errors import DownloadError, InputError
from artois_mobility.network.examples import crossroads
from artois_mobility.network.keeping import open_network, save_network
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.slopes import read_heights
from artois_mobility.osm.clipping import Bbox
from artois_mobility.osm.servers import choose_region
from artois_mobility.places.categories import read_categories
from artois_mobility.places.lock_tables import read_locks
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize
from artois_mobility.routing.storage import open_hierarchy, save_hierarchy
from artois_mobility.routing.sweeps import sweep_lines
from artois_mobility.scenarios.layers import LayerSource, read_drawn
from artois_mobility.scenarios.reading import read_scenario
from artois_mobility.storage import folders
from artois_mobility.study.barriers import read_barriers
from artois_mobility.study.congestion import read_congestion
from artois_mobility.transit.feeds import read_gtfs
from fuzz_seeds import feed_seeds
from graph_worlds import town

NODES = 70


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


@functools.cache
def _feed_files():
    with tempfile.TemporaryDirectory() as folder:
        return dict(each.split(b"\0", 1) for each in feed_seeds(Path(folder))[1:])


def _read_feed(folder, content):
    path = folder / "feed.zip"
    name, _, text = content.partition(b"\0")
    if content[:2] == b"PK" or name not in _feed_files():
        path.write_bytes(content)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            for each, whole in {**_feed_files(), name: text}.items():
                archive.writestr(each.decode(), whole)
    read_gtfs(path)


def _read_layer(folder, content):
    kinds = {b"fgb": ".fgb", b"PAR1": ".parquet", b"{": ".geojson"}
    ending = next((kinds[each] for each in kinds if content.startswith(each)), ".gpkg")
    path = folder / f"drawn{ending}"
    path.write_bytes(content)
    read_drawn(LayerSource(file=path.name, where="id < 3", name_field="nom"), folder, "geometry")


def _read_raster(folder, content):
    path = folder / "h.tif"
    path.write_bytes(content)
    read_heights(path).at(np.linspace(2.8, 2.85, 50), np.linspace(50.4, 50.44, 50))


def _read_by(read):
    def target(folder, content):
        path = folder / ("table.geojson" if content[:1] == b"{" else "table.csv")
        path.write_bytes(content)
        read(path)

    return target


def _read_categories(folder, content):
    path = folder / "own.toml"
    path.write_bytes(content)
    read_categories(path)


def _read_index(folder, content):
    box = Bbox(2.8, 50.4, 2.9, 50.5)
    try:
        choose_region(content.decode("utf-8", "replace"), box, "https://x.invalid/index.json")
    except DownloadError as error:
        raise InputError(str(error)) from error


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
    "feed": _read_feed,
    "layer": _read_layer,
    "heights": _read_raster,
    "traffic": _read_by(read_congestion),
    "barriers": _read_by(read_barriers),
    "locks": _read_by(read_locks),
    "categories": _read_categories,
    "index": _read_index,
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
            with warnings.catch_warnings():
                # what GDAL says beside, of rings that are not closed for instance
                warnings.filterwarnings("ignore", module="pyogrio|rasterio|geopandas")
                TARGETS[name](inside, content)
        except InputError as error:
            refusal = str(error)
        assert not any(beside.iterdir()), "something was written elsewhere"
        assert {each.name for each in Path(folder).iterdir()} == {"beside", "inside"}
    assert refusal is None or refusal.strip(), "a refusal without a word"
    return refusal is None

"""Networks that the benchmarks run on: a real metropolitan extract where it is, else our own."""

from pathlib import Path

import pytest

import artois_mobility as am

REPOSITORY = Path(__file__).parents[1]
PORTO = REPOSITORY.parent / "shared" / "data" / "osm" / "porto.osm.pbf"
EMBEDDED = REPOSITORY / "data" / "osm" / "artois-schematic.osm.pbf"


@pytest.fixture(scope="session")
def extract_path():
    return PORTO if PORTO.is_file() else EMBEDDED


@pytest.fixture(scope="session")
def car(extract_path):
    return am.build_network(am.read_osm(extract_path), "car")

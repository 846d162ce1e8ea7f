"""What the benchmarks share."""

import pytest
from worlds import EMBEDDED, PORTO

import artois_mobility as am


@pytest.fixture(scope="session")
def extract_path():
    return PORTO if PORTO.is_file() else EMBEDDED


@pytest.fixture(scope="session")
def car(extract_path):
    return am.build_network(am.read_osm(extract_path), "car")

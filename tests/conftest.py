"""Settings and fixtures for every test."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The first call of a kernel compiles it, which no per-example deadline should count.
settings.register_profile("kernels", deadline=None, derandomize=True)
settings.load_profile("kernels")

# Tests build what they test; those of the cache name a folder of their own.
os.environ["ARTOIS_CACHE"] = "off"

# Run by Debian's Python, which has QGIS; never collected.
collect_ignore = ["qgis_reader.py"]

REPOSITORY = Path(__file__).parents[1]
REAL_DATA = REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def realdata() -> Path:
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real extracts are not here: {REAL_DATA.parent.name}/data is absent")
    return REAL_DATA

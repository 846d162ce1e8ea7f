import importlib
import pkgutil
import subprocess
import sys

import pytest

import artois_mobility as am

MODULES = [each.name for each in pkgutil.walk_packages(am.__path__, "artois_mobility.")]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_can_be_imported_by_itself(module):
    importlib.import_module(module)


def test_every_public_name_stays_itself_after_all_modules_are_loaded():
    for module in MODULES:
        importlib.import_module(module)
    for name in am.__all__:
        first, second = getattr(am, name), getattr(am, name)
        assert first is second
        assert not hasattr(first, "__path__"), f"{name} is a package, not what it should be"


def test_all_names_of_the_package_are_listed_once():
    assert set(am._HOME_OF_NAME) <= set(am.__all__)
    assert sorted(set(am.__all__)) == sorted(am.__all__)
    assert dir(am) == sorted(am.__all__)


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"numba", "pandas", "geopandas", "scipy", "osmium", "osmnx", "matplotlib", "shapely"}
    code = f"import sys, artois_mobility; print(sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

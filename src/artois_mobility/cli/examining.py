"""The checks of `artois-mobility doctor`: what the installation has, and what hurts in it."""

from __future__ import annotations

import importlib
import math
import os
import shutil
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DISTRIBUTION: Final = "artois-mobility"
# Those with compiled parts, which an update of the system or a mixed environment can break.
COMPILED: Final = (
    "numpy",
    "scipy",
    "numba",
    "pandas",
    "pyarrow",
    "shapely",
    "pyproj",
    "pyogrio",
    "geopandas",
    "osmium",
    "pymetis",
    "matplotlib",
    "opening_hours",
)
# What GDAL must write, and what studies are often read from.
WRITTEN: Final = ("GPKG", "GeoJSON")
READ: Final = ("CSV", "ESRI Shapefile", "FlatGeobuf")
# Lens railway station in degrees, and in Lambert-93 as PROJ 9.5.1 gives it; the formulas are those
# of IGN, note technique NTG 71.
STATION_DEG: Final = (2.8319, 50.4289)
STATION_M: Final = (688_038.388, 7_036_831.874)
LAMBERT_93: Final = "EPSG:2154"
# The old French system, whose coordinates are metres off without the grid of IGN.
NTF: Final = "EPSG:27572"
# A network of a region compiles into some 20 MB of cache; a report of it takes some 50 MB.
SOUND: Final = "ok"
LEAST_CACHE_MIB: Final = 200
LEAST_SCRATCH_MIB: Final = 1024
LEAST_MEMORY_MIB: Final = 2048
MIB: Final = 2**20


class State(StrEnum):
    """How a check ends."""

    FINE = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    check
        Key of its name in the catalogue, `doctor.<check>`.
    state
        How it ends.
    found
        Facts, as they are in any language: versions, folders, figures.
    remedy
        Key of what to do, `doctor.<remedy>`; `""` where there is nothing to do.
    values
        What stands in the braces of the remedy.
    """

    check: str
    state: State
    found: str
    remedy: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def examine() -> list[Finding]:
    """Check everything that the library stands on; nothing is changed.

    Returns
    -------
    findings
        One of each check, in the order in which one depends on the other. A check that fails in a
        way that nobody foresaw is a fault with what Python says.
    """
    return [_run(check, look) for check, look in CHECKS.items()]


def _run(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return look()
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        return Finding(check, State.FAULT, what, "reinstall")


def _look_at_python() -> Finding:
    from .._version import __version__

    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", State.FINE, f"{version}, artois-mobility {__version__}")


def _look_at_versions() -> Finding:
    """Hold the versions that are installed against those asked for."""
    from packaging.requirements import Requirement

    asked = [Requirement(text) for text in metadata.requires(DISTRIBUTION) or ()]
    needed = [each for each in asked if each.marker is None or each.marker.evaluate({"extra": ""})]
    faults = []
    for each in needed:
        try:
            version = metadata.version(each.name)
        except metadata.PackageNotFoundError:
            faults.append(f"{each.name}: –")
            continue
        if not each.specifier.contains(version, prereleases=True):
            faults.append(f"{each.name} {version} ({each.specifier})")
    if faults:
        return Finding("versions", State.FAULT, ", ".join(faults), "reinstall")
    return Finding("versions", State.FINE, f"{len(needed)}/{len(needed)}")


def _look_at_loading() -> Finding:
    """Import each library with compiled parts."""
    faults = []
    for name in COMPILED:
        try:
            importlib.import_module(name)
        except Exception as error:
            faults.append(f"{name}: {error}")
    if faults:
        return Finding("loading", State.FAULT, "; ".join(faults), "reinstall")
    return Finding("loading", State.FINE, ", ".join(COMPILED))


def _look_at_cache() -> Finding:
    """Find where compiled code is kept, and whether there is room."""
    place = cache_folder()
    if place is None:
        return Finding("cache", State.FAULT, str(_own_cache()), "no_cache")
    free_mib = shutil.disk_usage(place).free // MIB
    found = f"{place}, {free_mib} MiB"
    if free_mib < LEAST_CACHE_MIB:
        return Finding("cache", State.FAULT, found, "cache_full", {"least": LEAST_CACHE_MIB})
    return Finding("cache", State.FINE, found)


def cache_folder() -> Path | None:
    """Give the folder that numba keeps compiled code in.

    Returns
    -------
    folder
        Of `NUMBA_CACHE_DIR`, beside the kernels, or the user's; None where none can be written.
    """
    wanted = os.environ.get("NUMBA_CACHE_DIR")
    if wanted:
        places = [Path(wanted)]
    else:
        from numba.misc.appdirs import user_cache_dir

        places = [_own_cache(), Path(str(user_cache_dir("numba")))]  # type: ignore[no-untyped-call]
    return next((place for place in places if _can_write(place)), None)


def _own_cache() -> Path:
    return Path(__file__).parents[1] / "kernels" / "__pycache__"


def _can_write(place: Path) -> bool:
    """Tell whether a folder, or one to be made there, can be written."""
    there = next(each for each in (place, *place.absolute().parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def _look_at_search() -> Finding:
    """Compile a search if need be, and see that it finds the shorter way."""
    import numpy as np

    from ..graph import Graph
    from ..routing.one_to_all import travel_times

    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in {"", "0"}:
        return Finding("search", State.WARNING, "NUMBA_DISABLE_JIT", "no_jit")
    # node 0 leads to 2 in 9 ms, or by way of 1 in 3 + 4
    columns = ([0, 2, 3, 3], [1, 2, 2], [3, 9, 4])
    graph = Graph(*(np.array(column, np.int32) for column in columns))
    times_ms = travel_times(graph, [0])[0].tolist()
    if times_ms != [0, 3, 7]:
        return Finding("search", State.FAULT, f"{times_ms}", "wrong_search")
    return Finding("search", State.FINE, SOUND)


def _look_at_threads() -> Finding:
    from ..routing.threads import thread_count

    count, there = thread_count(), os.cpu_count() or 1
    found = f"{count}/{there}"
    if count > there:
        return Finding("threads", State.WARNING, found, "too_many_threads", {"there": there})
    return Finding("threads", State.FINE, found)


def _look_at_processes() -> Finding:
    """Start a second process as the maps do."""
    from ..routing.processes import open_pool

    with open_pool(1, timeout_s=60) as pool:
        pool.submit(math.sqrt, 49).result(timeout=60)
    return Finding("processes", State.FINE, SOUND)


def _look_at_memory() -> Finding:
    import psutil

    free_mib = psutil.virtual_memory().available // MIB
    found = f"{free_mib} MiB"
    if free_mib < LEAST_MEMORY_MIB:
        return Finding("memory", State.WARNING, found, "little_memory", {"least": LEAST_MEMORY_MIB})
    return Finding("memory", State.FINE, found)


def _look_at_scratch() -> Finding:
    """See that there is room for temporary files."""
    place = Path(tempfile.gettempdir())
    free_mib = shutil.disk_usage(place).free // MIB
    found = f"{place}, {free_mib} MiB"
    if free_mib < LEAST_SCRATCH_MIB:
        values = {"least": LEAST_SCRATCH_MIB}
        return Finding("scratch", State.WARNING, found, "scratch_full", values)
    return Finding("scratch", State.FINE, found)


def _look_at_gdal() -> Finding:
    """See that GDAL has the formats, and that a layer that it writes keeps its system."""
    import pyogrio

    can = pyogrio.list_drivers()
    missing = [name for name in WRITTEN if "w" not in can.get(name, "")]
    missing += [name for name in READ if name not in can]
    version = ".".join(map(str, pyogrio.__gdal_version__))
    if missing:
        return Finding("gdal", State.FAULT, f"{version}: {', '.join(missing)}", "no_drivers")
    found = f"{version}: {', '.join((*WRITTEN, *READ))}"
    system = _system_read_back()
    if system != LAMBERT_93:
        return Finding("gdal", State.FAULT, f"{found}; {LAMBERT_93} → {system}", "wrong_proj")
    return Finding("gdal", State.FINE, found)


def _system_read_back() -> str:
    """Write a layer in Lambert-93 and tell in which system GDAL reads it, or why it cannot."""
    import geopandas as gpd
    import pyogrio

    layer = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(STATION_M)), crs=LAMBERT_93)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "station.gpkg"
        try:
            pyogrio.write_dataframe(layer, path)
            return str(pyogrio.read_info(path)["crs"])
        except pyogrio.errors.DataSourceError as error:
            return str(error)


def _look_at_proj() -> Finding:
    """See that PROJ finds its own data, not that of another program, and counts right."""
    import pyproj

    place = Path(pyproj.datadir.get_data_dir())
    transformer = pyproj.Transformer.from_crs("EPSG:4326", LAMBERT_93, always_xy=True)
    off_m = math.dist(transformer.transform(*STATION_DEG), STATION_M)
    found = f"{pyproj.proj_version_str}, {place}"
    if not off_m < 0.01:
        return Finding("proj", State.FAULT, f"{found}: {off_m:.2f} m", "wrong_proj")
    return Finding("proj", State.FINE, found)


def _look_at_grids() -> Finding:
    """See whether PROJ has the grid that the old French coordinates need."""
    from pyproj.transformer import TransformerGroup

    group = TransformerGroup(NTF, LAMBERT_93)
    if group.best_available:
        return Finding("grids", State.FINE, f"{NTF} → {LAMBERT_93}")
    grids = [grid.short_name for way in group.unavailable_operations[:1] for grid in way.grids]
    return Finding("grids", State.WARNING, ", ".join(grids), "no_grids", {"system": NTF})


def _look_at_letters() -> Finding:
    """See that the standard output can say what French needs."""
    encoding = (sys.stdout.encoding or "?").lower()
    try:
        "é’–\u202f−".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return Finding("letters", State.WARNING, encoding, "no_accents")
    return Finding("letters", State.FINE, encoding)


CHECKS: Final[Mapping[str, Callable[[], Finding]]] = {
    "python": _look_at_python,
    "versions": _look_at_versions,
    "loading": _look_at_loading,
    "cache": _look_at_cache,
    "search": _look_at_search,
    "threads": _look_at_threads,
    "processes": _look_at_processes,
    "memory": _look_at_memory,
    "scratch": _look_at_scratch,
    "gdal": _look_at_gdal,
    "proj": _look_at_proj,
    "grids": _look_at_grids,
    "letters": _look_at_letters,
}

"""Bring into memory what a study asks of the water: locks, vessels, quays, trips."""

from itertools import combinations
from typing import TYPE_CHECKING, Final

from ..errors import StudyError
from ..freight.quay_tables import read_quays
from ..navigation.lock_tables import use_locks
from ..network.building import build_network
from ..osm.extract import Extract
from ..places.lock_tables import read_locks
from ..places.sites import read_sites
from ..scenarios.waters import Waters
from .files import Study

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

QUAY: Final = "transport/quay"
# Beyond so many quays, a voyage between any two of them is more than a report can show.
MOST_QUAYS: Final = 12


def load_waters(study: Study, extract: Extract) -> "tuple[Waters, pd.DataFrame] | None":
    """Read the tables of a study's water, and build the networks of its vessels.

    Parameters
    ----------
    study
        What is asked.
    extract
        Its OpenStreetMap data.

    Returns
    -------
    waters, matches
        The water of today, and where each row of the table of locks went (no rows without a
        table). None where the study asks nothing of the water.

    Raises
    ------
    StudyError
        If a trip names a quay that is not there, or there are too many quays for all trips.
    InputError
        If a table is faulty.
    """
    import pandas as pd

    asked = study.water
    if asked is None:
        return None
    matches = pd.DataFrame(columns=["name", "lock", "distance_m", "note", "reason"])
    if asked.locks is not None:
        extract, matches = use_locks(extract, read_locks(asked.locks))
    quays = _read_quays(study, extract)
    networks = {vessel.name: build_network(extract, vessel) for vessel in asked.vessels}
    trips = _choose_trips(study, quays["name"].tolist())
    return Waters(extract, networks, quays, trips, asked.departure), matches


def _read_quays(study: Study, extract: Extract) -> "gpd.GeoDataFrame":
    """Read the quays, each with a name of its own."""
    assert study.water is not None  # asked by the caller
    if study.water.quays is not None:
        quays = read_quays(study.water.quays)
        key = quays["quay"].astype(str)
    else:
        quays = read_sites(extract, [QUAY]).drop_duplicates("site").reset_index(drop=True)
        key = quays["site"].astype(str)
    name = quays["name"].fillna("").astype(str)
    is_shared = name.duplicated(keep=False) | (name == "")
    told = (name + " (" + key + ")").where(name != "", key)
    return quays.assign(name=name.where(~is_shared, told))[["name", "geometry"]]


def _choose_trips(study: Study, quays: list[str]) -> tuple[tuple[str, str], ...]:
    assert study.water is not None  # asked by the caller
    trips = study.water.trips
    unknown = sorted({end for trip in trips for end in trip} - set(quays))
    known = ", ".join(quays) or "none"
    if unknown:
        msg = f"{study.path}: water.trips: {unknown[0]!r} is no quay of the study. It has: {known}."
        raise StudyError(msg)
    if not trips and len(quays) > MOST_QUAYS:
        msg = (
            f"{study.path}: water: {len(quays)} quays are too many for voyages between all of "
            f"them; the most is {MOST_QUAYS}. Name the voyages: trips = [[from, to], ...]."
        )
        raise StudyError(msg)
    return trips or tuple(combinations(quays, 2))

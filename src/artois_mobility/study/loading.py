"""Bring everything into memory that a study needs: networks, sites, residents, communes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Progress
from ..caching.networks import Wanted, cached_network
from ..changes.hints import suggest
from ..errors import InputError, StudyError
from ..network.model import Network
from ..network.profile_keys import Profile
from ..network.slopes import read_heights
from ..osm.extract import Extract
from ..osm.reader import read_osm
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.communes import assign_communes, read_communes
from ..places.residents import read_residents
from ..places.sites import merge_sites, read_sites
from ..routing.threads import run_each
from ..scenarios.homes import Homes
from ..scenarios.resolved import Today
from ..transit.model import Transit
from .barriers import read_barriers
from .congestion import read_congestion
from .covers import read_covers
from .files import OSM, Study
from .transit_loading import feed_readers, transit_builders
from .water import load_waters

if TYPE_CHECKING:
    import geopandas as gpd

BUILDING: Final = "networks and places"
ATTACHING: Final = "attaching places"


class ProfileData(NamedTuple):
    """A study's data for one profile.

    Attributes
    ----------
    extract
        The OpenStreetMap data.
    network
        Of the profile.
    residents
        Cells of the territory, with `commune` and `epci`.
    communes
        Communes of the territory.
    sites
        Of the categories asked for.
    """

    extract: Extract
    network: Network
    residents: "gpd.GeoDataFrame"
    communes: "gpd.GeoDataFrame"
    sites: "gpd.GeoDataFrame"


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A study in memory.

    Attributes
    ----------
    study
        What was asked.
    today
        Extract, networks, sites.
    residents
        Cells of the territory, with `commune` and `epci`.
    communes
        Communes of the territory.
    attachments
        Residents and sites on the network of each profile that travels on streets.
    outside_count
        Cells whose residents do not count, because they live outside the territory.
    lock_matches
        Where each row of the study's table of locks went; no rows without a table.
    covers
        Areas in which the study says that the extract is whole, or None.
    transit
        Today's timetable and the walks to its stops; None where the study has none.
    """

    study: Study
    today: Today
    residents: "gpd.GeoDataFrame"
    communes: "gpd.GeoDataFrame"
    attachments: Mapping[str, tuple[Attachments, Attachments]]
    outside_count: int
    lock_matches: pd.DataFrame
    covers: "gpd.GeoDataFrame | None" = None
    transit: Transit | None = None


def load(study: Study, progress: Progress) -> Loaded:
    """Read a study's data, build its networks and attach its places to them.

    Parameters
    ----------
    study
        What is asked.
    progress
        Told about every stage.

    Returns
    -------
    loaded
        Everything that a comparison starts from.

    Raises
    ------
    InputError
        If any file is faulty, or nobody lives in the territory.
    """
    extract = _read_extract(study, progress)
    readers = [
        *_place_readers(study, extract, study.categories),
        *feed_readers(study),
        *(_each(load_for, study, extract, profile) for profile in study.street_profiles),
    ]
    everybody, around, sites, *rest = _run_all(readers, BUILDING, progress)
    feed = rest.pop(0) if study.transit is not None else None
    networks = dict(zip((each.name for each in study.street_profiles), rest, strict=True))
    residents, communes = _settle(study, everybody, around)
    places = [(network, table) for network in networks.values() for table in (residents, sites)]
    attaching = [_each(attach, *pair) for pair in places]
    attaching += transit_builders(study, networks, feed)
    tables = _run_all(attaching, ATTACHING, progress)
    transit = tables.pop() if study.transit is not None else None
    pairs = zip(tables[::2], tables[1::2], strict=True)
    loaded_waters = load_waters(study, extract)
    waters, lock_matches = (None, pd.DataFrame()) if loaded_waters is None else loaded_waters
    networks_of = {**networks, **({} if waters is None else waters.networks)}
    return Loaded(
        study,
        Today(
            extract,
            networks_of,
            sites,
            study.categories,
            waters,
            homes=Homes(residents, around, study.epci),
            day=study.day,
            build=partial(build_for, study),
            feed=feed,
            travel_day=None if study.transit is None else study.transit.day,
        ),
        residents,
        communes,
        dict(zip(networks, pairs, strict=True)),
        len(everybody) - len(residents),
        lock_matches,
        None if study.covers is None else read_covers(study.covers),
        transit,
    )


def load_profile(
    study: Study, profile: Profile, categories: Sequence[str], progress: Progress
) -> ProfileData:
    """Read a study's data for one profile, without the networks of its others.

    Parameters
    ----------
    study
        What is asked.
    profile
        Who travels.
    categories
        Which sites.
    progress
        Told about every stage.

    Returns
    -------
    data
        Extract, network, residents, communes and sites.

    Raises
    ------
    InputError
        If any file is faulty, or nobody lives in the territory.
    """
    extract = _read_extract(study, progress)
    readers = [
        *_place_readers(study, extract, categories),
        _each(load_for, study, extract, profile),
    ]
    everybody, communes, sites, network = _run_all(readers, BUILDING, progress)
    residents, communes = _settle(study, everybody, communes)
    return ProfileData(extract, network, residents, communes, sites)


def load_for(study: Study, extract: Extract, profile: Profile) -> Network:
    """Give the network of a profile as a study wants it, from the cache where it lies there.

    Parameters
    ----------
    study
        With turns or without.
    extract
        Its OpenStreetMap data as it was read, without any change.
    profile
        Who travels.

    Returns
    -------
    network
        What `build_for` builds.
    """
    return cached_network(extract, _want(study, profile))


def build_for(study: Study, extract: Extract, profile: Profile) -> Network:
    """Build the network of a profile as a study wants it.

    Parameters
    ----------
    study
        With turns or without.
    extract
        Its OpenStreetMap data.
    profile
        Who travels; turns matter to those who lose time by them.

    Returns
    -------
    network
        With turns where the study wants them and the profile knows any, with traffic, slopes
        and barriers where the study has tables of them.
    """
    return _want(study, profile).build(extract)


def _want(study: Study, profile: Profile) -> Wanted:
    table, raster, walls = study.congestion, study.heights, study.barriers
    return Wanted(
        profile,
        turns=study.turns and bool(profile.turn_delay_s),
        congestion=None if table is None else read_congestion(table, study.period),
        heights=None if raster is None else read_heights(raster),
        barriers=None if walls is None else read_barriers(walls),
    )


def _read_extract(study: Study, progress: Progress) -> Extract:
    return read_osm(study.extract, progress=progress)


def _place_readers(
    study: Study, extract: Extract, categories: Sequence[str]
) -> list[Callable[[], Any]]:
    """List what reads residents, communes and sites, to be run beside other work."""
    bounds_deg = extract.source.bounds_deg
    return [
        lambda: read_residents(study.residents, bounds_deg=bounds_deg),
        lambda: read_communes(extract if study.communes == OSM else study.communes),
        lambda: read_all_sites(study, extract, categories),
    ]


def _each(work: Callable[..., Any], *arguments: object) -> Callable[[], Any]:
    return lambda: work(*arguments)


def _run_all(jobs: Sequence[Callable[[], Any]], stage: str, progress: Progress) -> list[Any]:
    """Run jobs in threads; what is wrong with the input of several is raised as one error."""
    done: list[int] = []
    progress(stage, 0, len(jobs))

    def run(job: Callable[[], Any]) -> tuple[Any, InputError | None]:
        try:
            answer, error = job(), None
        except InputError as fault:
            answer, error = None, fault
        done.append(1)
        progress(stage, len(done), len(jobs))
        return answer, error

    found = run_each(run, jobs)
    errors = [error for _, error in found if error is not None]
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise StudyError("\n".join(map(str, errors))) from errors[0]
    return [answer for answer, _ in found]


def read_all_sites(study: Study, extract: Extract, categories: Sequence[str]) -> "gpd.GeoDataFrame":
    """Read the sites of a study from all its sources.

    Parameters
    ----------
    study
        Where they are.
    extract
        Its OpenStreetMap data.
    categories
        Only these and all below them.

    Returns
    -------
    sites
        What `read_sites` gives, each site once.

    Raises
    ------
    PlacesError
        If there is no such category, or a file is faulty.
    """
    bounds_deg = extract.source.bounds_deg
    tables = [
        read_sites(extract, categories)
        if source == OSM
        else read_sites(source, categories, bounds_deg=bounds_deg, day=study.day)
        for source in study.sites
    ]
    return tables[0] if len(tables) == 1 else merge_sites(*tables)


def _settle(
    study: Study, everybody: "gpd.GeoDataFrame", communes: "gpd.GeoDataFrame"
) -> tuple["gpd.GeoDataFrame", "gpd.GeoDataFrame"]:
    """Say in which commune and EPCI everybody lives, and keep those of the territory."""
    settled = assign_communes(everybody, communes)
    epci_of_commune = dict(zip(communes["insee"], communes["epci"], strict=True))
    of_commune = np.array([epci_of_commune.get(code) or "" for code in settled["commune"]], object)
    given = _read_codes(settled["epci"]) if "epci" in settled else np.full(len(settled), "", object)
    settled["epci"] = np.where(of_commune == "", given, of_commune)
    is_counted = np.ones(len(settled), np.bool_)
    if study.epci:
        is_counted = settled["epci"].isin(study.epci).to_numpy(np.bool_)
        _check_epci(study, settled, communes)
        settled.attrs["outside_the_territory"] = _count_outside(settled, is_counted)
        communes = communes[communes["epci"].isin(study.epci)]
    else:
        communes = communes[communes["insee"].isin(settled["commune"])]
    residents = settled[is_counted].reset_index(drop=True)
    residents.attrs = dict(settled.attrs)
    if residents.empty:
        msg = (
            f"{study.path}: none of the {len(settled)} cells of {study.residents.name} lies in the "
            f"territory of {study.extract.name}. Check [territory] epci and the coordinates."
        )
        raise StudyError(msg)
    kept = communes.reset_index(drop=True)
    kept.attrs = dict(communes.attrs)
    return residents, kept


def _count_outside(
    settled: "gpd.GeoDataFrame", is_counted: npt.NDArray[np.bool_]
) -> dict[str, float]:
    """Count cells and people outside the territory, and the people of no EPCI at all."""
    people = settled["population"].to_numpy(np.float64)
    is_of_none = (settled["epci"] == "").to_numpy(np.bool_)
    return {
        "cells": int((~is_counted).sum()),
        "people": float(people[~is_counted].sum()),
        "people_of_no_epci": float(people[is_of_none].sum()),
    }


def _read_codes(column: "pd.Series[Any]") -> npt.NDArray[np.object_]:
    """Write SIREN numbers as text, also where the table's reader took them for numbers."""
    if pd.api.types.is_numeric_dtype(column):
        return np.array(["" if pd.isna(v) else f"{int(v)}" for v in column], object)
    return column.fillna("").astype(str).to_numpy(object)


def _check_epci(study: Study, settled: "gpd.GeoDataFrame", communes: "gpd.GeoDataFrame") -> None:
    known = sorted((set(communes["epci"]) | set(settled["epci"])) - {""})
    missing = [code for code in study.epci if code not in known]
    if missing:
        hint = suggest(missing[0], known) or (
            " Neither communes nor residents name any EPCI: give them, or leave epci out."
        )
        msg = (
            f"{study.path}: territory.epci: {len(missing)} of {len(study.epci)} EPCI are not in "
            f"the data, first {missing[0]}.{hint}"
        )
        raise StudyError(msg)

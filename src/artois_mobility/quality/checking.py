"""Check an extract before anyone models on it: what is wrong, where, and how much of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ..changes.notices import Notice
from ..changes.reasons import translate_reason
from ..changes.sentences import Language
from ..drawing import language_of_user
from ..network.building import build_network
from ..network.model import Network
from ..network.profile_keys import Profile
from ..network.profiles import read_profile
from ..osm.extract import Extract
from ..places.attaching import attach
from ..places.sites import read_sites
from .connections import GAP, ISLAND, TRAP, find_gaps, find_islands, find_traps
from .faults import Fault, tabulate
from .tagging import (
    RESTRICTION,
    SPEED,
    THROUGH_WATER,
    find_restrictions_not_applied,
    find_speeds,
    find_streets_through_water,
    measure_missing_speeds,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SITE: Final = "site_without_access"
# What each kind of fault is called, in the order in which they are told.
NAME_OF_KIND: Final[Mapping[str, Notice]] = {
    ISLAND: Notice("fault_island"),
    TRAP: Notice("fault_one_way_trap"),
    GAP: Notice("fault_gap"),
    THROUGH_WATER: Notice("fault_street_through_water"),
    RESTRICTION: Notice("fault_restriction_not_applicable"),
    SPEED: Notice("fault_implausible_speed"),
    SITE: Notice("fault_site_without_access"),
}
KINDS: Final = tuple(NAME_OF_KIND)


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """What is wrong or missing in an extract.

    Attributes
    ----------
    faults
        One row per fault: `kind`, `osm_type` and `osm_id` of the object to look at, `name`,
        `detail`, `metres` of street concerned, and the geometry in EPSG:4326.
    missing_speeds
        One row per class of street: `class`, `km`, `km_without_limit`, `share`.
    """

    faults: "gpd.GeoDataFrame"
    missing_speeds: "pd.DataFrame"

    def counts(self) -> Mapping[str, int]:
        """Count the faults by kind, zeros included.

        Returns
        -------
        counts
            In the order of `KINDS`.
        """
        found = self.faults["kind"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in KINDS}

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<Check: {len(self.faults)} faults>"

    def _repr_html_(self) -> str:
        """Show in a notebook how many faults of each kind there are."""
        language = language_of_user()
        rows = (
            f"<tr><th>{escape(NAME_OF_KIND[kind].say(language))}</th><td>{count}</td></tr>"
            for kind, count in self.counts().items()
        )
        return f"<table>{''.join(rows)}</table>"


def check(
    extract: Extract, profile: str | Path | Profile = "car", *, language: Language = "en"
) -> Check:
    """Check an extract for faults that make travel times wrong.

    Islands, streets that one-way tags make a trap, ends that stop short of the next street,
    streets through water, turn restrictions and limits that cannot be right, sites that no street
    is near; and how many kilometres have no limit. What is found is a suspicion: an island may be
    a farm behind a gate.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        Whose network is looked at.
    language
        Of the details, `"fr"` or `"en"`.

    Returns
    -------
    check
        Faults as a table that opens in QGIS, and missing limits by class.

    Raises
    ------
    ProfileError
        If the profile is unknown or faulty.

    References
    ----------
    OpenStreetMap wiki: Quality assurance; OSM Inspector.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> found = check(crossroads())
    >>> found.counts()["island"], len(found.faults)
    (0, 0)
    >>> found.missing_speeds["km_without_limit"].round(1).tolist()
    [0.2, 0.2]
    """
    if not isinstance(profile, Profile):
        profile = read_profile(profile)
    network = build_network(extract, profile)
    faults = [
        *find_islands(network),
        *find_traps(network),
        *find_gaps(network),
        *find_streets_through_water(extract),
        *find_restrictions_not_applied(extract, profile, network),
        *find_speeds(extract, profile),
        *_find_sites_without_access(extract, network),
    ]
    return Check(tabulate(faults, KINDS, language), measure_missing_speeds(extract, profile))


def _find_sites_without_access(extract: Extract, network: Network) -> Iterator[Fault]:
    sites = read_sites(extract).drop_duplicates("site").reset_index(drop=True)
    reasons = attach(network, sites).reason_of_place
    for row in np.flatnonzero(reasons != "").tolist():
        site = sites.iloc[row]
        reason = translate_reason(str(reasons[row]), network.profile)
        osm_type, _, osm_id = str(site["site"]).rpartition("/")
        yield Fault(
            SITE,
            osm_type.rpartition(":")[2] or "site",
            int(osm_id) if osm_id.isdigit() else 0,
            str(site["name"] or ""),
            Notice("found_site", {"category": str(site["category"]), "reason": reason}),
            0.0,
            site.geometry,
        )

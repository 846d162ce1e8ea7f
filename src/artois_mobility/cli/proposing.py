"""What `artois-mobility new-study` finds out: what an extract holds, and who lives there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..errors import ArtoisMobilityError, InputError, PlacesError
from .outputs import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from .._types import Progress
    from ..osm.extract import Extract

READING: Final = "reading the extract"
LOOKING: Final = "sites and communes"
SPREADING: Final = "spreading people along streets"

# What most studies ask for, where the data have it; else whatever there is most of.
USUAL: Final = (
    "care/hospital",
    "care/emergency",
    "care/maison_de_sante",
    "care/general_practitioner",
    "care/pharmacy",
    "culture/library",
    "culture/museum",
    "culture/cinema",
    "training/university",
    "training/lycee",
    "training/cfa",
)
MOST_OTHERS: Final = 5
TABLES: Final = (".csv", ".parquet", ".gpkg", ".geojson")
# Guessing reads whole files: a table of all of France is named, not guessed.
LARGEST_GUESS_MIB: Final = 100
MIB: Final = 2**20
# The file that spread people go to.
ESTIMATE: Final = "residents-estimated.csv"


@dataclass(frozen=True, slots=True, eq=False)
class Holdings:
    """What an extract holds.

    Attributes
    ----------
    path
        The file.
    extract
        The same, read.
    communes
        Those whose boundary is whole.
    count_of_category
        How many sites there are of each category, the most frequent first; those of tables too.
    """

    path: Path
    extract: Extract
    communes: gpd.GeoDataFrame
    count_of_category: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who lives there, and in which file that stands.

    Attributes
    ----------
    path
        The file.
    table
        Its rows within the extract's bounds.
    is_estimated
        Whether people were spread along streets for want of a table.
    """

    path: Path
    table: gpd.GeoDataFrame
    is_estimated: bool

    @property
    def count(self) -> int:
        """People within the bounds, in whole numbers."""
        return round(float(self.table["population"].sum()))


def look_into(path: Path, tables: Sequence[Path], progress: Progress) -> Holdings:
    """Read an extract and see what it holds.

    Parameters
    ----------
    path
        The OpenStreetMap file.
    tables
        Files of sites besides.
    progress
        Told about every stage.

    Returns
    -------
    holdings
        Its communes, and how many sites there are of each category.

    Raises
    ------
    InputError
        If a file is faulty, or there is no site at all.
    """
    from ..osm.reader import read_osm
    from ..places.communes import read_communes
    from ..places.sites import merge_sites, read_sites

    progress(READING, 0, 1)
    extract = read_osm(path)
    progress(READING, 1, 1)
    progress(LOOKING, 0, 1)
    bounds = extract.source.bounds_deg
    parts = [read_sites(extract), *(read_sites(each, bounds_deg=bounds) for each in tables)]
    counts = Counter(merge_sites(*parts)["category"].tolist())
    communes = read_communes(extract)
    progress(LOOKING, 1, 1)
    if not counts:
        msg = (
            f"{path} holds no site of care, culture or training: an extract of roads only? Give a "
            "table of sites with --sites FILE (category, lon, lat), or bring a whole extract with "
            "artois-mobility download."
        )
        raise InputError(msg)
    return Holdings(path, extract, communes, dict(counts.most_common()))


def choose_categories(counts: Mapping[str, int]) -> list[str]:
    """Choose what a study may ask for first.

    Parameters
    ----------
    counts
        How many sites there are of each category.

    Returns
    -------
    categories
        The usual ones that occur; the most frequent where none of them does.

    Examples
    --------
    >>> choose_categories({"culture/park": 9, "care/hospital": 1})
    ['care/hospital']
    >>> choose_categories({"culture/park": 9})
    ['culture/park']
    """
    usual = [key for key in USUAL if counts.get(key)]
    return usual or list(counts)[:MOST_OTHERS]


def guess_residents(holdings: Holdings, folders: Sequence[Path]) -> People | None:
    """Look for a table of residents in some folders: the one with most people in the extract.

    Parameters
    ----------
    holdings
        The extract.
    folders
        Where to look; not below them.

    Returns
    -------
    people
        None where no file is one, or none has anybody within the extract's bounds.
    """
    found = [
        people
        for path in _tables_in(folders)
        if (people := _try(path, holdings)) is not None and people.count > 0
    ]
    return max(found, key=lambda people: people.count, default=None)


def read_people(path: Path, holdings: Holdings) -> People:
    """Read a table of residents and keep those within an extract's bounds.

    Parameters
    ----------
    path
        The table.
    holdings
        The extract.

    Returns
    -------
    people
        Who lives there.

    Raises
    ------
    PlacesError
        If the file is no table of residents, or nobody in it lives within the bounds.
    """
    from ..places.residents import read_residents

    table = read_residents(path)
    west, south, east, north = holdings.extract.source.bounds_deg
    within = table.cx[west:east, south:north]
    if not within["population"].sum() > 0:
        msg = (
            f"{path}: nobody of its {len(table)} rows lives in the extract, which reaches from "
            f"longitude {west:.4f} to {east:.4f} and latitude {south:.4f} to {north:.4f}. Give a "
            "table of the same place."
        )
        raise PlacesError(msg)
    return People(path, within, is_estimated=False)


def spread_people(
    holdings: Holdings, population: int | None, folder: Path, progress: Progress
) -> People | None:
    """Spread people along residential streets and write them as a table.

    Parameters
    ----------
    holdings
        The extract.
    population
        How many live in all of it; None for the populations of its communes.
    folder
        Where the table goes.
    progress
        Told about the work.

    Returns
    -------
    people
        None where no number is given and no commune has one.
    """
    from ..network.building import build_network
    from ..places.spreading import spread_population
    from ..report.csv_files import write_csv

    zones = _zones(holdings, population)
    if zones.empty:
        return None
    progress(SPREADING, 0, 1)
    network = build_network(holdings.extract, "walk")
    table = spread_population(zones, network, apart_m=100.0)
    progress(SPREADING, 1, 1)
    path = folder / ESTIMATE
    rows = table.drop(columns="geometry").assign(
        lon=table.geometry.x.round(6), lat=table.geometry.y.round(6)
    )
    if population is not None:
        rows["commune"] = ""
    write_whole(path, lambda place: write_csv(rows, place))
    return People(path, table, is_estimated=True)


def _zones(holdings: Holdings, population: int | None) -> gpd.GeoDataFrame:
    """Give the areas whose people are known: the communes, or all that the extract covers."""
    import geopandas as gpd
    import shapely

    if population is None:
        communes = holdings.communes
        return communes[communes["population"] > 0]
    area = shapely.box(*holdings.extract.source.bounds_deg)
    return gpd.GeoDataFrame(
        {"zone": ["all"], "population": [population]}, geometry=[area], crs="EPSG:4326"
    )


def _tables_in(folders: Sequence[Path]) -> Iterator[Path]:
    places = {folder.resolve(): folder for folder in folders if folder.is_dir()}
    for place in places.values():
        for path in sorted(place.iterdir()):
            if (
                path.suffix in TABLES
                and path.name != ESTIMATE
                and path.is_file()
                and path.stat().st_size <= LARGEST_GUESS_MIB * MIB
            ):
                yield path


def _try(path: Path, holdings: Holdings) -> People | None:
    try:
        return read_people(path, holdings)
    except ArtoisMobilityError:
        return None  # another kind of table

"""What the commands that look for places share: the study they search, and how they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..errors import InputError
from .outputs import check_results_folder, csv_writer
from .refusing import refuse_vessel
from .texts import Answer, write_json, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from .._types import Progress
    from ..changes.schema import Change
    from ..report.grid import Cell, Table
    from ..report.plan_maps import Ground
    from ..report.sheet import SheetText
    from ..report.words import Words
    from ..study.files import Study
    from ..study.loading import ProfileData


# More categories than this are counted in a subtitle, not named.
MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Search:
    """What every search for places is told.

    Attributes
    ----------
    study_path
        The study file.
    profile
        Who travels; None for the study's first.
    categories
        Which sites people go to; none for the study's.
    most
        How many of the best get a scenario of their own.
    apart_m
        How far apart these are, at least.
    folder
        Where tables, layers, map and scenarios go; None for nowhere.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of a table.
    csv
        How CSV files are written.
    """

    study_path: Path
    profile: str | None = None
    categories: Sequence[str] = ()
    most: int = 5
    apart_m: float = 0.0
    folder: Path | None = None
    language: str | None = None
    as_json: bool = False
    csv: str = "plain"


class Scene(NamedTuple):
    """The study that is searched, and how its results are told.

    Attributes
    ----------
    study
        The study.
    data
        Its data for one profile.
    categories
        Which sites people go to, those without any left out.
    words
        The catalogue.
    without_sites
        Categories asked for that have no site.
    csv
        How CSV files are written.
    """

    study: Study
    data: ProfileData
    categories: list[str]
    words: Words
    without_sites: tuple[str, ...] = ()
    csv: str = "plain"

    @property
    def mention(self) -> str:
        """The mark of a made-up territory, or `""`."""
        is_schematic = self.data.network.provenance.is_schematic
        return self.words.say("schematic.mark") if is_schematic else ""

    def subtitle(self, key: str) -> str:
        """Say who travels where.

        Parameters
        ----------
        key
            Of the text.

        Returns
        -------
        subtitle
            For a map.
        """
        from ..report.labels import category_label

        named = ", ".join(category_label(each, self.words) for each in self.categories)
        if len(self.categories) > MOST_NAMED:
            named = self.words.say("plans.destinations", {"count": len(self.categories)})
        profile = self.data.network.profile.label[self.words.language]
        return self.words.say(key, {"profile": profile, "categories": named})

    @property
    def warnings(self) -> list[str]:
        """What the study's tables hold that does not count, one sentence each."""
        from ..changes.notices import Notice, say_all
        from ..study.caveats import warn_of_places

        notices = [Notice("no_site", {"category": each}) for each in self.without_sites]
        notices += warn_of_places(self.data.residents, self.data.sites)
        return say_all(notices)[self.words.language]

    def ground(self) -> Ground:
        """Lay out what lies under a map.

        Returns
        -------
        ground
            Backdrop, network and catalogue.
        """
        from ..report.backdrop import make_backdrop
        from ..report.plan_maps import Ground

        data = self.data
        backdrop = make_backdrop(data.network, data.residents, data.communes)
        return Ground(backdrop, data.network, self.words)


def open_scene(search: Search, progress: Progress) -> Scene:
    """Read the study that is searched.

    Parameters
    ----------
    search
        Study, profile, categories, folder and language.
    progress
        Told about every stage.

    Returns
    -------
    scene
        With at least one site.

    Raises
    ------
    InputError
        If an argument or a file is wrong, the profile is a vessel's, or there is no site.
    """
    from ..access.asking import list_categories
    from ..access.nearest import rows_of_categories
    from ..report.words import read_words
    from ..study.files import find_profile, read_study
    from ..study.loading import load_profile

    if search.folder is not None:
        check_results_folder(search.folder)
    study = read_study(search.study_path)
    words = read_words(search.language or study.language)
    profile = find_profile(study, search.profile)
    refuse_vessel(profile, study)
    wanted = list(search.categories) or list(study.categories)
    data = load_profile(study, profile, wanted, progress)
    if not len(data.sites):
        msg = f"There is no site of {', '.join(wanted)} in the study's data. Choose others."
        raise InputError(msg)
    listed = list_categories(data.sites, wanted)
    rows = rows_of_categories(data.sites, listed)
    empty = tuple(key for key, own in zip(listed, rows, strict=True) if not own.size)
    present = [key for key in listed if key not in empty]
    return Scene(study, data, present, words, empty, search.csv)


def scenario_writers(
    plans: Mapping[str, tuple[str, str, Sequence[Change]]],
) -> dict[str, Callable[[Path], object]]:
    """Give what writes scenario files.

    Parameters
    ----------
    plans
        By file its title, its question and its changes.

    Returns
    -------
    writers
        By file, called with the place to write to.
    """
    from ..changes.writing import write_scenario

    def writer(name: str, question: str, changes: Sequence[Change]) -> Callable[[Path], object]:
        return lambda path: write_scenario(path, name, changes, question=question)

    return {file: writer(*plan) for file, plan in plans.items()}


def write_layers(scene: Scene, layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write a GeoPackage: Lambert-93 in France, elsewhere degrees.

    Parameters
    ----------
    scene
        Whose mark every row bears.
    layers
        By name.
    path
        Where to.
    """
    from .._types import WGS84
    from ..network.geodesy import LAMBERT_93

    crs = LAMBERT_93 if scene.data.network.crs == LAMBERT_93 else WGS84
    for name, table in layers.items():
        marked = table.assign(mention=scene.mention) if scene.mention else table
        marked.to_crs(crs).to_file(path, layer=name, driver="GPKG")


def marked_csv(scene: Scene, table: pd.DataFrame) -> Callable[[Path], object]:
    """Give what writes a table as CSV.

    Parameters
    ----------
    scene
        Whose mark every row bears.
    table
        The table.

    Returns
    -------
    write
        Called with the place to write to.
    """
    marked = table.assign(mention=scene.mention) if scene.mention else table
    return csv_writer(marked.round(3), scene.csv)


def sheet_text(scene: Scene, title: str, subtitle: str, legend: str) -> SheetText:
    """Say what stands on a map.

    Parameters
    ----------
    scene
        Whose mark it bears.
    title, subtitle
        What it shows.
    legend
        Key of the legend's title.

    Returns
    -------
    text
        Without the source line.
    """
    from ..report.sheet import SheetText

    return SheetText(title, subtitle, scene.words.say(legend), "", scene.mention)


def answer(
    scene: Scene, title: str, lines: Sequence[str], tables: Sequence[Table], files: Sequence[str]
) -> Answer:
    """Write what was found for a terminal.

    Parameters
    ----------
    scene
        Whose mark it bears.
    title
        The finding.
    lines
        What is worth knowing, one sentence each.
    tables
        Those with rows are shown.
    files
        What was written.

    Returns
    -------
    answer
        Ready to be printed.
    """
    shown = [write_table(table) for table in tables if table.rows]
    parts = [scene.mention, f"{title}.", "\n".join(f"{line}." for line in lines), *shown]
    text = "\n\n".join(filter(None, [*parts, "\n".join(files)]))
    told = [scene.words.say("terminal.warning", {"text": each}) for each in scene.warnings]
    return Answer(text, tuple(told))


def describe(
    scene: Scene,
    tables: Mapping[str, pd.DataFrame],
    files: Sequence[str],
    figures: Mapping[str, object],
) -> Answer:
    """Write what was found for machines.

    Parameters
    ----------
    scene
        Whether its territory is made up.
    tables
        By name.
    files
        What was written.
    figures
        Anything else.

    Returns
    -------
    answer
        JSON.
    """
    rows = {
        name: json.loads(table.drop(columns="geometry", errors="ignore").to_json(orient="records"))
        for name, table in tables.items()
    }
    told = {"is_schematic": bool(scene.mention), "warnings": scene.warnings}
    return Answer(write_json({**told, **figures, **rows, "files": list(files)}))


def lay_out_table(
    caption: str,
    headers: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Any]]],
    words: Words,
) -> Table:
    """Lay out figures for people to read.

    Parameters
    ----------
    caption
        Key of what the table shows.
    headers
        Keys of its columns among the plans, that of the names first.
    rows
        The name and the figures of each; NaN for none.
    words
        The catalogue.

    Returns
    -------
    table
        Whole numbers.
    """
    from ..report.grid import Row, Table

    return Table(
        words.say(caption),
        tuple(words.say(f"plans.{name}") for name in headers),
        tuple(Row(name, tuple(_whole(each, words) for each in cells)) for name, cells in rows),
    )


def _whole(number: float, words: Words) -> Cell:
    from ..report.grid import Cell
    from ..report.words import write_number

    if number != number:  # noqa: PLR0124  NaN is not itself
        return Cell("–", "")
    return Cell(write_number(number, words.language), number)

"""The commands that travel from given places: isochrones and matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError
from .outputs import area_writer, check_output, write_whole
from .refusing import read_memory
from .texts import Answer, answer_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from .._types import Direction, Progress
    from ..network.model import Network
    from ..network.profile_keys import Profile
    from ..places.table_points import Bounds
    from ..report.words import Words
    from ..transit.model import Transit

    Point = tuple[float, float]


class Origins(NamedTuple):
    """Whose isochrones are drawn.

    Attributes
    ----------
    points
        Longitude and latitude of each place, as text.
    categories
        Categories of sites, all sites of one drawn as one area.
    """

    points: Sequence[str]
    categories: Sequence[str] = ()


class Drawing(NamedTuple):
    """How what is reached is drawn.

    Attributes
    ----------
    form
        `areas`, `streets` or `surface`.
    direction
        `from` the places, or `to` them.
    cell_m
        Side of the cells in metres.
    """

    form: str = "areas"
    direction: Direction = "from"
    cell_m: float = 25.0


def run_isochrones(  # noqa: PLR0913  a command is its options
    study_path: Path,
    origins: Origins,
    minutes: str,
    drawing: Drawing,
    *,
    profile: str | None,
    scenario: Path | None = None,
    output: Path | None,
    as_json: bool = False,
    progress: Progress,
) -> Answer:
    """Draw what is reached from some places, today or also in a scenario.

    Parameters
    ----------
    study_path
        The study file.
    origins
        Places, or categories of sites.
    minutes
        Minutes, separated by commas.
    drawing
        How what is reached is drawn.
    profile
        Who travels; None for the study's first.
    scenario
        A scenario file: areas of today and of the scenario are drawn, and what is gained and lost.
    output
        Where the areas go; None to give them as GeoJSON.
    as_json
        Name the file that was written in JSON.
    progress
        Told about every stage.

    Returns
    -------
    answer
        GeoJSON, or the file that was written; and a warning for each place that hangs on no
        street.

    Raises
    ------
    InputError
        If an argument is wrong, or none of the places hangs on a street.
    """
    from ..report.words import read_words
    from ..study.files import read_study
    from ..study.transit_loading import find_traveller
    from ..transit.model import walked_network
    from .situations import find_situations

    points = [_point(text) for text in origins.points]
    bounds = read_numbers(minutes, "--minutes", "10,20,30")
    _check_together(origins, drawing, scenario, output)
    write = _writer(drawing, output) if output is not None else None
    study = read_study(study_path)
    who, rides = find_traveller(study, profile)
    _check_form(drawing, rides=rides)
    today, *changed = find_situations(
        study, who, origins.categories, scenario, progress, rides=rides
    )
    network = walked_network(today.network)
    areas = _draw(today.network, today.sites if origins.categories else points, bounds, drawing)
    words = read_words(study.language)
    warnings: tuple[str, ...] = ()
    if points:
        reason_of_origin = _find_unattached(network, points, areas)
        if len(reason_of_origin) == len(points):
            bounds_deg = today.extract.source.bounds_deg
            raise InputError(_describe_unattached(points, reason_of_origin, bounds_deg, who.name))
        warnings = _warn_of_origins(points, reason_of_origin, who, words)
    for then in changed:
        after = _draw(then.network, then.sites if origins.categories else points, bounds, drawing)
        areas = _side_by_side(areas, after, then.name)
    if network.provenance.is_schematic and drawing.form != "surface":
        areas = areas.assign(mention=words.say("schematic.mark"))
    if output is not None and write is not None:
        write_whole(output, lambda path: write(areas, path))
        return answer_file(output, warnings, as_json=as_json)
    return Answer(str(areas.to_json(drop_id=True)), warnings)


def run_matrix(
    study_path: Path,
    output: Path,
    *,
    profile: str | None,
    categories: Sequence[str] | None,
    memory_gib: float | None,
    as_json: bool = False,
    progress: Progress,
) -> Answer:
    """Compute the minutes from every populated cell of the territory to every site.

    Parameters
    ----------
    study_path
        The study file.
    output
        The Parquet file to write.
    profile
        Who travels; None for the study's first.
    categories
        Which sites; None for the study's.
    memory_gib
        GiB of memory that a block of the table may take; None for a quarter of what is free.
    as_json
        Name the file in JSON.
    progress
        Told about every stage.

    Returns
    -------
    answer
        The file that was written.

    Raises
    ------
    InputError
        If an argument or a file of the study is wrong.
    """
    from ..report.words import read_words
    from ..routing.tables import travel_time_matrix
    from ..study.files import read_study
    from ..study.loading import load_profile
    from ..study.transit_loading import find_traveller, ride_on

    if output.suffix != ".parquet":
        msg = f"The matrix is written as Parquet; {output} does not end in .parquet."
        raise InputError(msg)
    budget_bytes = read_memory(memory_gib)
    check_output(output)
    study = read_study(study_path)
    who, rides = find_traveller(study, profile)
    wanted = list(categories or study.categories)
    data = load_profile(study, who, wanted, progress)
    network = data.network
    mention = read_words(study.language).say("schematic.mark")
    travel_time_matrix(
        ride_on(study, network) if rides else network,
        data.residents,
        data.sites,
        path=output,
        constants={"mention": mention} if network.provenance.is_schematic else None,
        budget_bytes=budget_bytes,
        progress=progress,
    )
    return answer_file(output, as_json=as_json)


def _writer(drawing: Drawing, output: Path) -> Callable[[Any, Path], None]:
    """Choose how what is reached is written."""
    if drawing.form != "surface":
        return area_writer(output)
    check_output(output)
    if output.suffix not in {".tif", ".tiff"}:
        msg = f"A surface is written as .tif; found {output}."
        raise InputError(msg)
    return lambda surface, place: surface.to_geotiff(place)


def _check_together(
    origins: Origins, drawing: Drawing, scenario: Path | None, output: Path | None
) -> None:
    """Refuse options that do not go together."""
    if bool(origins.points) == bool(origins.categories):
        msg = (
            "Give either --from LON,LAT (may be repeated), or --category CATEGORY for the areas of "
            "all its sites."
        )
        raise InputError(msg)
    if scenario is not None and drawing.form != "areas":
        msg = f"--scenario draws areas; leave out --form {drawing.form}, or --scenario."
        raise InputError(msg)
    if drawing.form == "surface" and output is None:
        msg = "A surface is written as GeoTIFF: give --output FILE.tif."
        raise InputError(msg)
    if drawing.form == "surface" and len(origins.categories) > 1:
        msg = "A surface is of one category; draw one after the other."
        raise InputError(msg)


def _check_form(drawing: Drawing, *, rides: bool) -> None:
    """Refuse what public transport does not draw."""
    if rides and drawing.form == "streets":
        msg = "Public transport reaches no streets: draw --form areas or surface."
        raise InputError(msg)
    if rides and drawing.direction == "to":
        msg = (
            "The study's timetable is asked for departures: areas are drawn --direction from a "
            "place. From Python, Window(at='arrival') draws those who get there in time."
        )
        raise InputError(msg)


def _side_by_side(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, scenario: str
) -> gpd.GeoDataFrame:
    """Put areas of today, of a scenario, and what it gains and loses into one table."""
    import numpy as np
    import pandas as pd

    from ..areas.changed import compare_isochrones

    changes = compare_isochrones(before, after).rename(columns={"change": "shows"})
    changes["reason"] = ""
    changes["off_by_m"] = np.repeat(before["off_by_m"].to_numpy(), 2)
    tables = [before.assign(shows="today"), after.assign(shows=scenario), changes]
    together: gpd.GeoDataFrame = pd.concat(tables, ignore_index=True)
    return together


def _draw(
    network: Network | Transit,
    points: Sequence[Point] | gpd.GeoDataFrame,
    minutes: Sequence[float],
    drawing: Drawing,
) -> Any:  # noqa: ANN401  a table of areas or lines, or a raster
    from ..areas.lines import reached_streets
    from ..areas.rasters import arrival_surface, count_reaching
    from ..areas.reached import isochrones
    from ..transit.model import walked_network

    way, cell_m = drawing.direction, drawing.cell_m
    by = "category" if hasattr(points, "columns") else None
    if drawing.form == "streets":
        return reached_streets(walked_network(network), points, minutes, direction=way, by=by)
    if drawing.form == "areas":
        return isochrones(network, points, minutes, direction=way, by=by, cell_m=cell_m)
    measure = arrival_surface if len(points) == 1 else count_reaching
    return measure(network, points, max(minutes), direction=way, cell_m=cell_m)


def _find_unattached(
    network: Network,
    points: Sequence[Point],
    areas: Any,  # noqa: ANN401
) -> dict[int, str]:
    """Give the reason of each place that hangs on no street."""
    from ..places.attaching import attach

    if "reason" in getattr(areas, "columns", ()):
        reasons = zip(areas["origin"].tolist(), areas["reason"].tolist(), strict=True)
    else:
        reasons = zip(range(len(points)), attach(network, points).reason_of_place, strict=True)
    return {int(origin): str(reason) for origin, reason in reasons if reason}


def _warn_of_origins(
    points: Sequence[Point], reason_of_origin: Mapping[int, str], profile: Profile, words: Words
) -> tuple[str, ...]:
    from ..changes.notices import Notice
    from ..changes.reasons import translate_reason

    lines = []
    for origin, reason in reason_of_origin.items():
        why = translate_reason(reason, profile)
        point = _write_point(points[origin])
        notice = Notice("origin_off", {"point": point, "profile": profile.name, "reason": why})
        text = notice.say("fr" if words.language == "fr" else "en")
        lines.append(words.say("terminal.warning", {"text": text}))
    return tuple(lines)


def _describe_unattached(
    points: Sequence[Point], reason_of_origin: Mapping[int, str], bounds_deg: Bounds, profile: str
) -> str:
    lon, lat = points[0]
    west, south, east, north = bounds_deg
    advice = f"Choose a point near a street that {profile} may use."
    if not (west <= lon <= east and south <= lat <= north):
        advice = (
            f"It lies outside the extract, which covers longitude {west:.4f} to {east:.4f} and "
            f"latitude {south:.4f} to {north:.4f}. Choose a point inside, or use a larger extract."
        )
        if west <= lat <= east and south <= lon <= north:
            advice += " Longitude comes first: swap the two."
    count = f"{len(points)} of {len(points)} points hang on no street of {profile}, first "
    return f"{count}{_write_point(points[0])}: {reason_of_origin[0]}. {advice}"


def _write_point(point: Point) -> str:
    return f"{point[0]:.10g},{point[1]:.10g}"


def _point(text: str) -> tuple[float, float]:
    numbers = read_numbers(text, "--from", "2.8319,50.4289")
    if len(numbers) != 2 or not (abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90):
        msg = (
            f"--from needs longitude,latitude in degrees, for instance 2.8319,50.4289; "
            f"found {text!r}."
        )
        raise InputError(msg)
    return (numbers[0], numbers[1])


def read_numbers(text: str, option: str, example: str) -> list[float]:
    """Read numbers separated by commas.

    Parameters
    ----------
    text
        As the option has it.
    option, example
        Its name and a good value, for the message.

    Returns
    -------
    numbers
        At least one.

    Raises
    ------
    InputError
        If any is no number.

    Examples
    --------
    >>> read_numbers("10,20", "--minutes", "10,20,30")
    [10.0, 20.0]
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        msg = f"{option} needs numbers separated by commas, for instance {example}; found {text!r}."
        raise InputError(msg) from None

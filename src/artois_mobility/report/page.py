"""The page that elected officials and residents read: one file, nothing fetched."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import jinja2

from .certainty import certainty_lead, certainty_tables
from .figures import (
    changes_by_commune,
    changes_by_epci,
    changes_by_pair,
    has_communes,
    today_tables,
)
from .findings import details, find, headline, leading_pair
from .gainers import gainers_by_pair
from .labels import osm_day, pair_label, situation_names
from .ranking import rank_scenarios
from .rows import read_pairs
from .sources import assumption_table, input_table, read_table
from .timetables import clock, say_whose, timetable_lines, timetable_tables
from .touched import say_changes
from .typography import curl
from .water import changes_water_only, situations_of, water_headline, water_tables
from .web.assets import read_licences, read_scripts, read_style
from .web.payload import compose_payload, write_payload
from .without_car import put_beside, say_beside, say_neither, tables_beside
from .without_car_changes import tell_changes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from ..study.results import Comparison
    from .backdrop import Backdrop
    from .findings import Finding
    from .grid import Table
    from .maps import PlateFile
    from .sheet import Sheet
    from .times import Times
    from .without_car import Beside
    from .without_car_changes import Told
    from .words import Words

# What the numbers do not say, each a sentence in the catalogue.
LIMITS: Final = ("nearest", "free_flow", "noise", "edges", "cells")


@dataclass(frozen=True, slots=True)
class Picture:
    """A map inside the page.

    Attributes
    ----------
    path
        The PNG file.
    caption
        What is seen, also for those who cannot see it.
    """

    path: Path
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says about one scenario.

    Attributes
    ----------
    key
        Key of the scenario; its place in the page.
    name, question
        As the scenario's file says.
    headline
        The finding.
    pair
        Profile and category that the finding is about.
    details
        By how much and where.
    gain_percent, loss_percent
        Residents who gain and lose, in per cent of the largest number in the comparison.
    changes, assumptions, warnings
        What is changed, supposed and noticed, one sentence each.
    pictures
        Maps.
    tables
        Numbers.
    unchanged
        How many communes are not in the table of communes, as a sentence, or `""`.
    without_car
        What changes with and without a car; None where nothing does or the study does not ask.
    """

    key: str
    name: str
    question: str
    headline: str
    pair: str
    details: tuple[str, ...]
    gain_percent: float
    loss_percent: float
    changes: tuple[str, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    unchanged: str
    without_car: Told | None = None


def compose_page(
    result: Comparison,
    times: Times,
    plates: Sequence[PlateFile],
    words: Words,
    *,
    backdrop: Backdrop,
    gains: pd.DataFrame,
    water_sheets: Sequence[Sheet] = (),
    beside_sheets: Sequence[Sheet] = (),
) -> Mapping[str, Any]:
    """Gather everything that the page says; its maps may still be drawn.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    plates
        Its maps.
    words
        The catalogue.
    backdrop
        What lies under its maps.
    gains
        What `who_gains` tells of it.
    water_sheets
        Maps of the water.
    beside_sheets
        Maps with and without a car.

    Returns
    -------
    view
        What the page's template asks for.
    """
    pictures = _pictures(result, plates, words)
    view = _view(result, pictures, words)
    pairs = {each.key: leading_pair(result, each) for each in result.scenarios[1:]}
    findings = {key: find(result, times, key, pair) for key, pair in pairs.items()}
    told = tell_changes(result, times, pairs, words)
    view["sections"] = [
        replace(section, without_car=told.get(section.key))
        for section in _sections(result, findings, gains, pictures, words)
    ]
    view["ranking"] = rank_scenarios(result, findings, words)
    view["payload"] = write_payload(compose_payload(result, times, backdrop, gains, words))
    view["certainty_lead"] = certainty_lead(result, words)
    view["certainty"] = certainty_tables(result, words)
    view["water"] = () if result.water is None else water_tables(result, words)
    view["water_pictures"] = _picture_sheets(water_sheets)
    beside = put_beside(result, times)
    view["without_car"] = None if beside is None else _without_car(beside, result, words)
    view["without_car_pictures"] = _picture_sheets(beside_sheets)
    return view


def render_page(view: Mapping[str, Any]) -> str:
    """Write the report as one HTML page with everything inside.

    Every text from a file is escaped, and the page forbids itself, by its content security
    policy, to fetch anything or to run any script but its own.

    Parameters
    ----------
    view
        What `compose_page` gave; its maps are drawn by now.

    Returns
    -------
    html
        The whole page.
    """
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_resource),
        finalize=_curled,
    )
    environment.filters |= {"inlined": _inlined, "trusted": _trusted}
    return environment.get_template("page.html.jinja").render(view)


def _view(
    result: Comparison, pictures: Mapping[str, tuple[Picture, ...]], words: Words
) -> dict[str, Any]:
    base = situation_names(result, words)[result.base.key]
    return {
        "say": words.say,
        "language": words.language,
        "style": f"{_resource('page.css')}{read_style()}",
        "scripts": read_scripts(),
        "licences": read_licences(),
        "name": result.study.name,
        "mention": words.say("schematic.mark") if result.is_schematic else "",
        "day": osm_day(result.networks, words),
        "today": today_tables(result, words),
        "today_warnings": result.base.warnings[words.language],
        "no_communes": "" if has_communes(result) else words.say("table.no_communes"),
        "more_maps": _more_maps(result, pictures, words),
        "today_pictures": pictures.get(result.base.key, ()),
        "base": base,
        "base_assumptions": result.base.assumptions,
        "base_changes": say_changes(result, result.base, words),
        "sources": (
            read_table(result, words),
            assumption_table(result, words),
            input_table(result, words),
            *timetable_tables(result.manifest, words),
        ),
        "timetables": timetable_lines(result.manifest, words),
        "limits": _limits(result, words),
        "version": str(result.manifest.get("library_version", "")),
    }


def _sections(
    result: Comparison,
    findings: Mapping[str, Finding],
    gains: pd.DataFrame,
    pictures: Mapping[str, tuple[Picture, ...]],
    words: Words,
) -> list[Section]:
    largest = max((max(f.people_gaining, f.people_losing) for f in findings.values()), default=0.0)
    sections = []
    for scenario in result.scenarios[1:]:
        finding = findings[scenario.key]
        pair = finding.profile, finding.category
        is_water = changes_water_only(result, scenario.key)
        communes, unchanged = changes_by_commune(result, scenario.key, pair, words)
        tables = [
            changes_by_pair(result, scenario, words),
            gainers_by_pair(result, gains, scenario, words),
            changes_by_epci(result, scenario.key, pair, words),
            communes,
        ]
        tables = [table for table in tables if table.rows]
        sections.append(
            Section(
                key=scenario.key,
                name=scenario.name,
                question=scenario.question,
                headline=water_headline(result, scenario.key, words)
                if is_water
                else headline(finding, words),
                pair=words.say("water.vessels") if is_water else pair_label(result, pair, words),
                details=_details(result, scenario.key, finding, words),
                gain_percent=_percent(finding.people_gaining, largest),
                loss_percent=_percent(finding.people_losing, largest),
                changes=say_changes(result, scenario, words),
                assumptions=tuple(scenario.assumptions),
                warnings=tuple(scenario.warnings[words.language]),
                pictures=pictures.get(scenario.key, ()),
                tables=() if is_water else tuple(tables),
                unchanged="" if is_water else unchanged,
            )
        )
    return sections


def _details(result: Comparison, key: str, finding: Finding, words: Words) -> tuple[str, ...]:
    """Say by how much and where, and what becomes of voyages if that is not said already."""
    if changes_water_only(result, key):
        return ()
    if result.water is None or key not in situations_of(result.water):
        return tuple(details(finding, words))
    return (*details(finding, words), f"{water_headline(result, key, words)}.")


def _picture_sheets(sheets: Sequence[Sheet]) -> tuple[Picture, ...]:
    return tuple(
        Picture(sheet.path, f"{sheet.text.subtitle} : {sheet.text.title}.") for sheet in sheets
    )


def _without_car(beside: Beside, result: Comparison, words: Words) -> dict[str, Any]:
    """Gather what the page says with and without a car."""
    asked = result.manifest["parameters"]["transit"]
    hours = {"begin": clock(asked["begin_min"]), "end": clock(asked["end_min"])}
    told = {**hours, "neither": say_neither(beside.modes.ways, words)}
    lead = words.say("without_car.lead", told)
    return {
        "lead": f"{lead} {say_whose(result.manifest, words)}".rstrip(),
        "headline": say_beside(beside, words),
        "tables": tables_beside(beside, result, words),
    }


def _limits(result: Comparison, words: Words) -> list[str]:
    """Say what the numbers do not say; public transport is left out where there is no timetable."""
    first = "without_car.limit" if result.transit_times is not None else "limits.transit"
    return [words.say(first), *(words.say(f"limits.{name}") for name in LIMITS)]


def _pictures(
    result: Comparison, plates: Sequence[PlateFile], words: Words
) -> dict[str, tuple[Picture, ...]]:
    names = situation_names(result, words)
    pictures: dict[str, tuple[Picture, ...]] = {}
    for plate in plates:
        caption = words.say(
            "page.map_caption",
            {
                "name": names[plate.scenario],
                "pair": pair_label(result, plate.pair, words),
                "title": plate.title,
            },
        )
        picture = Picture(plate.path, caption)
        pictures[plate.scenario] = (*pictures.get(plate.scenario, ()), picture)
    return pictures


def _more_maps(
    result: Comparison, pictures: Mapping[str, tuple[Picture, ...]], words: Words
) -> str:
    categories = {category for _, category in read_pairs(result.summary_table)}
    missing = len(categories) - len(pictures.get(result.base.key, ()))
    return words.say("page.more_maps", {"count": missing}) if missing else ""


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 1) if whole > 0 else 0.0


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _curled(value: Any) -> Any:  # noqa: ANN401
    """Give a plain text the apostrophes of print; markup and all else as it is."""
    return curl(value) if type(value) is str else value


def _inlined(path: Path) -> str:
    """Write a PNG file as a `data:` address."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _trusted(text: str) -> Any:  # noqa: ANN401
    """Mark a text as markup: one of our own files, or what `write_payload` made harmless."""
    from markupsafe import Markup

    return Markup(text)

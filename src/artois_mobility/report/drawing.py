"""A comparison in a notebook: what it found, as a table, as a picture, as a map to walk in."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ..errors import InputError
from .classes import (
    ACCESS_COLOURS,
    CHANGE_COLOURS,
    NOT_REACHED_COLOUR,
    UNCHANGED,
    access_classes,
    access_labels,
    change_classes,
    change_labels,
)
from .findings import find, headline, leading_pair, today_headline
from .labels import pair_label, source_line
from .maps import LEAST_WIDTH_M, LINK_COLOUR, NEWLY_COLOUR, NO_LONGER_COLOUR
from .rows import read_pairs
from .times import read_times
from .water import changes_water_only
from .words import Words, read_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from .._types import Flags, Floats, Rows
    from ..study.results import Comparison, ScenarioResult
    from .rows import Pair
    from .times import Times

INSTALL: Final = "Maps to move about in need folium: pip install 'artois-mobility[notebooks]'."
INCHES: Final = (7.5, 4.4)
MARGIN: Final = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One situation of a comparison, by one profile, to one category.

    Attributes
    ----------
    result
        The comparison.
    scenario
        The situation.
    pair
        Profile and category.
    title
        What it shows, in a sentence or two.
    minutes, gained
        Minutes to the nearest site, and minutes gained (NaN where one of both is missing), shape
        (n,).
    class_of_cell
        Place of each cell in `colours` and `labels`, shape (n,).
    colours, labels
        Of the classes, as the report has them.
    """

    result: Comparison
    scenario: ScenarioResult
    pair: Pair
    title: str
    minutes: Floats
    gained: Floats
    class_of_cell: Rows
    colours: Sequence[str]
    labels: Sequence[str]

    @property
    def is_own(self) -> Flags:
        """True for the cells that belong to the situation, shape (n,)."""
        return self.result.cells_of(self.scenario.key)


def draw_comparison(result: Comparison) -> str:
    """Draw what a comparison found as an HTML table: a row for each scenario.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    html
        Every text escaped, in the study's language.
    """
    words = read_words(result.study.language)
    times = read_times(result)
    rows = [_row(result, times, scenario, words) for scenario in result.scenarios[1:]]
    heads = [words.say(f"notebook.{key}") for key in ("scenario", "finding", "about")]
    people = {"count": round(float(result.people_of(result.base.key).sum()))}
    mark = f"{words.say('schematic.mark')} " if result.is_schematic else ""
    return (
        f"<table><caption><strong>{html.escape(mark)}</strong>{html.escape(result.study.name)} – "
        f"{html.escape(words.say('notebook.people', people))}</caption>"
        f"<thead>{_cells('th', heads) if rows else ''}</thead>"
        f"<tbody>{''.join(_cells('td', row) for row in rows)}</tbody></table>"
    )


def view_comparison(
    result: Comparison, scenario: str | None, profile: str | None, category: str | None
) -> View:
    """Choose what is shown of a comparison, and sort its cells into the report's classes.

    Parameters
    ----------
    result
        The comparison.
    scenario
        Key of a scenario; None for the situation that the others are compared with.
    profile, category
        Who travels and where to; None for what the headline speaks of.

    Returns
    -------
    view
        Minutes of the base; minutes gained of another situation.

    Raises
    ------
    InputError
        If the comparison does not have one of them.
    """
    words = read_words(result.study.language)
    shown = _find(result, scenario)
    is_base = shown is result.base
    pair = _choose_pair(result, shown, profile, category)
    times = read_times(result)
    before, minutes = times.today(pair), times.of(shown.key, pair)
    if is_base:
        title = f"{today_headline(result, pair, words)}\n{pair_label(result, pair, words)}"
        labels = [*access_labels(words), words.say("map.not_reached")]
        colours = [*ACCESS_COLOURS, NOT_REACHED_COLOUR]
        return View(result, shown, pair, title, minutes, before - minutes,
                    access_classes(minutes), colours, labels)  # fmt: skip
    finding = headline(find(result, times, shown.key, pair), words)
    title = f"{shown.name}\n{finding}\n{pair_label(result, pair, words)}"
    labels = [
        *change_labels(words),
        *(words.say(f"map.{key}") for key in ("newly", "no_longer", "not_reached")),
    ]
    colours = [*CHANGE_COLOURS, NEWLY_COLOUR, NO_LONGER_COLOUR, NOT_REACHED_COLOUR]
    return View(result, shown, pair, title, minutes, before - minutes,
                _classes_of_change(before, minutes), colours, labels)  # fmt: skip


def plot_view(view: View, ax: Axes | None = None) -> Axes:
    """Draw a view with the report's colours.

    Parameters
    ----------
    view
        What is shown.
    ax
        Where to draw; None for a new figure.

    Returns
    -------
    ax
        The map, titled with what it shows.
    """
    from matplotlib import pyplot as plt

    from .ground import COMMUNE_LINE, LAND

    result = view.result
    crs = next(iter(result.networks.values())).crs
    ax = ax or plt.subplots(figsize=INCHES, layout="constrained")[1]
    if len(result.communes):
        result.communes.to_crs(crs).plot(ax=ax, color=LAND, edgecolor=COMMUNE_LINE, linewidth=0.5)
    _draw_cells(view, crs, ax)
    changed = _draw_changes(view, crs, ax)
    ax.set_title(view.title, loc="left", fontsize="medium")
    _zoom(view, crs, ax)
    ax.set_aspect("equal")
    ax.set_axis_off()
    _add_legend(view, changed, ax)
    _add_source(view, ax)
    return ax


def explore_view(view: View) -> Any:  # noqa: ANN401  a folium.Map
    """Show a view as a map to move about in, over OpenStreetMap's tiles.

    Parameters
    ----------
    view
        What is shown.

    Returns
    -------
    map
        A `folium.Map`; its page brings script and tiles from the Internet.

    Raises
    ------
    InputError
        If folium is not installed.
    """
    try:
        import folium  # noqa: F401  geopandas asks for it
    except ImportError as error:
        raise InputError(INSTALL) from error
    words = read_words(view.result.study.language)
    name = words.say("notebook.class")
    found = _found(view)
    return tabulate_view(view).explore(
        column=name,
        categories=[view.labels[number] for number in found],
        cmap=[view.colours[number] for number in found],
        marker_kwds={"radius": 4},
        style_kwds={"fillOpacity": 0.9, "color": "#333333", "weight": 0.3},
        legend_kwds={"caption": view.title.partition("\n")[0]},
    )


def tabulate_view(view: View) -> gpd.GeoDataFrame:
    """Give the cells of a view as a layer whose columns people can read.

    Parameters
    ----------
    view
        What is shown.

    Returns
    -------
    layer
        Cell, people, minutes, minutes gained for a scenario, and class; points in WGS 84.
    """
    import geopandas as gpd

    result, is_own = view.result, view.is_own
    words = read_words(result.study.language)
    columns = {
        "cell": result.residents["cell"].to_numpy(),
        "residents": result.people_of(view.scenario.key),
        "minutes": view.minutes.round(1),
    }
    if view.scenario is not result.base:
        columns["gained"] = view.gained.round(1)
    columns["class"] = np.array(view.labels)[view.class_of_cell]
    named = {words.say(f"notebook.{key}"): values[is_own] for key, values in columns.items()}
    points = result.residents.geometry.to_numpy()[is_own]
    return gpd.GeoDataFrame(named, geometry=points, crs=result.residents.crs)


def _cells(tag: str, texts: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{html.escape(text)}</{tag}>' for text in texts)}</tr>"


def _row(
    result: Comparison, times: Times, scenario: ScenarioResult, words: Words
) -> tuple[str, str, str]:
    if changes_water_only(result, scenario.key):
        return scenario.name, words.say("notebook.on_water"), ""
    pair = leading_pair(result, scenario)
    finding = find(result, times, scenario.key, pair)
    return scenario.name, headline(finding, words), pair_label(result, pair, words)


def _find(result: Comparison, key: str | None) -> ScenarioResult:
    keys = [each.key for each in result.scenarios]
    if key is None:
        return result.base
    if key not in keys:
        msg = f"There is no scenario {key!r} in this comparison; it has {', '.join(keys)}."
        raise InputError(msg)
    return result.scenarios[keys.index(key)]


def _choose_pair(
    result: Comparison, scenario: ScenarioResult, profile: str | None, category: str | None
) -> Pair:
    """Take what is asked for; fill in what is not from what the headline speaks of."""
    known = read_pairs(result.summary_table)
    first = known[0] if scenario is result.base else leading_pair(result, scenario)
    for pair in (first, *known):
        if profile in {None, pair[0]} and category in {None, pair[1]}:
            return pair
    msg = (
        f"This comparison has no times by {profile or 'any profile'} to {category or 'any place'}; "
        f"it has {', '.join(dict.fromkeys(pair[0] for pair in known))} to "
        f"{', '.join(dict.fromkeys(pair[1] for pair in known))}."
    )
    raise InputError(msg)


def _classes_of_change(before: Floats, after: Floats) -> Rows:
    """Sort cells into the classes of difference; then who newly reaches, no longer, and never."""
    classes = change_classes(before - after)
    was, is_now = np.isfinite(before), np.isfinite(after)
    first = len(CHANGE_COLOURS)
    for number, cells in enumerate((~was & is_now, was & ~is_now, ~was & ~is_now)):
        classes[cells] = first + number
    return classes


def _draw_cells(view: View, crs: str, ax: Axes) -> None:
    from matplotlib.patches import PathPatch

    from .backdrop import usual_distance
    from .furniture import fill
    from .ground import squares

    points = view.result.residents.geometry.to_crs(crs)
    x_m, y_m = points.x.to_numpy(), points.y.to_numpy()
    side_m = usual_distance(x_m, y_m)
    for number in _found(view):
        is_drawn = view.is_own & (view.class_of_cell == number)
        cells = PathPatch(squares(x_m[is_drawn], y_m[is_drawn], side_m), linewidth=0, zorder=2)
        fill(cells, view.colours[number])
        ax.add_patch(cells)


def _found(view: View) -> list[int]:
    """List the classes that some cell has."""
    return sorted(set(view.class_of_cell[view.is_own].tolist()))


def _draw_changes(view: View, crs: str, ax: Axes) -> list[Line2D]:
    """Draw new links, and sites that open or move; give what the legend shows of them."""
    from matplotlib.lines import Line2D

    words = read_words(view.result.study.language)
    links, sites = view.scenario.links, view.scenario.sites
    shown = []
    if len(links):
        links.to_crs(crs).plot(ax=ax, color=LINK_COLOUR, linewidth=2.5, zorder=3)
        shown.append(Line2D([], [], color=LINK_COLOUR, linewidth=2.5, label=words.say("map.links")))
    if "change" in sites and (sites["change"].isin(["added", "moved"])).any():
        new = sites[sites["change"].isin(["added", "moved"])].to_crs(crs)
        new.plot(ax=ax, color=LINK_COLOUR, marker="*", markersize=90, zorder=3)
        star = Line2D([], [], color=LINK_COLOUR, linestyle="", marker="*", markersize=9)
        star.set_label(words.say("map.added_site"))
        shown.append(star)
    return shown


def _zoom(view: View, crs: str, ax: Axes) -> None:
    """Keep to the part where a scenario changes anything."""
    if view.scenario is view.result.base:
        return
    is_shown = view.is_own & (view.class_of_cell != UNCHANGED)
    cells = view.result.residents.geometry.to_crs(crs)[is_shown]
    if not len(cells):
        return
    west, south, east, north = cells.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    half = max(east - west, north - south, LEAST_WIDTH_M) / 2 * (1 + MARGIN)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    ax.set_xlim(max(left, x - half), min(right, x + half))
    ax.set_ylim(max(low, y - half), min(high, y + half))


def _add_legend(view: View, changed: Sequence[Line2D], ax: Axes) -> None:
    from matplotlib.patches import Patch

    from .furniture import fill
    from .lettering import QUIET_INK

    marks = [Patch(label=view.labels[number], edgecolor=QUIET_INK) for number in _found(view)]
    for mark, number in zip(marks, _found(view), strict=True):
        fill(mark, view.colours[number])
    ax.legend(handles=[*marks, *changed], fontsize="small", loc="center left",
              bbox_to_anchor=(1, 0.5), frameon=False)  # fmt: skip


def _add_source(view: View, ax: Axes) -> None:
    words = read_words(view.result.study.language)
    mark = f"{words.say('schematic.mark')} – " if view.result.is_schematic else ""
    text = mark + source_line(view.result.networks, words, view.result.manifest)
    ax.text(0, -0.02, text, transform=ax.transAxes, fontsize="x-small", va="top", wrap=True)

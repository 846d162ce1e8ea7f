"""Data on a plate: populated cells, sites, and what a scenario changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely
from matplotlib.colors import to_rgba_array

from .backdrop import lines_of
from .furniture import Symbol, add_lines
from .window import points_per_metre

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from .._types import Flags, Rows
    from ..study.results import ScenarioResult
    from .plate import Plate
    from .words import Words

# A cell is never drawn smaller than this, in points, or nobody sees it.
LEAST_SIDE_PT: Final = 2.0
# A triangle says "now" or "no longer", whatever the size of its cell.
LARGEST_TRIANGLE_PT: Final = 15.0
LINK_COLOUR: Final = "#b5179e"
CLOSED_COLOUR: Final = "#c1121f"
SPEED_COLOUR: Final = "#6a4c93"
SITE_COLOUR: Final = "#1d2a35"
SITE_AREA: Final = {".": 42, "*": 230, "X": 90}


def draw_cells(
    plate: Plate, classes: Rows, colours: Sequence[str], is_drawn: Flags, marker: str = "s"
) -> None:
    """Draw populated cells as squares of their size, or as small triangles.

    Parameters
    ----------
    plate
        The map.
    classes
        Class of each cell, shape (c,).
    colours
        Of each class.
    is_drawn
        True for the cells to draw, shape (c,).
    marker
        `"s"`, `"^"` or `"v"`.
    """
    backdrop = plate.backdrop
    side_pt = max(backdrop.cell_side_m * points_per_metre(plate.window), LEAST_SIDE_PT)
    if marker != "s":
        side_pt = min(2 * side_pt, LARGEST_TRIANGLE_PT)
    plate.axes.scatter(
        backdrop.cell_x_m[is_drawn],
        backdrop.cell_y_m[is_drawn],
        s=side_pt**2,
        c=to_rgba_array(colours)[classes[is_drawn]],
        marker=marker,
        edgecolors="none" if marker == "s" else "white",
        linewidths=0 if marker == "s" else 0.6,
        zorder=5,
    )


def draw_points(plate: Plate, table: gpd.GeoDataFrame, symbol: Symbol) -> None:
    """Draw places.

    Parameters
    ----------
    plate
        The map.
    table
        Points, lines or areas; the middle of each is drawn.
    symbol
        How they look: `"."`, `"*"` or `"X"`.
    """
    points = shapely.centroid(_metres(plate, table))
    plate.axes.scatter(
        shapely.get_x(points),
        shapely.get_y(points),
        s=SITE_AREA[symbol.marker],
        marker=symbol.marker,
        c=symbol.colour,
        edgecolors="white",
        linewidths=0.7,
        zorder=8,
    )


def draw_scenario(plate: Plate, scenario: ScenarioResult, words: Words) -> list[Symbol]:
    """Draw what a scenario changes.

    Parameters
    ----------
    plate
        The map.
    scenario
        The scenario.
    words
        The catalogue.

    Returns
    -------
    symbols
        What the legend must explain.
    """
    symbols = []
    for key, table, colour, style in (
        ("speeds", scenario.speeds, SPEED_COLOUR, "-"),
        ("closed", scenario.closed, CLOSED_COLOUR, "--"),
        ("links", scenario.links, LINK_COLOUR, "-"),
    ):
        if len(table):
            symbols.append(Symbol(words.say(f"map.{key}"), colour, style))
            lines = lines_of(_metres(plate, table)).inside(plate.window)
            if key == "speeds":  # often a whole town: thin, so that the cells stay visible
                add_lines(plate.axes, lines, colour, width=0.45, height=6)
                continue
            add_lines(plate.axes, lines, "white", width=5.0, height=6)
            add_lines(plate.axes, lines, colour, width=2.8, height=7, style=style)
    is_new = scenario.sites["change"].isin(["added", "moved"])
    for key, table, colour, marker in (
        ("added_site", scenario.sites[is_new], LINK_COLOUR, "*"),
        ("removed_site", scenario.removed_sites, CLOSED_COLOUR, "X"),
    ):
        if len(table):
            symbols.append(Symbol(words.say(f"map.{key}"), colour, marker))
            draw_points(plate, table, symbols[-1])
    return symbols


def _metres(plate: Plate, table: gpd.GeoDataFrame) -> Any:  # noqa: ANN401  shapely's array
    return table.to_crs(plate.backdrop.crs).geometry.to_numpy()

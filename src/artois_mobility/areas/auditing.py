"""Areas held against the streets that are reached: what they leave out, what they hold besides."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from .._types import Geometries
from .surfaces import Question


def audit_areas(
    question: Question, areas: Geometries, lines: Sequence[shapely.Geometry]
) -> dict[str, npt.NDArray[np.float64]]:
    """Measure the streets that areas leave out though they are reached, and hold though not.

    Parameters
    ----------
    question
        What was asked.
    areas
        In the metric system, shape (a,).
    lines
        The streets reached in the same time, in the same order.

    Returns
    -------
    columns
        `km_reached`, `km_left_out` and `km_not_reached`; the last holds streets cut off from the
        rest, which are never reached, and motorways passed beside what is.
    """
    streets, grid = question.ground.streets, question.ground.grid
    corners = [
        np.column_stack(
            [
                grid.west_m + grid.cell_m * x,
                grid.south_m + grid.cell_m * y,
            ]
        )
        for x, y in ((streets.x0, streets.y0), (streets.x1, streets.y1))
    ]
    pieces = shapely.linestrings(np.stack(corners, axis=1))
    tree = shapely.STRtree(pieces)
    columns = {
        name: np.zeros(len(areas)) for name in ("km_reached", "km_left_out", "km_not_reached")
    }
    for row, (area, line) in enumerate(zip(areas, lines, strict=True)):
        inside = pieces[tree.query(area, predicate="intersects")]
        shapely.prepare(area)
        whole = shapely.contains_properly(area, inside)
        held_m = shapely.length(inside[whole]).sum()
        held_m += shapely.length(shapely.intersection(inside[~whole], area)).sum()
        reached_m = shapely.length(line)
        left_out_m = shapely.length(shapely.difference(line, area))
        columns["km_reached"][row] = reached_m / 1000
        columns["km_left_out"][row] = left_out_m / 1000
        columns["km_not_reached"][row] = max(held_m - reached_m + left_out_m, 0) / 1000
    return {name: column.round(3) for name, column in columns.items()}

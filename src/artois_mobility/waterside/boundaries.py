"""Lines cut at the boundaries of areas, with nothing lost and nothing counted twice."""

from dataclasses import dataclass

import numpy as np

from .._types import Floats, Geometries, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Which share of each line lies in which area, s pieces.

    Attributes
    ----------
    line
        Shape (s,).
    area
        The area; their number for outside of all, shape (s,).
    share
        Above 0; those of one line add up to 1, shape (s,).
    """

    line: Rows
    area: Rows
    share: Floats


def share_lines(lines: Geometries, areas: Geometries) -> Shares:
    """Share the length of lines among areas.

    Parameters
    ----------
    lines
        In metres, shape (l,).
    areas
        In the same coordinate system, shape (a,). What lies in several counts for the first.

    Returns
    -------
    shares
        Of every line that has a length.

    Examples
    --------
    >>> import shapely
    >>> lines = shapely.linestrings([[[0, 0], [4, 0]]])
    >>> found = share_lines(lines, np.array([shapely.box(-1, -1, 1, 1)]))
    >>> found.area.tolist(), found.share.tolist()
    ([0, 1], [0.25, 0.75])
    >>> share_lines(lines[:0], np.empty(0, np.object_)).share.size
    0
    """
    import shapely

    whole_m = shapely.length(lines)
    line, area = shapely.STRtree(areas).query(lines, predicate="intersects")
    areas_of_line: dict[int, list[int]] = {}
    for each, around in sorted(zip(line.tolist(), area.tolist(), strict=True)):
        areas_of_line.setdefault(each, []).append(around)
    found: list[tuple[int, int, float]] = []
    for each in np.flatnonzero(whole_m > 0).tolist():
        rest = lines[each]
        for around in areas_of_line.get(each, []):
            left = shapely.difference(rest, areas[around])
            inside_m = shapely.length(rest) - shapely.length(left)
            rest = left
            found.append((each, around, inside_m / whole_m[each]))
        found.append((each, areas.size, shapely.length(rest) / whole_m[each]))
    table = np.array([each for each in found if each[2] > 0], np.float64).reshape(-1, 3)
    return Shares(table[:, 0].astype(np.int32), table[:, 1].astype(np.int32), table[:, 2])

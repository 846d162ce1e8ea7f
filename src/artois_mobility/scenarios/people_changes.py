"""Add, scale and move residents: first all are scaled, then moved, then added."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84, Flags, Floats, Geometries
from ..changes.fields import Point
from ..changes.hints import suggest
from ..changes.notices import Notice, Value
from ..changes.people_schema import AddResidents, MoveResidents, PeopleChange, ScaleResidents
from .homes import NO_COUNTS, Homes, PeopleEdits, is_counted, settle_homes
from .resolved import Findings, Today
from .sharing import is_whole, share_people

# [assumed] Those who move into a polygon where nobody lives live in places so far apart.
APART_M: Final = 200.0
MOST_PLACES: Final = 100_000
# People cannot leave twice; rounding is not told.
ROUNDING: Final = 1e-6

Cells: TypeAlias = ScaleResidents | MoveResidents
Numbered: TypeAlias = tuple[int, MoveResidents]


@dataclass(frozen=True, slots=True)
class _Settling:
    """The people of one scenario while its changes are resolved."""

    findings: Findings
    homes: Homes
    crs: str
    points: list[Point] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    counts: list[dict[str, float]] = field(default_factory=list)

    def share(self, people: float, worth: Floats, is_meant: Flags) -> Floats:
        """Share people out over the cells that are meant, commune by commune."""
        residents = self.homes.residents
        levels = [residents[each].to_numpy(object)[is_meant] for each in ("epci", "commune")]
        shares = np.zeros(worth.size)
        shares[is_meant] = share_people(people, worth[is_meant], levels)
        return shares

    def settle(self, row: int, points: Sequence[Point], columns: dict[str, Floats]) -> None:
        """Note new cells of a change with their counts."""
        self.points.extend(points)
        self.rows.extend([row] * len(points))
        counts = np.array(list(columns.values())).T.tolist()
        self.counts.extend(dict(zip(columns, each, strict=True)) for each in counts)


def resolve_people(findings: Findings, today: Today) -> PeopleEdits | None:
    """Resolve what one scenario changes about who lives where.

    Whatever the order of the file, people are first scaled, then moved, then added: a share of
    those who move is one of the scaled, and nobody who was added or moved moves again.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    edits
        None where nothing is changed, or the residents of today are not known.
    """
    changes = [
        (row, change)
        for row, change in enumerate(findings.scenario.changes)
        if isinstance(change, PeopleChange)
    ]
    if not changes or today.homes is None:
        return None
    crs = next(iter(today.networks.values())).crs
    world = _Settling(findings, today.homes, crs)
    known = [pair for pair in changes if _knows_communes(world, *pair)]
    given = findings.scenario.given
    known.sort(key=lambda pair: (pair[0] >= given, pair[1].model_dump_json()))
    scaled = _scale(world, [(n, each) for n, each in known if isinstance(each, ScaleResidents)])
    moves = [(n, each) for n, each in known if isinstance(each, MoveResidents)]
    population, moved = _move(world, scaled, moves)
    added = [(n, each) for n, each in known if isinstance(each, AddResidents)]
    for row, change in added:
        _add(world, row, change)
    cells, outside = _tabulate(world)
    counts = {"added": float(sum(each.population for _, each in added)), "moved": moved}
    return PeopleEdits(population, cells, {**counts, "outside": outside})


def _knows_communes(world: _Settling, row: int, change: PeopleChange) -> bool:
    """Tell whether somebody lives in every commune that a change names; note an error if not."""
    known = sorted(set(world.homes.residents["commune"].astype(str)) - {""})
    unknown = [
        (key, code)
        for key in ("communes", "to_communes")
        for code in getattr(change, key, ())
        if code not in known
    ]
    for key, code in unknown:
        hint = suggest(code, known)
        world.findings.refuse(row, f"{key}: nobody of the territory lives in {code!r}.{hint}")
    return not unknown


def _scale(world: _Settling, changes: Sequence[tuple[int, ScaleResidents]]) -> Floats:
    """Scale today's people; where two changes mean a cell, the closer one counts."""
    today: Floats = world.homes.residents["population"].to_numpy(np.float64)
    scaled, owner = today.copy(), np.full(today.size, -1)
    for number, (_, change) in enumerate(changes):
        is_meant = _find_cells(world.homes, change)
        for other in np.unique(owner[is_meant & (owner >= 0)]).tolist():
            _check_overlap(world, changes[number], changes[other], is_meant & (owner == other))
        rank = np.array([-1, *(_closeness(each) for _, each in changes)])[owner + 1]
        owner[is_meant & (rank < _closeness(change))] = number
    for number, (row, change) in enumerate(changes):
        is_mine = owner == number
        people = float(today[is_mine].sum())
        wanted = _wanted(change, people, today[is_mine])
        if wanted == people:
            world.findings.warn(row, Notice("scaled_by_one"))
        if people:
            scaled[is_mine] = world.share(wanted, today, is_mine)[is_mine]
        elif wanted:
            world.findings.refuse(
                row,
                f"brings to {change.population} the people of cells where nobody lives today. Use "
                "add_residents for a new quarter.",
            )
    return scaled


def _wanted(change: ScaleResidents, people: float, of_cell: Floats) -> float:
    """Tell how many people there are afterwards, whole ones where they are whole today."""
    if change.population is not None:
        return float(change.population)
    assert change.factor is not None  # the schema wants one of the two
    wanted = change.factor * people
    return float(np.rint(wanted)) if is_whole(of_cell) else wanted


def _closeness(change: ScaleResidents) -> int:
    return 2 if change.within is not None else int(bool(change.communes))


def _check_overlap(
    world: _Settling,
    one: tuple[int, ScaleResidents],
    other: tuple[int, ScaleResidents],
    is_both: Flags,
) -> None:
    """Refuse cells that two changes mean equally closely, or that a total no longer has."""
    first, later = sorted((one[0], other[0]))
    cell = world.homes.residents["cell"].to_numpy(object)[is_both][0]
    cells = f"{is_both.sum()} cells, first {cell}"
    looser = min((one, other), key=lambda each: _closeness(each[1]))
    if _closeness(one[1]) == _closeness(other[1]):
        world.findings.refuse(
            later,
            f"scales cells that changes[{first + 1}] scales too ({cells}). Name each cell in one "
            "of them: communes apart, or polygons that do not overlap.",
        )
    elif looser[1].population is not None:
        closer = first if looser[0] == later else later
        world.findings.refuse(
            looser[0],
            f"gives the population of cells that changes[{closer + 1}] scales too ({cells}). Give "
            "a factor, or leave these cells out.",
        )


def _move(world: _Settling, scaled: Floats, moves: Sequence[Numbered]) -> tuple[Floats, float]:
    """Take people out of cells and put them where they come to live."""
    more, asked, left, total = np.zeros_like(scaled), np.zeros_like(scaled), scaled.copy(), 0.0
    for row, change in moves:
        is_meant = _find_cells(world.homes, change)
        here = float(scaled[is_meant].sum())
        people = _movers(change, scaled[is_meant])
        if not here or people > here + ROUNDING:
            world.findings.refuse(row, _too_few(change, here))
            continue
        if not people:
            world.findings.warn(row, Notice("moved_nobody"))
            continue
        asked[is_meant] += scaled[is_meant] * (people / here)
        gone = _take(world, people, scaled, left, is_meant)
        if (asked > scaled + ROUNDING).any() or gone is None:
            _refuse_twice(world, row, moves)
            continue
        left -= gone
        total += people
        more += _bring(world, (row, change), people, scaled) - gone
    return np.maximum(scaled + more, 0.0), total


def _movers(change: MoveResidents, of_cell: Floats) -> float:
    """Count those who move, whole people where whole people live."""
    if change.population is not None:
        return float(change.population)
    assert change.share is not None  # the schema wants one of the two
    people = change.share * float(of_cell.sum())
    return float(np.rint(people)) if is_whole(of_cell) else people


def _take(
    world: _Settling, people: float, scaled: Floats, left: Floats, is_meant: Flags
) -> Floats | None:
    """Choose who leaves each cell; who was taken already is not taken again."""
    gone = world.share(people, scaled, is_meant)
    if (gone <= left + ROUNDING).all():
        return gone
    gone = np.clip(gone, 0.0, left)
    rest, missing = left - gone, people - float(gone.sum())
    if missing > float(rest[is_meant].sum()):
        return None
    return gone + world.share(missing, rest, is_meant)


def _bring(world: _Settling, move: Numbered, people: float, scaled: Floats) -> Floats:
    """Give those who move a place; how many more live in each of today's cells."""
    row, change = move
    if change.to is not None:
        world.settle(row, [change.to], {"population": np.array([people])})
        return np.zeros(scaled.size)
    if change.to_within is not None:
        is_meant = _inside(world.homes, change.to_within)
        if not scaled[is_meant].sum():
            points = _fill(world, row, change.to_within, APART_M)
            world.settle(row, points, {"population": share_people(people, np.ones(len(points)))})
            return np.zeros(scaled.size)
    else:
        is_meant = _in_communes(world.homes, change.to_communes)
        if not scaled[is_meant].sum():
            world.findings.refuse(row, "to_communes: nobody lives there. Give to or to_within.")
            return np.zeros(scaled.size)
    return world.share(people, scaled, is_meant)


def _add(world: _Settling, row: int, change: AddResidents) -> None:
    """Settle a new quarter."""
    residents = world.homes.residents
    known = [
        str(name)
        for name in residents.columns
        if name not in NO_COUNTS and pd.api.types.is_numeric_dtype(residents[name].dtype)
    ]
    for name in sorted(set(change.columns) - set(known)):
        hint = suggest(name, known) or " It has none."
        world.findings.refuse(
            row, f"columns: {name!r} is no count in the table of residents.{hint}"
        )
    points = [change.at] if change.at is not None else None
    if points is None:
        assert change.within is not None  # the schema wants one of the two
        points = _fill(world, row, change.within, change.apart_m)
    if points:
        worth = np.ones(len(points))
        counts = {"population": float(change.population), **change.columns}
        shares = {name: share_people(count, worth) for name, count in counts.items()}
        world.settle(row, points, shares)


def _fill(world: _Settling, row: int, ring: Sequence[Point], apart_m: float) -> list[Point]:
    """Lay places over a polygon, on a grid that does not depend on where its ring begins."""
    shape = gpd.GeoSeries([shapely.Polygon(ring)], crs=WGS84).to_crs(world.crs).iloc[0]
    if not shapely.is_valid(shape):
        return []  # it is refused where polygons are checked
    west, south, east, north = shape.bounds
    columns, rows = (
        np.arange(np.floor(low / apart_m), np.ceil(high / apart_m)) * apart_m + apart_m / 2
        for low, high in ((west, east), (south, north))
    )
    if columns.size * rows.size > MOST_PLACES:
        world.findings.refuse(
            row,
            f"would lay {columns.size * rows.size} places over its polygon; allowed are "
            f"{MOST_PLACES}. Draw it smaller, or give a larger apart_m.",
        )
        return []
    y_m, x_m = (each.ravel() for each in np.meshgrid(rows, columns, indexing="ij"))
    inside = shapely.intersects_xy(shape, x_m, y_m)
    spots: Geometries = shapely.points(x_m[inside], y_m[inside])
    if not spots.size:
        spots = np.array([shapely.point_on_surface(shape)], object)
    degrees = gpd.GeoSeries(spots, crs=world.crs).to_crs(WGS84)
    return list(zip(degrees.x.tolist(), degrees.y.tolist(), strict=True))


def _find_cells(homes: Homes, change: Cells) -> Flags:
    """Tell which of today's cells a change means."""
    is_meant = np.ones(len(homes.residents), np.bool_)
    if change.communes:
        is_meant &= _in_communes(homes, change.communes)
    if change.within is not None:
        is_meant &= _inside(homes, change.within)
    return is_meant


def _in_communes(homes: Homes, codes: Sequence[str]) -> Flags:
    is_inside: Flags = homes.residents["commune"].isin(list(codes)).to_numpy(np.bool_)
    return is_inside


def _inside(homes: Homes, ring: Sequence[Point]) -> Flags:
    polygon = shapely.Polygon(ring)
    shapely.prepare(polygon)
    is_inside: Flags = shapely.intersects(polygon, homes.residents.geometry.to_numpy())
    return is_inside


def _too_few(change: MoveResidents, here: float) -> str:
    if not here:
        return "moves people from where nobody lives. Check communes and within."
    return f"moves {change.population} people, but {here:g} live there. Give fewer, or a share."


def _refuse_twice(world: _Settling, row: int, moves: Sequence[Numbered]) -> None:
    others = sorted(each for each, _ in moves if each != row)
    named = ", ".join(f"changes[{each + 1}]" for each in others)
    world.findings.refuse(
        row, f"moves people who move with {named} already: together more than live there."
    )


def _tabulate(world: _Settling) -> tuple[gpd.GeoDataFrame, float]:
    """List the new cells of the territory; count who lives beyond it."""
    homes, findings = world.homes, world.findings
    names = list(dict.fromkeys(name for each in world.counts for name in each)) or ["population"]
    table: dict[str, Any] = {
        name: np.array([each.get(name, 0.0) for each in world.counts], np.float64) for name in names
    }
    points = shapely.points(np.array(world.points, float).reshape(-1, 2))
    cells = gpd.GeoDataFrame(table, geometry=points, crs=WGS84)
    is_lived_in = (cells[names] > 0).any(axis=1).to_numpy(np.bool_)
    rows = np.array(world.rows, np.int64)[is_lived_in]
    cells = cells[is_lived_in].reset_index(drop=True)
    settled, is_assumed = settle_homes(homes, cells)
    inside = is_counted(homes, settled)
    outside = float(settled["population"].to_numpy(np.float64)[~inside].sum())
    if (is_assumed & inside).any():
        findings.warnings.append(
            Notice("homes_assumed", {"count": int((is_assumed & inside).sum())})
        )
    if outside:
        values: dict[str, Value] = {"people": round(outside), "count": int((~inside).sum())}
        findings.warnings.append(Notice("homes_outside", values))
    kept = settled[inside].reset_index(drop=True)
    kept.insert(0, "cell", findings.scenario.name_new(rows[inside].tolist()))
    return kept, outside

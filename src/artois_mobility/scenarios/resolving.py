"""Hold scenarios against a study: find what they name, and say everything that does not fit."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from ..changes.fields import Point
from ..changes.hints import suggest
from ..changes.notices import Notice
from ..changes.people_schema import AddResidents, MoveResidents, ScaleResidents
from ..changes.schema import (
    AddLink,
    AddSite,
    Change,
    CloseWays,
    Congestion,
    MoveSite,
    SetSpeed,
)
from ..changes.street_schema import AddBarrier, RemoveBarrier
from ..changes.timetable_fields import NewStop
from ..changes.toml_files import raise_problems
from ..changes.transit_schema import AddLine, MoveStop
from ..changes.water_schema import AddQuay, AddReach, AddStop
from ..errors import PlacesError
from ..network.model import Network
from ..network.profiles import profile_names
from ..places.categories import find_category
from ..routing.threads import run_each
from ..transit.naming import TRANSIT
from .barrier_changes import cut_streets, resolve_barriers
from .drawing import draw_links, draw_speeds, draw_ways
from .edits import NetworkEdits, no_joints
from .link_changes import LinkPlan, resolve_links
from .people_changes import resolve_people
from .reading import Scenario
from .resolved import Findings, ResolvedScenario, Today
from .site_changes import resolve_sites
from .tag_changes import on_new_networks, resolve_tags
from .timetable_changes import resolve_lines
from .water_changes import resolve_water
from .way_changes import WayTimes, resolve_ways

# A point this far outside the bounds of the extract still counts as inside.
MARGIN_DEG: Final = 0.01
# A polygon narrower than half a metre or so is a line.
THINNEST_DEG: Final = 5e-6
# Kinds that may mean what lies within a polygon.
RING_KINDS: Final = (CloseWays, Congestion, SetSpeed, RemoveBarrier)


def resolve(scenarios: Sequence[Scenario], today: Today) -> tuple[ResolvedScenario, ...]:
    """Resolve all changes of all scenarios before any is applied.

    Parameters
    ----------
    scenarios
        What the files say.
    today
        The situation they are held against; it is not changed.

    Returns
    -------
    resolved
        In the same order, each with its warnings.

    Raises
    ------
    StudyError
        If anything that any scenario names is not there; the message lists all problems of all
        files.
    """
    findings = [Findings(scenario) for scenario in scenarios]
    resolved = tuple(run_each(lambda each: _resolve(each, today), findings))
    raise_problems([(each.scenario.path.name, each.errors) for each in findings])
    return resolved


def try_to_resolve(scenario: Scenario, today: Today) -> tuple[ResolvedScenario, Findings]:
    """Resolve a scenario that may contradict itself, such as a part of another, and raise nothing.

    Parameters
    ----------
    scenario
        What is to be tried.
    today
        The situation it is held against; it is not changed.

    Returns
    -------
    resolved
        Of use only where there is no error.
    findings
        Its errors, and the rows of the changes that have them.
    """
    findings = Findings(scenario)
    return _resolve(findings, today), findings


def _resolve(findings: Findings, today: Today) -> ResolvedScenario:
    scenario = findings.scenario
    if len(scenario.changes) == scenario.given:
        findings.warnings.append(Notice("no_changes"))
    _check_repetitions(findings)
    for row, change in enumerate(scenario.changes):
        _check_inside(findings, row, points_of(change), today)
        for key, ring in _rings_of(change):
            _check_polygon(findings, row, key, ring)
    _check_focus(findings, today)
    retagged = resolve_tags(findings, today)
    retagged = resolve_barriers(findings, on_new_networks(today, retagged), retagged)
    today = on_new_networks(today, retagged)
    sites = resolve_sites(findings, today)
    ways = cut_streets(findings, today, resolve_ways(findings, today))
    links = resolve_links(findings, today)
    water = resolve_water(findings, today)
    people = resolve_people(findings, today)
    timetable = resolve_lines(findings, today.feed, today.travel_day)
    edits = {
        profile: join_edits(network, ways.get(profile), links.get(profile))
        for profile, network in today.networks.items()
        if profile in ways or profile in retagged or (profile in links and links[profile].links)
    }
    return ResolvedScenario(
        scenario,
        (*scenario.notices, *findings.warnings),
        edits,
        sites,
        draw_links({profile: each.links for profile, each in links.items()}),
        draw_ways(today.networks, {name: each.is_closed for name, each in ways.items()}),
        draw_speeds(
            today.networks,
            {name: each.is_faster for name, each in ways.items()},
            {name: each.is_slower for name, each in ways.items()},
        ),
        water,
        people=people,
        touches=tuple(sorted(findings.touches, key=lambda each: each.row)),
        warned=tuple(findings.warned),
        retagged=retagged,
        timetable=timetable,
    )


def join_edits(network: Network, ways: WayTimes | None, links: LinkPlan | None) -> NetworkEdits:
    """Put the new times and the new links of one network together.

    Parameters
    ----------
    network
        Today's.
    ways, links
        What is found for it, or None.

    Returns
    -------
    edits
        For `apply_to_network`.
    """
    local_ms = network.local_ms if ways is None else ways.local_ms
    is_closed = np.zeros(local_ms.size, np.bool_) if ways is None else ways.is_closed
    joints = no_joints() if links is None else links.joints
    return NetworkEdits(local_ms, is_closed, joints, () if links is None else links.links)


def _check_repetitions(findings: Findings) -> None:
    first_row: dict[Change, int] = {}
    for row, change in enumerate(findings.scenario.changes):
        first = first_row.setdefault(change, row)
        if first != row:
            other = findings.name_change(first)
            findings.refuse(row, f"repeats {other} word for word: remove one.")


def points_of(change: Change) -> tuple[Point, ...]:
    """List the coordinates that a change names.

    Parameters
    ----------
    change
        Any change.

    Returns
    -------
    points
        Longitude, latitude in degrees.

    Examples
    --------
    >>> points_of(AddSite(kind="add_site", category="care/doctor", name="Cabinet", at=(2.8, 50.4)))
    ((2.8, 50.4),)
    >>> points_of(SetSpeed(kind="set_speed", factor=0.5, ids=(1,)))
    ()
    """
    if isinstance(change, AddSite | AddQuay | AddStop):
        return (change.at,)
    if isinstance(change, MoveSite | MoveStop):
        return (change.to,)
    if isinstance(change, AddLine):
        return tuple(stop.at for stop in change.stops if isinstance(stop, NewStop))
    if isinstance(change, AddLink | AddReach | AddBarrier):
        return change.geometry
    if isinstance(change, AddResidents | MoveResidents):
        return _points_of_people(change)
    return (change.within or ()) if isinstance(change, RING_KINDS) else ()


def _points_of_people(change: AddResidents | MoveResidents) -> tuple[Point, ...]:
    if isinstance(change, AddResidents):
        return (change.at,) if change.at is not None else change.within or ()
    return (change.to,) if change.to is not None else change.to_within or ()


def _rings_of(change: Change) -> list[tuple[str, Sequence[Point]]]:
    """List the polygons that a change names, by key."""
    rings: list[tuple[str, Sequence[Point] | None]] = []
    if isinstance(change, (*RING_KINDS, AddResidents, ScaleResidents, MoveResidents)):
        rings.append(("within", change.within))
    if isinstance(change, MoveResidents):
        rings.append(("to_within", change.to_within))
    return [(key, ring) for key, ring in rings if ring]


def _check_inside(findings: Findings, row: int, points: Sequence[Point], today: Today) -> None:
    """Refuse coordinates outside the extract; a polygon may reach beyond but must not miss it."""
    west, south, east, north = today.extract.source.bounds_deg
    change = findings.scenario.changes[row]

    def is_inside(lon: float, lat: float) -> bool:
        return (
            west - MARGIN_DEG <= lon <= east + MARGIN_DEG
            and south - MARGIN_DEG <= lat <= north + MARGIN_DEG
        )

    outside = [point for point in points if not is_inside(*point)]
    if not outside or (isinstance(change, RING_KINDS) and _meets(points, today)):
        return
    if isinstance(change, AddBarrier) and len(outside) < len(points):
        return
    lon, lat = outside[0]
    hint = " Longitude comes first: swap the two."
    if not is_inside(lat, lon):
        hint = " Check the coordinates and their crs, or take a larger extract."
    findings.refuse(
        row,
        f"[{lon:g}, {lat:g}] lies outside the extract, which covers longitude {west:.4f} to "
        f"{east:.4f} and latitude {south:.4f} to {north:.4f}.{hint}",
    )


def _meets(ring: Sequence[Point], today: Today) -> bool:
    """Tell whether a polygon may meet the extract, by their bounds."""
    west, south, east, north = today.extract.source.bounds_deg
    lon, lat = zip(*ring, strict=True)
    return bool(min(lon) <= east and max(lon) >= west and min(lat) <= north and max(lat) >= south)


def _check_polygon(findings: Findings, row: int, key: str, ring: Sequence[Point]) -> None:
    """Refuse a polygon without an inside, or one whose inside nobody could tell."""
    polygon = shapely.Polygon(ring)
    is_thin = 2 * polygon.area <= THINNEST_DEG * polygon.length
    if not shapely.is_valid(polygon) or is_thin:
        reason = shapely.is_valid_reason(polygon).lower().replace("valid geometry", "it is a line")
        findings.refuse(
            row,
            f"{key} encloses no clear area ({reason}). Name the corners in the order in which one "
            "walks round it, each once.",
        )


def _check_focus(findings: Findings, today: Today) -> None:
    """Refuse a focus on what does not exist; warn where the study does not ask for it."""
    scenario = findings.scenario
    known = list(dict.fromkeys([*today.profiles, *profile_names(), TRANSIT]))
    for profile in scenario.focus_profiles:
        if profile not in known:
            findings.errors.append(f"focus.profiles: {profile!r}.{suggest(profile, known)}")
        elif profile not in today.profiles:
            findings.warnings.append(Notice("focus_profile", {"profile": profile}))
    for category in scenario.focus_categories:
        try:
            find_category(category)
        except PlacesError as error:
            findings.errors.append(f"focus.categories: {error}")
            continue
        if category not in today.categories:
            findings.warnings.append(Notice("focus_category", {"category": category}))

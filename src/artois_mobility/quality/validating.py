"""Hold trips that people timed against the model: how far apart, and what the time is made of."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd
import shapely

from .._types import UNREACHED_MS, WGS84
from ..changes.notices import Notice, check_language
from ..changes.reasons import translate_no_trip
from ..changes.sentences import Language
from ..changes.windows import describe_window
from ..drawing import draw_text, language_of_user
from ..errors import ProfileError
from ..network.model import Network
from ..osm.extract import Extract
from ..places.table_points import Bounds
from ..routing.ends import minutes_of
from ..routing.legs import WALK, find_waiting_s, list_legs, tags_of
from ..routing.route_lines import say_why
from ..routing.trips import Trip, find_trips, hang
from ..transit.model import Transit, walked_network
from ..transit.naming import TRANSIT
from .deviations import compute_figures
from .observed_trips import ENDS, read_trips
from .ridden import RiddenTrip, find_ridden
from .telling import tell_validation

if TYPE_CHECKING:
    import geopandas as gpd

# Whose trips are held against it.
Asked: TypeAlias = Network | Transit

# Trips may begin and end so far beyond the network before anyone asks whether they are swapped.
MARGIN_DEG: Final = 0.1
PART_COLUMNS: Final = ("trip", "kind", "speed_from", "km", "seconds")


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Timed trips beside the model's.

    Differences are modelled less observed minutes; relative ones are shares of the observed.

    Attributes
    ----------
    trips
        One row per trip, in the order given: `trip` (row number from 1), `name`, `profile`,
        `departure` (as given; the model knows no hour), the four columns of degrees,
        `observed_min`, `modelled_min`, `difference_min`, `relative_difference`, `km` on the
        network, of the time `waiting_s` at signals and the like, `turn_s` in turning and `walk_s`
        off the streets, `reason`, and in EPSG:4326 the line travelled. Where there is no modelled
        time, it and what follows from it are NaN, `reason` says why, and the line is straight.
    figures
        One row for all trips, each profile (`profile`, `""` for all) and each class of length
        (`km_class`, `""` for all): `trips`, `compared`, `bias` and `mean_bias` (median and mean
        relative difference), `median_difference` and `p90_difference` (median and ninth decile of
        its size), `share_within_10` and `share_within_20` (of the compared, within so many percent
        of the observed minutes), `factor` (median of observed by modelled minutes) and
        `speed_factor` (the same of what is left of both without waiting, turning and walks), each
        of the trips on streets that it leaves at least six seconds in the model. NaN where there
        is none, and all of them where nothing was compared.
    parts
        Of the worst trips, the farthest off first, what the modelled time is made of, the longest
        part first: `trip`, `kind` (`speed`, `waiting`, `turning`, `walk`; by public transport
        `ride`, `boarding` for the wait at stops, `on_foot`), `speed_from` (where the speeds come
        from; only the class of street without an extract; the name of the line), `km`, `seconds`.
    left_out
        Why trips could not be compared, with how many.
    departures
        Which departures stand behind the minutes by public transport, or None.
    """

    trips: "gpd.GeoDataFrame"
    figures: pd.DataFrame
    parts: pd.DataFrame
    left_out: tuple[Notice, ...]
    departures: Notice | None = None

    def _repr_html_(self) -> str:
        """Show the words in a notebook, in the reader's language."""
        return draw_text(self.text(language_of_user()))

    def text(self, language: Language = "en") -> str:
        """Say in words how far the model is off, and why its worst trips take their time.

        Parameters
        ----------
        language
            `"fr"` or `"en"`.

        Returns
        -------
        text
            What was compared, the figures, a factor as a hint, the worst trips.

        Raises
        ------
        InputError
            If the language is another.
        """
        check_language(language)
        tables = (self.trips, self.figures, self.parts)
        told = tell_validation(*tables, self.left_out, language, departures=self.departures)
        return "\n".join(told)


def validate(
    network: Asked | Sequence[Asked],
    trips: str | Path | pd.DataFrame,
    *,
    extract: Extract | None = None,
    worst: int = 10,
) -> Validation:
    """Hold trips with the minutes that they took, from door to door, against the model.

    On streets the model's minutes are those of a free road, or of the network's table of traffic,
    at any hour. Nothing in the network is changed: the factors found are a hint for the
    `time_factor` of a profile of one's own.

    Parameters
    ----------
    network
        The network of one profile, or several; the first is for trips that name no profile. Public
        transport is of the profile `transit`: its minutes are the median of the departures of its
        window, or the percentile that it asks for.
    trips
        CSV (comma or semicolon, decimal point or comma, UTF-8), Parquet, or a table with
        `origin_lon`, `origin_lat`, `destination_lon`, `destination_lat` in degrees (or `origin` and
        `destination` as text such as `"2.8319,50.4289"`) and `minutes` above 0. `departure` (ISO
        8601), `profile` and `name` may be there.
    extract
        The data that the networks were built from, to say where speeds came from.
    worst
        How many trips to explain: those with the largest relative difference, of either sign.

    Returns
    -------
    validation
        The trips as a table that opens in QGIS, the figures, and both as text. Trips that the model
        has no time for are kept with their reason.

    Raises
    ------
    PlacesError
        If the file or any row is faulty; all faults are listed with their rows.
    ProfileError
        If two networks are of one profile, or none is given.

    See Also
    --------
    explain : one trip, leg by leg.
    check : what is wrong or missing in the data.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> table = pd.DataFrame({"origin": ["2.8305,50.42"] * 2, "minutes": [2.0, 5.0]})
    >>> table["destination"] = ["2.8314,50.4207", "3.5,50.42"]
    >>> found = validate(walk, table)
    >>> found.trips[["observed_min", "modelled_min", "reason"]].round(2).values.tolist()
    [[2.0, 1.77, ''], [5.0, nan, 'destination: no street within 300 m']]
    >>> found.figures["bias"].round(2).tolist()[:2]
    [-0.11, -0.11]
    """
    network_of_profile = _by_profile(network)
    observed = read_trips(
        trips, list(network_of_profile), _bounds_of(list(network_of_profile.values()))
    )
    modelled = _find_all(observed, network_of_profile)
    table = _tabulate(observed, modelled)
    by_size = table["relative_difference"].abs().sort_values(ascending=False, kind="stable")
    rows = by_size.dropna().index[: max(worst, 0)].tolist()
    parts = [
        {"trip": row + 1, **part} for row in rows for part in modelled[row].list_parts(extract)
    ]
    return Validation(
        table,
        compute_figures(table),
        pd.DataFrame(parts, columns=list(PART_COLUMNS)),
        tuple(_say_left_out(table, network_of_profile)),
        _say_departures(observed, network_of_profile),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Modelled:
    """What the model makes of one trip on streets."""

    network: Network
    trip: Trip
    offroad_m: tuple[float, float]
    reason: str

    @property
    def ms(self) -> int:
        return self.trip.ms

    @property
    def crs(self) -> str:
        return self.network.crs

    @property
    def km(self) -> float:
        return float(self.trip.metres(self.network).sum()) / 1000

    def draw(self) -> shapely.LineString | None:
        return self.trip.draw(self.network) if self.trip.arc.size else None

    def seconds(self) -> tuple[float, float, float]:
        """Give the seconds waiting, in turning and off the streets."""
        waiting_s = float(find_waiting_s(self.network, self.trip).sum())
        return waiting_s, float(self.trip.turn_ms.sum()) / 1000, sum(self.trip.offroad_ms) / 1000

    def list_parts(self, extract: Extract | None) -> list[dict[str, object]]:
        """Sum the seconds by what they are spent on, the longest first."""
        tags_of_way = tags_of(extract, self.network.way_of_arc[self.trip.arc])
        metres: defaultdict[tuple[str, str], float] = defaultdict(float)
        seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        for leg in list_legs(self.network, self.offroad_m, self.trip, tags_of_way):
            own = (
                ("walk", "") if leg.kind == WALK else ("speed", leg.speed_from or leg.street_class)
            )
            metres[own] += leg.metres
            seconds[own] += leg.seconds - leg.waiting_s - leg.turn_s
            seconds["waiting", ""] += leg.waiting_s
            seconds["turning", ""] += leg.turn_s
        longest = sorted(seconds.items(), key=lambda part: (-part[1], part[0]))
        return [
            {"kind": kind, "speed_from": source, "km": metres[kind, source] / 1000, "seconds": s}
            for (kind, source), s in longest
            if s > 0
        ]


# What the model makes of a trip, on streets or by public transport.
Modelled: TypeAlias = _Modelled | RiddenTrip


def _by_profile(network: Asked | Sequence[Asked]) -> dict[str, Asked]:
    networks = [network] if isinstance(network, Network | Transit) else list(network)
    by_profile = {_name(each): each for each in networks}
    if not networks or len(by_profile) < len(networks):
        names = ", ".join(map(_name, networks)) or "none"
        msg = f"validate takes one network of each profile; found {names}."
        raise ProfileError(msg)
    return by_profile


def _name(asked: Asked) -> str:
    return TRANSIT if isinstance(asked, Transit) else asked.profile.name


def _bounds_of(asked: Sequence[Asked]) -> Bounds | None:
    networks = [walked_network(each) for each in asked]
    lon_deg = np.concatenate([network.lon_deg for network in networks])
    lat_deg = np.concatenate([network.lat_deg for network in networks])
    if lon_deg.size == 0:
        return None
    west, south = (float(degrees.min()) - MARGIN_DEG for degrees in (lon_deg, lat_deg))
    east, north = (float(degrees.max()) + MARGIN_DEG for degrees in (lon_deg, lat_deg))
    return west, south, east, north


def _find_all(observed: pd.DataFrame, network_of_profile: Mapping[str, Asked]) -> list[Modelled]:
    found: dict[int, Modelled] = {}
    for profile, network in network_of_profile.items():
        rows = np.flatnonzero(observed["profile"] == profile).tolist()
        if rows:
            found |= zip(rows, _find(observed.iloc[rows], network), strict=True)
    return [found[row] for row in range(len(observed))]


def _find(observed: pd.DataFrame, network: Asked) -> Iterable[Modelled]:
    if isinstance(network, Transit):
        return find_ridden(network, *(_points_of(observed, end) for end in ENDS))
    return _find_on_streets(observed, network)


def _find_on_streets(observed: pd.DataFrame, network: Network) -> Iterator[_Modelled]:
    here, there = (hang(network, _points_of(observed, end)) for end in ENDS)
    pairs = [(row, row) for row in range(len(observed))]
    for trip, pair in zip(find_trips(network, here, there, pairs), pairs, strict=True):
        reason = "" if trip.ms < UNREACHED_MS else say_why(here, there, pair)
        offroad_m = float(here.offroad_m[pair[0]]), float(there.offroad_m[pair[1]])
        yield _Modelled(network, trip, offroad_m, reason)


def _points_of(observed: pd.DataFrame, end: str) -> list[tuple[float, float]]:
    return list(zip(observed[f"{end}_lon"], observed[f"{end}_lat"], strict=True))


def _tabulate(observed: pd.DataFrame, modelled: Sequence[Modelled]) -> "gpd.GeoDataFrame":
    import geopandas as gpd

    is_found = np.array([each.reason == "" for each in modelled], np.bool_)
    minutes = minutes_of(np.array([each.ms for each in modelled], np.int32))
    km = np.array([each.km for each in modelled])
    seconds = np.array([each.seconds() for each in modelled]).reshape(-1, 3)
    seconds[~is_found] = np.nan
    observed_min = observed["minutes"].to_numpy(np.float64)
    difference_min = minutes - observed_min
    return gpd.GeoDataFrame(
        {
            **observed.drop(columns="minutes"),
            "observed_min": observed_min,
            "modelled_min": minutes,
            "difference_min": difference_min,
            "relative_difference": difference_min / observed_min,
            "km": np.where(is_found, km, np.nan),
            "waiting_s": seconds[:, 0],
            "turn_s": seconds[:, 1],
            "walk_s": seconds[:, 2],
            "reason": [each.reason for each in modelled],
        },
        geometry=_draw(observed, modelled),
        crs=WGS84,
    )


def _draw(observed: pd.DataFrame, modelled: Sequence[Modelled]) -> list[shapely.LineString]:
    """Draw each trip in degrees, straight where there is no line to follow."""
    import geopandas as gpd

    straight = zip(*(_points_of(observed, end) for end in ENDS), strict=True)
    lines = [shapely.LineString(ends) for ends in straight]
    drawn = {row: each.draw() for row, each in enumerate(modelled)}
    line_of_row = {row: line for row, line in drawn.items() if line is not None}
    for crs in dict.fromkeys(modelled[row].crs for row in line_of_row):
        rows = [row for row in line_of_row if modelled[row].crs == crs]
        own = gpd.GeoSeries([line_of_row[row] for row in rows], crs=crs)
        for row, line in zip(rows, own.to_crs(WGS84), strict=True):
            lines[row] = line
    return lines


def _say_departures(
    observed: pd.DataFrame, network_of_profile: Mapping[str, Asked]
) -> Notice | None:
    asked = network_of_profile.get(TRANSIT)
    if not isinstance(asked, Transit) or not (observed["profile"] == TRANSIT).any():
        return None
    return Notice("departures_compared", describe_window(asked.timetable.day, asked.window))


def _say_left_out(table: pd.DataFrame, network_of_profile: Mapping[str, Asked]) -> Iterator[Notice]:
    left = table[table["reason"] != ""]
    for (profile, reason), count in Counter(
        zip(left["profile"], left["reason"], strict=True)
    ).most_common():
        why = translate_no_trip(reason, walked_network(network_of_profile[profile]).profile)
        yield Notice("trips_off", {"count": count, "profile": profile, "reason": why})

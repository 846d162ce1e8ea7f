"""How often public transport leaves: departures and headways of stops, and of areas."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import MS_PER_MIN, WGS84, Floats, WideMilliseconds
from ..errors import TransitError
from .model import Transit
from .timetables import Timetable

# Columns that name an area, as `am.read_zones` and `am.read_communes` give them.
AREA_NAMES: Final = ("zone", "insee")
MIN_PER_H: Final = 60


def service_frequency(transit: Transit, areas: gpd.GeoDataFrame | None = None) -> gpd.GeoDataFrame:
    """Count the departures of stops, or of whole communes, and measure the gaps between them.

    Every trip that takes people on between the beginning and the end of the window counts; in an
    area once, when it first does so there.

    Parameters
    ----------
    transit
        What `am.build_transit` returns; its window says from when until when.
    areas
        What `am.read_communes` or `am.read_zones` returns; None for a row per stop.

    Returns
    -------
    frequency
        `stop` and `name`, or `zone` (or `insee`), `name` and `stops` (served, in the area);
        `departures`, `per_hour`, `headway_min` (median time from one departure to the next, NaN
        where there are less than two), `longest_gap_min` (without any departure, the beginning and
        the end of the window counted), `lines` (names, with semicolons), and the geometry in
        EPSG:4326. Stops and areas that nothing serves have 0.

    Raises
    ------
    TransitError
        If the areas have no column that names them.
    """
    calls = _list_departures(transit)
    if areas is None:
        stops = transit.feed.stops
        table = stops[["stop", "name"]].copy()
        geometry = gpd.points_from_xy(stops["lon"], stops["lat"], crs=WGS84)
        calls["place"] = calls["stop"]
    else:
        table, geometry = _name_areas(areas)
        calls = _assign(calls, transit.feed.stops, geometry)
        served = calls.groupby("place")["stop"].nunique()
        table["stops"] = served.reindex(range(len(table)), fill_value=0).to_numpy()
    calls = calls.sort_values(["place", "ms", "run"])
    if areas is not None:
        calls = calls.drop_duplicates(["place", "run"])
    told = pd.concat([table, _measure(calls, len(table), transit)], axis=1)
    return gpd.GeoDataFrame(told, geometry=np.asarray(geometry), crs=WGS84)


def _list_departures(transit: Transit) -> pd.DataFrame:
    """List who may board where and when within the window: `stop`, `run`, `trip`, `ms`."""
    timetable, window = transit.timetable, transit.window
    run, position, ms = _calls_of(timetable)
    is_last = np.isin(position + 1, timetable.first_stop)
    begin_ms, end_ms = window.begin_min * MS_PER_MIN, window.end_min * MS_PER_MIN
    is_in = timetable.may_board[position] & ~is_last & (ms >= begin_ms) & (ms < end_ms)
    return pd.DataFrame(
        {
            "stop": timetable.stop_at[position],
            "run": run,
            "trip": timetable.trip[run],
            "ms": ms,
        }
    )[is_in].reset_index(drop=True)


def _calls_of(
    timetable: Timetable,
) -> tuple[WideMilliseconds, WideMilliseconds, WideMilliseconds]:
    """Tell the run, the position and the departure of every stop time."""
    lengths, counts = np.diff(timetable.first_stop), np.diff(timetable.first_trip)
    pattern = np.repeat(np.arange(counts.size), counts)
    length = lengths[pattern].astype(np.int64)
    run = np.repeat(np.arange(length.size), length)
    begin = np.cumsum(np.r_[0, length])[:-1]
    position = timetable.first_stop[pattern[run]] + np.arange(run.size) - begin[run]
    return run, position.astype(np.int64), timetable.departure_ms.astype(np.int64)


def _name_areas(areas: gpd.GeoDataFrame) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    own = next((name for name in AREA_NAMES if name in areas.columns), None)
    if own is None:
        found = ", ".join(map(str, areas.columns))
        msg = f"The areas need a column zone or insee that names them; they have {found}."
        raise TransitError(msg)
    table = areas[[name for name in (own, "name") if name in areas.columns]]
    return pd.DataFrame(table).reset_index(drop=True), areas.geometry.to_crs(WGS84)


def _assign(calls: pd.DataFrame, stops: pd.DataFrame, areas: gpd.GeoSeries) -> pd.DataFrame:
    """Give each call the area around its stop; on a boundary that of the first."""
    points = shapely.points(stops["lon"].to_numpy(), stops["lat"].to_numpy())
    stop, area = shapely.STRtree(areas.to_numpy()).query(points, predicate="intersects")
    place = pd.Series(area, index=stop).groupby(level=0).min()
    calls = calls.assign(place=calls["stop"].map(place))
    return calls.dropna(subset="place").astype({"place": np.int64})


def _measure(calls: pd.DataFrame, place_count: int, transit: Transit) -> pd.DataFrame:
    """Measure the departures of each place, which stand in their order."""
    window = transit.window
    trips = transit.feed.trips.merge(transit.feed.routes, on="route", how="left")
    line = trips["name"].to_numpy(object)[calls["trip"].to_numpy(np.int64)]
    lines = [""] * place_count
    for place, names in pd.Series(line).groupby(calls["place"].to_numpy()):
        lines[int(str(place))] = ";".join(sorted(set(names)))
    count = np.bincount(calls["place"], minlength=place_count)
    minutes = calls["ms"].to_numpy(np.float64) / MS_PER_MIN
    own = np.split(minutes, np.cumsum(count)[:-1])
    hours = (window.end_min - window.begin_min) / MIN_PER_H
    edges = [np.r_[window.begin_min, each, window.end_min] for each in own]
    columns = {
        "departures": count,
        "per_hour": count / hours,
        "headway_min": [_median_gap(each) for each in own],
        "longest_gap_min": [float(np.diff(each).max()) for each in edges],
        "lines": lines,
    }
    return pd.DataFrame(columns)


def _median_gap(minutes: Floats) -> float:
    return float(np.median(np.diff(minutes))) if minutes.size > 1 else float("nan")

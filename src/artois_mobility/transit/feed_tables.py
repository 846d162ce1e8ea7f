"""Check the tables of a GTFS feed one by one; rows of no use are left out and counted."""

from zoneinfo import available_timezones

import numpy as np
import pandas as pd

from .columns import column, days_of, is_repeated, numbers_of, rows_of, seconds_of
from .faults import Faults

LEFT_OUT = "left out"
# What a line is run with: the types of the standard, and those of its extension by hundreds.
BUS = 3
ROUTE_TYPES = (0, 1, 2, BUS, 4, 5, 6, 7, 11, 12)
EXTENDED_TYPES = range(100, 1800)
# What location_type says of a station.
STATION = "1"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def take_timezone(table: pd.DataFrame, faults: Faults) -> str:
    """Read the time zone of the agencies.

    Parameters
    ----------
    table
        The table `agency`.
    faults
        Where faults are noted.

    Returns
    -------
    zone
        Its name; `""` where none is known.
    """
    zones = sorted(set(column(table, "agency_timezone").tolist()) - {""})
    known = [zone for zone in zones if zone in available_timezones()]
    unknown = [zone for zone in zones if zone not in known]
    faults.note("agency", "invalid_timezone", unknown, consequence="taken without a time zone")
    faults.note(
        "agency", "inconsistent_agency_timezone", known[1:], consequence=f"taken as {known[:1]}"
    )
    return known[0] if known else ""


def _without_repeats(
    table: pd.DataFrame, file: str, keys: list[str], faults: Faults
) -> pd.DataFrame:
    again = is_repeated(table[keys])
    faults.note(file, "duplicate_key", table[keys[0]][again], consequence="the first one counts")
    return table[~again].reset_index(drop=True)


def named_rows(table: pd.DataFrame, file: str, name: str, faults: Faults) -> pd.DataFrame:
    """Leave out rows without an id, or with one empty.

    Parameters
    ----------
    table
        Of texts.
    file, name
        Names of the table and of the id.
    faults
        Where faults are noted.

    Returns
    -------
    named
        The other rows.
    """
    lacks = column(table, name) == ""
    rows = [f"row {row + 2}" for row in np.flatnonzero(lacks)]
    faults.note(file, "missing_required_field", rows, consequence=LEFT_OUT)
    kept: pd.DataFrame = table[~lacks].reset_index(drop=True)
    return kept


def take_stops(table: pd.DataFrame, prefix: str, faults: Faults) -> pd.DataFrame:
    """Read where one boards; a platform without a position is where its station is.

    Parameters
    ----------
    table
        The table `stops`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.

    Returns
    -------
    stops
        As in `Feed`.
    """
    table = named_rows(table, "stops", "stop_id", faults)
    kind = column(table, "location_type")
    lon, lat = numbers_of(column(table, "stop_lon")), numbers_of(column(table, "stop_lat"))
    parent = column(table, "parent_station")
    stops = pd.DataFrame(
        {
            "stop": prefix + column(table, "stop_id"),
            "name": column(table, "stop_name"),
            "lon": lon,
            "lat": lat,
            "station": np.where(parent == "", "", prefix + parent),
            "kind": np.where(kind == "", "0", kind),
        }
    )
    stops = _without_repeats(stops, "stops", ["stop"], faults)
    by_id = stops.set_index("stop")
    # a platform without a position, or without a name, is where its station is
    lacks = stops["lon"].isna() | stops["lat"].isna() | ((stops["lon"] == 0) & (stops["lat"] == 0))
    for name in ("lon", "lat"):
        of_station = stops["station"].map(by_id[name])
        stops[name] = stops[name].where(~lacks, of_station)
    unnamed = stops["name"] == ""
    stops["name"] = stops["name"].where(~unnamed, stops["station"].map(by_id["name"]).fillna(""))
    stops = stops[stops["kind"] == "0"].drop(columns="kind").reset_index(drop=True)
    no_station = stops["station"].map(by_id["kind"]).fillna(STATION) != STATION
    kept = "its name and its place count all the same"
    wrong = stops["stop"][no_station]
    faults.note("stops", "wrong_parent_location_type", wrong, consequence=kept)
    known = stops["station"].isin(set(by_id.index)) | (stops["station"] == "")
    lost = stops["stop"][~known]
    faults.note("stops", "foreign_key_violation", lost, consequence="taken without its station")
    stops["station"] = stops["station"].where(known, "")
    nowhere = stops["lon"].isna() | stops["lat"].isna()
    outside = (stops["lon"].abs() > 180) | (stops["lat"].abs() > 90)
    faults.note("stops", "stop_without_location", stops["stop"][nowhere], consequence=LEFT_OUT)
    faults.note("stops", "number_out_of_range", stops["stop"][outside], consequence=LEFT_OUT)
    return stops[~(nowhere | outside)].reset_index(drop=True)


def take_routes(table: pd.DataFrame, prefix: str, faults: Faults) -> pd.DataFrame:
    """Read lines.

    Parameters
    ----------
    table
        The table `routes`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.

    Returns
    -------
    routes
        As in `Feed`.
    """
    table = named_rows(table, "routes", "route_id", faults)
    short, long = column(table, "route_short_name"), column(table, "route_long_name")
    kind = numbers_of(column(table, "route_type"))
    ids = prefix + column(table, "route_id")
    unknown = ~(np.isin(kind, ROUTE_TYPES) | np.isin(kind, list(EXTENDED_TYPES)))
    faults.note("routes", "unexpected_enum_value", ids[unknown], consequence="taken as bus")
    routes = pd.DataFrame(
        {
            "route": ids,
            "name": np.where(short == "", long, short),
            "kind": np.where(unknown, BUS, kind).astype(np.int32),
        }
    )
    return _without_repeats(routes, "routes", ["route"], faults)


def take_calendar(table: pd.DataFrame, prefix: str, faults: Faults) -> pd.DataFrame:
    """Read which weekdays services run.

    Parameters
    ----------
    table
        The table `calendar`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.

    Returns
    -------
    calendar
        As in `Feed`.
    """
    table = named_rows(table, "calendar", "service_id", faults)
    service = prefix + column(table, "service_id")
    first, last = days_of(column(table, "start_date")), days_of(column(table, "end_date"))
    calendar = pd.DataFrame({"service": service, "first": first, "last": last})
    for day in WEEKDAYS:
        calendar[day] = column(table, day) == "1"
    told = np.column_stack([column(table, day) for day in WEEKDAYS])
    empty = (told == "").any(axis=1)
    odd = (~np.isin(told, ["0", "1", ""])).any(axis=1)
    untold = "does not run on days that say nothing"
    faults.note("calendar", "missing_required_field", service[empty], consequence=untold)
    never = "does not run on days that say neither 0 nor 1"
    faults.note("calendar", "unexpected_enum_value", service[odd], consequence=never)
    no_day = np.isnat(first) | np.isnat(last)
    is_reversed = ~no_day & (last < first)
    faults.note("calendar", "invalid_date", service[no_day], consequence=LEFT_OUT)
    faults.note(
        "calendar",
        "start_and_end_range_out_of_order",
        service[is_reversed],
        consequence="runs on no day",
    )
    calendar = calendar[~no_day].reset_index(drop=True)
    return _without_repeats(calendar, "calendar", ["service"], faults)


def take_exceptions(table: pd.DataFrame, prefix: str, faults: Faults) -> pd.DataFrame:
    """Read on which days services run besides, or do not.

    Parameters
    ----------
    table
        The table `calendar_dates`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.

    Returns
    -------
    exceptions
        As in `Feed`.
    """
    table = named_rows(table, "calendar_dates", "service_id", faults)
    service = prefix + column(table, "service_id")
    day, kind = days_of(column(table, "date")), column(table, "exception_type")
    unknown = ~np.isin(kind, ["1", "2"])
    faults.note("calendar_dates", "invalid_date", service[np.isnat(day)], consequence=LEFT_OUT)
    faults.note("calendar_dates", "unexpected_enum_value", service[unknown], consequence=LEFT_OUT)
    exceptions = pd.DataFrame({"service": service, "day": day, "is_added": kind == "1"})
    exceptions = exceptions[~(np.isnat(day) | unknown)].reset_index(drop=True)
    return _without_repeats(exceptions, "calendar_dates", ["service", "day"], faults)


def take_trips(
    table: pd.DataFrame, prefix: str, faults: Faults, routes: set[str], services: set[str]
) -> pd.DataFrame:
    """Read trips of known lines and services.

    Parameters
    ----------
    table
        The table `trips`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.
    routes, services
        Ids of those.

    Returns
    -------
    trips
        As in `Feed`.
    """
    table = named_rows(table, "trips", "trip_id", faults)
    trips = pd.DataFrame(
        {
            "trip": prefix + column(table, "trip_id"),
            "route": prefix + column(table, "route_id"),
            "service": prefix + column(table, "service_id"),
            "headsign": column(table, "trip_headsign"),
        }
    )
    trips = _without_repeats(trips, "trips", ["trip"], faults)
    lost = ~(trips["route"].isin(routes) & trips["service"].isin(services))
    faults.note("trips", "foreign_key_violation", trips["trip"][lost], consequence=LEFT_OUT)
    return trips[~lost].reset_index(drop=True)


def take_stop_times(
    table: pd.DataFrame, prefix: str, faults: Faults, stops: pd.DataFrame, trips: pd.DataFrame
) -> pd.DataFrame:
    """Read when trips call where.

    Parameters
    ----------
    table
        The table `stop_times`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.
    stops, trips
        Those of the feed.

    Returns
    -------
    stop_times
        As in `Feed`.
    """
    trip_ids, stop_ids = column(table, "trip_id"), column(table, "stop_id")
    arrival, departure = (column(table, f"{name}_time") for name in ("arrival", "departure"))
    arrival_s, departure_s = seconds_of(arrival), seconds_of(departure)
    sequence = numbers_of(column(table, "stop_sequence"))
    times = pd.DataFrame(
        {
            "trip": rows_of(prefix + trip_ids, trips["trip"].to_numpy(object)),
            "stop": rows_of(prefix + stop_ids, stops["stop"].to_numpy(object)),
            "sequence": sequence,
            "arrival_s": np.where(np.isnan(arrival_s), departure_s, arrival_s),
            "departure_s": np.where(np.isnan(departure_s), arrival_s, departure_s),
            "may_board": column(table, "pickup_type") != "1",
            "may_alight": column(table, "drop_off_type") != "1",
        }
    )
    for name in ("pickup_type", "drop_off_type"):
        unknown = ~np.isin(column(table, name), ["", "0", "1", "2", "3"])
        taken = f"{name} is taken as 0"
        faults.note("stop_times", "unexpected_enum_value", trip_ids[unknown], consequence=taken)
    odd = (np.isnan(arrival_s) & (arrival != "")) | (np.isnan(departure_s) & (departure != ""))
    faults.note("stop_times", "invalid_time", trip_ids[odd], consequence="taken as not told")
    lost = (times["trip"] < 0) | (times["stop"] < 0)
    faults.note("stop_times", "foreign_key_violation", trip_ids[lost], consequence=LEFT_OUT)
    faults.note("stop_times", "invalid_integer", trip_ids[np.isnan(sequence)], consequence=LEFT_OUT)
    broken = ~np.isnan(sequence) & (sequence % 1 != 0)
    in_order = "taken in the order of the numbers"
    faults.note("stop_times", "invalid_integer", trip_ids[broken], consequence=in_order)
    times = times[~(lost | np.isnan(sequence))]
    times = times.sort_values(["trip", "sequence"], kind="stable").reset_index(drop=True)
    again = is_repeated(times[["trip", "sequence"]])
    names = trips["trip"].to_numpy(object)[times["trip"].to_numpy()[again]]
    faults.note("stop_times", "duplicate_key", names, consequence="the first one counts")
    return times[~again].drop(columns="sequence").reset_index(drop=True)


def keep_usable(
    trips: pd.DataFrame, times: pd.DataFrame, faults: Faults
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Leave out trips that go nowhere, back in time, or do not say when they begin and end.

    Parameters
    ----------
    trips, times
        As they were read.
    faults
        Where faults are noted.

    Returns
    -------
    trips, times, unusable
        Those of use, and the trips that are left out.
    """
    trip = times["trip"].to_numpy()
    arrival, departure = (times[f"{name}_s"].to_numpy() for name in ("arrival", "departure"))
    count = np.bincount(trip, minlength=len(trips))
    is_first = np.r_[True, trip[1:] != trip[:-1]] if trip.size else np.empty(0, np.bool_)
    is_last = np.r_[trip[1:] != trip[:-1], True] if trip.size else np.empty(0, np.bool_)
    no_end = np.zeros(len(trips), np.bool_)
    no_end[trip[is_first & np.isnan(departure)]] = True
    no_end[trip[is_last & np.isnan(arrival)]] = True
    goes_back = np.zeros(len(trips), np.bool_)
    goes_back[trip[departure < arrival]] = True
    told = np.flatnonzero(~np.isnan(arrival))
    follows = told[1:][trip[told[1:]] == trip[told[:-1]]]
    before = told[:-1][trip[told[1:]] == trip[told[:-1]]]
    goes_back[trip[follows[arrival[follows] < departure[before]]]] = True
    names = trips["trip"].to_numpy(object)
    backwards = "stop_time_with_arrival_before_previous_departure_time"
    faults.note("trips", "unusable_trip", names[count < 2], consequence=LEFT_OUT)
    faults.note("stop_times", "missing_trip_edge", names[no_end], consequence=LEFT_OUT)
    faults.note("stop_times", backwards, names[goes_back], consequence=LEFT_OUT)
    is_usable = (count >= 2) & ~no_end & ~goes_back
    number = np.cumsum(is_usable) - 1
    kept = times[is_usable[trip]] if trip.size else times
    kept = kept.assign(trip=number[kept["trip"].to_numpy()]).reset_index(drop=True)
    used, unusable = (trips[each].reset_index(drop=True) for each in (is_usable, ~is_usable))
    return used, kept, unusable

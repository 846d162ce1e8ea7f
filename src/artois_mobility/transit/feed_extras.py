"""Check what a GTFS feed says besides trips: headways, and changing between two stops."""

import numpy as np
import pandas as pd

from .columns import column, is_repeated, numbers_of, rows_of, seconds_of
from .faults import Faults
from .feed_tables import LEFT_OUT, named_rows


def take_frequencies(
    table: pd.DataFrame, prefix: str, faults: Faults, trips: pd.DataFrame
) -> pd.DataFrame:
    """Read headways.

    Parameters
    ----------
    table
        The table `frequencies`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.
    trips
        Those of the feed.

    Returns
    -------
    frequencies
        As in `Feed`.
    """
    table = named_rows(table, "frequencies", "trip_id", faults)
    ids = prefix + column(table, "trip_id")
    rows = pd.DataFrame(
        {
            "trip": rows_of(ids, trips["trip"].to_numpy(object)),
            "begin_s": seconds_of(column(table, "start_time")),
            "end_s": seconds_of(column(table, "end_time")),
            "headway_s": numbers_of(column(table, "headway_secs")),
        }
    )
    lost = (rows["trip"] < 0).to_numpy(np.bool_)
    odd = rows[["begin_s", "end_s"]].isna().any(axis=1).to_numpy(np.bool_)
    none = ~(rows["headway_s"] > 0).to_numpy(np.bool_)
    turned = (rows["end_s"] <= rows["begin_s"]).to_numpy(np.bool_)
    faults.note("frequencies", "foreign_key_violation", ids[lost], consequence=LEFT_OUT)
    faults.note("frequencies", "invalid_time", ids[odd], consequence=LEFT_OUT)
    faults.note("frequencies", "number_out_of_range", ids[none], consequence=LEFT_OUT)
    faults.note(
        "frequencies", "start_and_end_range_out_of_order", ids[turned], consequence=LEFT_OUT
    )
    rows = rows[~(lost | odd | none | turned)].reset_index(drop=True)
    again = is_repeated(rows[["trip", "begin_s"]])
    names = trips["trip"].to_numpy(object)
    twice = names[rows["trip"][again]]
    faults.note("frequencies", "duplicate_key", twice, consequence="the first one counts")
    rows = rows[~again].reset_index(drop=True)
    ordered = rows.sort_values(["trip", "begin_s"], kind="stable")
    until_s = ordered.groupby("trip")["end_s"].cummax().groupby(ordered["trip"]).shift()
    overlapping = names[ordered["trip"][ordered["begin_s"] < until_s]]
    faults.note("frequencies", "overlapping_frequency", overlapping, consequence="all of them run")
    return rows


def take_transfers(
    table: pd.DataFrame, prefix: str, faults: Faults, stops: pd.DataFrame
) -> pd.DataFrame:
    """Read what is said of changing between two stops.

    Parameters
    ----------
    table
        The table `transfers`.
    prefix
        What stands before every id.
    faults
        Where faults are noted.
    stops
        Those of the feed.

    Returns
    -------
    transfers
        As in `Feed`.
    """
    known = stops["stop"].to_numpy(object)
    ids = prefix + column(table, "from_stop_id")
    kind = column(table, "transfer_type")
    rows = pd.DataFrame(
        {
            "from_stop": rows_of(ids, known),
            "to_stop": rows_of(prefix + column(table, "to_stop_id"), known),
            "seconds": numbers_of(column(table, "min_transfer_time")),
            "is_forbidden": kind == "3",
        }
    )
    lost = ((rows["from_stop"] < 0) | (rows["to_stop"] < 0)).to_numpy(np.bool_)
    faults.note("transfers", "foreign_key_violation", ids[lost], consequence=LEFT_OUT)
    negative = (rows["seconds"] < 0).to_numpy(np.bool_)
    faults.note("transfers", "number_out_of_range", ids[negative], consequence=LEFT_OUT)
    return rows[~(lost | negative)].reset_index(drop=True)

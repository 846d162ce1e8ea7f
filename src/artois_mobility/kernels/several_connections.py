"""The k earliest arrivals at different sites for every departure of a window: the same scan.

As in `connections`, with a list of the k best keys in the place of every arrival. A key is the
moment of the arrival and the site in one number, so that the smaller site comes first where two are
reached at once; a list holds each site once. The k best of several lists are the k best of their
members, each of which must hold its own k best.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, Flags, Milliseconds, Offsets, Rows
from ._signatures import (
    INT,
    NOTHING,
    READ_FLAGS,
    READ_INT32,
    READ_INT32_TABLE,
    READ_INT64_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
    WRITE_INT64_TABLE,
)
from .connections import entry_at
from .nearest import NO_SITE, SITE_BITS, SITE_MASK
from .nearest_sweep import NO_KEY, Keys


@njit(cache=True, nogil=True)
def take_key(key_of: Keys, row: int, key: int) -> bool:
    """Take a site into the list of a row where it is among the best, each site once; if it was."""
    last = key_of.shape[1] - 1
    if key >= key_of[row, last]:
        return False
    at = last
    for rank in range(last + 1):
        if (key_of[row, rank] & SITE_MASK) == (key & SITE_MASK):
            if key_of[row, rank] <= key:
                return False
            at = rank  # the same site later: it moves up from here
            break
    while at > 0 and key_of[row, at - 1] > key:
        key_of[row, at] = key_of[row, at - 1]
        at -= 1
    key_of[row, at] = key
    return True


@njit(cache=True, nogil=True)
def join_keys(
    listed_ms: Milliseconds, key_of: Keys, begin: int, count: int, time_ms: int, found: Keys
) -> tuple[int, bool]:
    """Take a departure into a stop's list where it is better; the new length, and if it was."""
    lanes, ranks = found.shape
    at = begin + count
    is_same = count > 0 and listed_ms[at - 1] == time_ms
    if is_same:
        at -= 1
    is_better = False
    for lane in range(lanes):
        if found[lane, 0] == NO_KEY:
            continue
        before = at if is_same else at - 1
        if count == 0 or found[lane, 0] < key_of[before * lanes + lane, ranks - 1]:
            is_better = True
    if not is_better:
        return count, False
    if not is_same:
        for lane in range(lanes):
            for rank in range(ranks):
                before_key = key_of[(at - 1) * lanes + lane, rank] if count > 0 else NO_KEY
                key_of[at * lanes + lane, rank] = before_key
    is_better = False
    for lane in range(lanes):
        for rank in range(ranks):
            is_better |= take_key(key_of, at * lanes + lane, found[lane, rank])
    if is_same or not is_better:
        return count, is_better
    listed_ms[at] = time_ms
    return count + 1, True


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_FLAGS,
        READ_FLAGS,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32_TABLE,
        READ_INT32,
        INT,
        WRITE_INT64_TABLE,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def scan_to_several(
    departure_ms: Milliseconds,
    arrival_ms: Milliseconds,
    next_row: Rows,
    from_stop: Rows,
    to_stop: Rows,
    may_board: Flags,
    may_alight: Flags,
    first_walk: Offsets,
    walk_to: Rows,
    walk_ms: Milliseconds,
    egress_ms: Milliseconds,
    egress_site: Rows,
    first_entry: Offsets,
    lanes: int,
    onward: Keys,
    entry_count: Rows,
    listed_ms: Milliseconds,
    key_of: Keys,
) -> None:
    """Fill the lists of all stops.

    As `scan_connections` does. `egress_ms` and `egress_site` (s, k) are the walks from each stop to
    its nearest sites, nearest first; line `lanes` times an entry and a lane more of `key_of` holds
    its keys, as that of a connection does in `onward`. Both must hold `NO_KEY`.
    """
    ranks = onward.shape[1]
    found = np.empty((lanes, ranks), np.int64)
    begin = 0
    while begin < departure_ms.size:
        end = begin
        takes_none = False
        while end < departure_ms.size and departure_ms[end] == departure_ms[begin]:
            takes_none |= arrival_ms[end] == departure_ms[end]
            end += 1
        is_changed = True
        while is_changed:
            is_changed = False
            for row in range(begin, end):
                here, there, follows = from_stop[row], to_stop[row], next_row[row]
                for lane in range(lanes):
                    for rank in range(ranks):
                        found[lane, rank] = NO_KEY
                        if follows >= 0:
                            found[lane, rank] = onward[follows * lanes + lane, rank]
                if may_alight[row]:
                    for rank in range(ranks):
                        if egress_ms[there, rank] >= UNREACHED_MS:
                            break
                        key = int(arrival_ms[row]) + int(egress_ms[there, rank])
                        key = (key << SITE_BITS) | int(egress_site[there, rank])
                        for lane in range(lanes):
                            take_key(found, lane, key)
                    for walk in range(first_walk[there], first_walk[there + 1]):
                        stop = walk_to[walk]
                        at = entry_at(
                            listed_ms,
                            first_entry[stop],
                            entry_count[stop],
                            arrival_ms[row] + walk_ms[walk],
                        )
                        if at < 0:
                            continue
                        for lane in range(1, lanes):
                            for rank in range(ranks):
                                key = key_of[at * lanes + lane - 1, rank]
                                if key >= found[lane, ranks - 1]:
                                    break  # and so are all behind it
                                take_key(found, lane, key)
                for lane in range(lanes):
                    for rank in range(ranks):
                        is_changed |= take_key(onward, row * lanes + lane, found[lane, rank])
                if may_board[row]:
                    count, is_better = join_keys(
                        listed_ms,
                        key_of,
                        first_entry[here],
                        entry_count[here],
                        departure_ms[row],
                        found,
                    )
                    entry_count[here] = count
                    is_changed |= is_better
            is_changed &= takes_none
        begin = end


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        INT,
        READ_INT64_TABLE,
        READ_INT32_TABLE,
        READ_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def read_several(
    moment_ms: Milliseconds,
    first_access: Offsets,
    access_stop: Rows,
    access_ms: Milliseconds,
    first_entry: Offsets,
    entry_count: Rows,
    listed_ms: Milliseconds,
    lanes: int,
    key_of: Keys,
    direct_ms: Milliseconds,
    direct_site: Rows,
    time_of: Milliseconds,
    site_of: Rows,
) -> None:
    """Read the travel times of p places to k sites for every moment of departure.

    As `read_departures` does; `direct_ms` and `direct_site` (p, k) are the walks all the way. Line
    p times a rank and a place more of `time_of` and `site_of` holds what is found; `NO_SITE` for
    none.
    """
    places, ranks = direct_ms.shape
    best = np.empty((moment_ms.size, ranks), np.int64)
    for place in range(places):
        for column in range(moment_ms.size):
            for rank in range(ranks):
                best[column, rank] = NO_KEY
                if direct_ms[place, rank] < UNREACHED_MS:
                    key = int(moment_ms[column]) + int(direct_ms[place, rank])
                    best[column, rank] = (key << SITE_BITS) | int(direct_site[place, rank])
        for access in range(first_access[place], first_access[place + 1]):
            stop = access_stop[access]
            at = first_entry[stop] + entry_count[stop] - 1  # the earliest departure
            for column in range(moment_ms.size):
                ready_ms = moment_ms[column] + access_ms[access]
                while at >= first_entry[stop] and listed_ms[at] < ready_ms:
                    at -= 1
                if at < first_entry[stop]:
                    break
                for rank in range(ranks):
                    key = key_of[at * lanes + lanes - 1, rank]
                    if key >= best[column, ranks - 1]:
                        break  # and so are all behind it
                    take_key(best, column, key)
        for column in range(moment_ms.size):
            for rank in range(ranks):
                key, row = best[column, rank], rank * places + place
                time_of[row, column], site_of[row, column] = UNREACHED_MS, NO_SITE
                if key < NO_KEY:
                    time_of[row, column] = (key >> SITE_BITS) - moment_ms[column]
                    site_of[row, column] = key & SITE_MASK

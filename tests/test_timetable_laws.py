"""Laws of changed timetables in made-up worlds, and the same changes made in the files."""

import zipfile
from datetime import date
from itertools import pairwise, permutations

import numpy as np
import pytest

import artois_mobility as am
from timetable_worlds import (
    SUNDAY,
    TABLES,
    TUESDAY,
    arrivals,
    change,
    changed,
    clock,
    read_lines,
)
from transit_worlds import random_trips

COUNT = 7
STOPS = {f"s{i}": (2.8 + 0.01 * i, 50.4) for i in range(COUNT)}
SEEDS = range(8)
TUESDAY_2026, SUNDAY_2026 = date(2026, 11, 24), date(2026, 11, 29)


def random_lines(draw, *, is_plain=False):
    """Five lines of six trips each; plain ones may be boarded and left everywhere."""
    lines = {}
    for name, calls in random_trips(draw).items():
        own = [call[:3] if is_plain else call for call in calls]
        lines.setdefault(f"L{name[1]}", []).append(own)
    return lines


def once(calls):
    """The first and the last stop at which a trip calls once; None where there are not two."""
    stops = [call[0] for call in calls]
    lone = [row for row, stop in enumerate(stops) if stops.count(stop) == 1]
    return (lone[0], lone[-1]) if len(lone) > 1 and len(stops) > 2 else None


def next_to(calls):
    """The first two of them."""
    stops = [call[0] for call in calls]
    return tuple(row for row, stop in enumerate(stops) if stops.count(stop) == 1)[:2]


def moments(draw):
    return [(f"s{draw.integers(COUNT)}", int(draw.integers(5 * 3600, 9 * 3600))) for _ in range(8)]


def compare(draw, before, after, day=TUESDAY):
    """Differences of arrivals at the stops of today, in seconds; infinite where one gets lost."""
    found = []
    for here, begin_s in moments(draw):
        one, other = (arrivals(each, day, here, begin_s) for each in (before, after))
        found += [
            0
            if one.get(stop) == other.get(stop)
            else other.get(stop, np.inf) - one.get(stop, np.inf)
            for stop in STOPS
        ]
    return np.array(found)


def world(tmp_path, seed, **columns):
    draw = np.random.default_rng(seed)
    lines = random_lines(draw, **columns)
    return draw, lines, read_lines(tmp_path / "feed", lines, stops=STOPS)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_of_anything_makes_nobody_later(seed, tmp_path):
    draw, lines, feed = world(tmp_path, seed)
    calls = lines["L0"][0]
    here, there = calls[0][0], calls[1][0]
    between = [float((STOPS[here][0] + STOPS[there][0]) / 2), 50.4]
    more = [
        change("add_line", name="N", stops=[f"s{i}" for i in draw.permutation(COUNT)[:4]],
               headways=[["06:00", "09:00", 12]], speed_kmh=20),
        change("set_frequency", lines=["L0", "L1"], factor=2),
        change("set_frequency", lines=["L1"], factor=3),
        change("add_stop", name="N", at=between, lines=["L0"], dwell_s=0),
    ]  # fmt: skip
    for own in more:
        late = compare(draw, feed, changed(feed, own))
        assert (late <= 0).all()
    assert (compare(draw, feed, changed(feed, more[0])) < 0).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_less_of_anything_makes_nobody_earlier(seed, tmp_path):
    draw, lines, feed = world(tmp_path, seed)
    name, calls = next((name, own[0]) for name, own in lines.items() if once(own[0]))
    first, last = (calls[row][0] for row in once(calls))
    for own in (
        change("remove_line", lines=[name]),
        change("set_frequency", lines=list(lines), factor=0.5),
        change("truncate", lines=[name], from_stop=last, to_stop=first),
    ):
        late = compare(draw, feed, changed(feed, own))
        assert (late >= 0).all()
    late = compare(draw, feed, changed(feed, change("remove_line", lines=list(lines)[1:])))
    assert (late > 0).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_driving_faster_makes_nobody_later_who_does_not_board_further_along(seed, tmp_path):
    draw = np.random.default_rng(seed)
    lines = random_lines(draw)
    name, own = next((name, own) for name, own in lines.items() if once(own[0]))
    first, last = once(own[0])
    lines[name] = [
        [(*call[:3], "0" if row <= first else "1", "0") for row, call in enumerate(calls)]
        for calls in own
    ]
    feed = read_lines(tmp_path / "feed", lines, stops=STOPS)
    ends = {"from_stop": own[0][first][0], "to_stop": own[0][last][0]}
    late = compare(
        draw, feed, changed(feed, change("speed_up_segment", lines=[name], percent=40, **ends))
    )
    assert (late <= 0).all()


def test_a_far_change_is_today(tmp_path):
    draw, _, feed = world(tmp_path, 3)
    far = [
        change("add_line", name="N", stops=[[2.9, 50.5], [2.91, 50.5]], minutes=[5],
               headways=[["06:00", "09:00", 12]]),
        change("move_stop", stop="s3", to=[2.9, 50.5]),
    ]  # fmt: skip
    assert not compare(draw, feed, changed(feed, *far)).any()


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_the_order_of_changes_does_not_matter(seed, tmp_path):
    draw, lines, feed = world(tmp_path, seed)
    names = list(lines)
    calls = next(own[0] for own in lines.values() if once(own[0]))
    line = next(name for name, own in lines.items() if own[0] is calls)
    first, last = (calls[row][0] for row in once(calls))
    changes = [
        change("add_stop", name="N", at=[2.805, 50.4], lines=[names[0]]),
        change("shift_times", lines=[names[0], line], minutes=7, days="Tu-We"),
        change("set_frequency", lines=names, factor=2, days="Mo-Fr"),
        change("speed_up_segment", lines=[line], percent=30, from_stop=first, to_stop=last),
        change("move_stop", stop="s1", to=[2.812, 50.401]),
        change("add_line", name="N", stops=["s1", "s3"], speed_kmh=20,
               headways=[["06:00", "09:00", 12]]),
    ]  # fmt: skip
    tables = changed(feed, *changes)
    for order in list(permutations(changes))[:: 720 // 5]:
        other = changed(feed, *order)
        for name in TABLES:
            assert getattr(tables, name).equals(getattr(other, name))
    assert compare(draw, feed, tables).any()


# The same changes made by hand: lists of trips, each a list of (stop, arrival, departure).


def by_hand_removed(lines, name, _draw):
    return change("remove_line", lines=[name], days="Mo-Fr"), {**lines, name: []}, {}


def by_hand_shifted(lines, name, draw):
    minutes = int(draw.integers(-30, 30)) or 1
    own = [
        [(stop, arrival + 60 * minutes, departure + 60 * minutes)
         for stop, arrival, departure in calls]
        for calls in lines[name]
    ]  # fmt: skip
    return change("shift_times", lines=[name], minutes=minutes, days="Mo-Fr"), {
        **lines, name: own,
    }, {}  # fmt: skip


def by_hand_cut(lines, name, _draw):
    first, last = next_to(lines[name][0])
    ends = {"from_stop": lines[name][0][first][0], "to_stop": lines[name][0][last][0]}
    own = [calls[first : last + 1] for calls in lines[name]]
    return change("truncate", lines=[name], days="Mo-Fr", **ends), {**lines, name: own}, {}


def by_hand_faster(lines, name, _draw):
    first, last = once(lines[name][0])
    ends = {"from_stop": lines[name][0][first][0], "to_stop": lines[name][0][last][0]}
    own = []
    for calls in lines[name]:
        driven, saved, new = 0, 0, []
        for row, (stop, arrival, departure) in enumerate(calls):
            if first < row <= last:
                driven += arrival - calls[row - 1][2]
                saved = driven - round(driven * 0.75)
            new.append((stop, arrival - saved, departure - saved))
        own.append(new)
    faster = change("speed_up_segment", lines=[name], percent=25, days="Mo-Fr", **ends)
    return faster, {**lines, name: own}, {}


def by_hand_twice(lines, name, _draw):
    ordered = sorted(enumerate(lines[name]), key=lambda each: (each[1][0][2], each[0]))
    trips = [calls for _, calls in ordered]
    middle = [
        [
            (one[0], round((one[1] + other[1]) / 2), round((one[2] + other[2]) / 2))
            for one, other in zip(before, after, strict=True)
        ]
        for before, after in pairwise(trips)
    ]
    twice = change("set_frequency", lines=[name], factor=2, days="Mo-Fr")
    return twice, {**lines, name: [*lines[name], *middle]}, {}


def by_hand_every(lines, name, _draw):
    begin, end, every = clock("06:30"), clock("08:00"), 9 * 60
    middle = (begin + end) / 2
    model = min(enumerate(lines[name]), key=lambda each: (abs(each[1][0][2] - middle), each[0]))[1]
    new = [
        [(stop, arrival - model[0][2] + at, departure - model[0][2] + at)
         for stop, arrival, departure in model]
        for at in range(begin, end, every)
    ]  # fmt: skip
    kept = [calls for calls in lines[name] if not begin <= calls[0][2] < end]
    own = change("set_frequency", lines=[name], headways=[["06:30", "08:00", 9]], days="Mo-Fr")
    return own, {**lines, name: kept + new}, {}


def by_hand_stop(lines, name, _draw):
    here, there = (call[0] for call in lines[name][0][:2])
    lon = (STOPS[here][0] + STOPS[there][0]) / 2
    own = []
    for calls in lines[name]:
        leaves, arrives = calls[0][2], calls[1][1]
        there_s = round((arrives - leaves) / 2)
        new = ("new", leaves + there_s, leaves + there_s + 45)
        own.append([calls[0], new, *((s, a + 45, d + 45) for s, a, d in calls[1:])])
    added = change("add_stop", name="new", at=[lon, 50.4], lines=[name], dwell_s=45)
    return added, {**lines, name: own}, {"new": (lon, 50.4)}


def by_hand_line(lines, _name, draw):
    stops = [f"s{i}" for i in draw.permutation(COUNT)[:3]]
    minutes = [float(draw.integers(1, 9)) for _ in range(2)]
    trips = []
    for there, legs in ((stops, minutes), (stops[::-1], minutes[::-1])):
        for begin in range(clock("06:00"), clock("09:00"), 11 * 60):
            one, other = begin + int(60 * legs[0]), begin + int(60 * sum(legs)) + 20
            trips.append([(there[0], begin, begin), (there[1], one, one + 20),
                          (there[2], other, other)])  # fmt: skip
    new = change("add_line", name="N", stops=stops, minutes=minutes, days="Mo-Fr",
                 headways=[["06:00", "09:00", 11]])  # fmt: skip
    return new, {**lines, "N": trips}, {}


BY_HAND = [
    by_hand_removed, by_hand_shifted, by_hand_cut, by_hand_faster, by_hand_twice, by_hand_every,
    by_hand_stop, by_hand_line,
]  # fmt: skip


@pytest.mark.parametrize("edit", BY_HAND)
def test_the_same_change_made_in_the_files_gives_the_same_arrivals(edit, tmp_path):
    differs = 0
    for seed in range(4):
        draw, lines, feed = world(tmp_path / str(seed), seed, is_plain=True)
        name = next(name for name, own in lines.items() if once(own[0]))
        own, edited, more = edit(lines, name, draw)
        ours = changed(feed, own)
        theirs = read_lines(tmp_path / f"{seed}+", edited, stops={**STOPS, **more})
        renamed = ours.stops["stop"].str.removeprefix("+").tolist()
        for here, begin_s in moments(draw):
            found = arrivals(ours, TUESDAY, here, begin_s)
            told = arrivals(theirs, TUESDAY, here, begin_s)
            assert {stop.removeprefix("+"): at for stop, at in found.items()} == told
            today = arrivals(feed, TUESDAY, here, begin_s)
            differs += found != today
            if getattr(own, "days", "") == "Mo-Fr":
                sunday = (arrivals(each, SUNDAY, here, begin_s) for each in (ours, feed))
                assert next(sunday) == next(sunday)
        assert set(renamed) == set(theirs.stops["stop"])
    assert differs


def test_headways_in_the_files_themselves(repository, tmp_path):
    """The schematic timetable, twice as often by its own table of headways."""
    archive = repository / "data" / "gtfs" / "artois-schematic-gtfs.zip"
    folder = tmp_path / "twice"
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    rows = (folder / "frequencies.txt").read_text(encoding="utf-8").splitlines()
    halved = [
        f"{trip},{begin},{end},{int(every) // 2 if trip.startswith('B') else every}"
        for trip, begin, end, every in (row.split(",") for row in rows[1:])
    ]
    text = "\n".join([rows[0], *halved, ""])
    (folder / "frequencies.txt").write_text(text, encoding="utf-8")
    feed, theirs = am.read_gtfs(archive), am.read_gtfs(folder)
    ours = changed(feed, change("set_frequency", lines=[f"B{i}" for i in range(1, 8)], factor=2,
                                days="Mo-Fr"))  # fmt: skip
    for here, begin_s in (("bus:Lens", clock("07:03")), ("bus:Auchel", clock("08:11"))):
        found = [arrivals(each, TUESDAY_2026, here, begin_s) for each in (ours, theirs, feed)]
        assert found[0] == found[1] != found[2]
        sunday = [arrivals(each, SUNDAY_2026, here, begin_s) for each in (ours, feed)]
        assert sunday[0] == sunday[1]

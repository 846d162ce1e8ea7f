"""A small town with four bus lines, for tests of answers by public transport."""

from datetime import date

import artois_mobility as am
from study_worlds import place, write_town
from transit_worlds import write_feed

DAY = date(2025, 3, 4)  # a Tuesday
HOUR = 3600
STOPS = {
    "west": place(0.2, 0.05), "south": place(6.8, 0.1), "middle": place(0.3, 2.0),
    "north": place(0.4, 3.1), "east": place(6.6, 4.9), "far": (3.5, 50.9),
}  # fmt: skip


def shuttle(first_s, headway_s, count, *calls):
    """Trips over (stop, seconds after the first departure), one every headway."""
    return {
        f"{calls[0][0]}-{calls[-1][0]}-{number}": [
            (stop, first_s + number * headway_s + after, first_s + number * headway_s + after)
            for stop, after in calls
        ]
        for number in range(count)
    }


def make_town(folder):
    """Give public transport of the town, its residents and its sites."""
    study = am.read_study(write_town(folder))
    extract = am.read_osm(study.extract)
    trips = shuttle(7 * HOUR, 600, 14, ("west", 0), ("south", 240))
    trips |= shuttle(7 * HOUR + 120, 900, 10, ("middle", 0), ("north", 60), ("east", 420))
    trips |= shuttle(7 * HOUR + 400, 900, 10, ("east", 0), ("far", 60), ("south", 500))
    trips |= shuttle(7 * HOUR + 180, 720, 9, ("south", 0), ("west", 250))
    feed = am.read_gtfs(write_feed(folder / "feed", trips, stops=STOPS))
    walk = am.build_network(extract, "walk")
    residents = am.read_residents(study.residents)
    sites = am.read_sites(extract, ["care", "culture"])
    window = am.Window(begin_min=7 * 60, end_min=8 * 60, most_trips=3, longest_walk_min=8)
    transit = am.build_transit(walk, feed, DAY, window=window)
    return transit, residents, sites

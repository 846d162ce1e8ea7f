"""Bring the timetables of a study into memory, and hang their stops on its walking network."""

from collections.abc import Callable, Mapping

from ..network.model import Network
from ..transit.feeds import Feed, read_gtfs
from ..transit.model import Transit, build_transit
from .files import Study


def feed_readers(study: Study) -> list[Callable[[], Feed]]:
    """List what reads a study's timetables, to be run beside other work.

    Parameters
    ----------
    study
        What is asked.

    Returns
    -------
    readers
        One, or none where the study has no timetable.
    """
    asked = study.transit
    return [] if asked is None else [lambda: read_gtfs(asked.feeds)]


def transit_builders(
    study: Study, networks: Mapping[str, Network], feed: Feed | None
) -> list[Callable[[], Transit]]:
    """List what brings timetable and walking network together, to be run beside other work.

    Parameters
    ----------
    study
        What is asked.
    networks
        Of its profiles, that of people on foot among them.
    feed
        Its timetables, or None.

    Returns
    -------
    builders
        One, or none where the study has no timetable.
    """
    asked = study.transit
    if asked is None or feed is None:
        return []
    network = networks[asked.walk.name]
    return [
        lambda: build_transit(
            network, feed, asked.day, window=asked.window, change_s=asked.change_s
        )
    ]

"""Bring the timetables of a study into memory, and hang their stops on its walking network."""

from collections.abc import Callable, Mapping

from ..errors import InputError
from ..network.model import Network
from ..network.profile_keys import Profile
from ..transit.feeds import Feed, read_gtfs
from ..transit.model import Transit, build_transit
from ..transit.naming import TRANSIT
from .files import Study, find_profile

# Above which share of a day's trips it is worth a warning that they cannot be used.
MOST_UNUSABLE = 0.05


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


def find_traveller(study: Study, name: str | None) -> tuple[Profile, bool]:
    """Find on whose streets somebody travels, and whether with public transport.

    Parameters
    ----------
    study
        The study.
    name
        Name of a profile, `"transit"` among them; the study's first when left out.

    Returns
    -------
    profile, rides
        Of public transport, who walks to stops.

    Raises
    ------
    InputError
        If there is no such profile, or no timetable.
    """
    asked = study.profiles[0] if name is None else name
    if asked != TRANSIT:
        return find_profile(study, asked), False
    if study.transit is None:
        msg = (
            f"{study.path.name} has no timetable for the profile {TRANSIT}. Add a section "
            "[transit] with feeds (GTFS files) and day."
        )
        raise InputError(msg)
    return study.transit.walk, True


def ride_on(study: Study, network: Network) -> Transit:
    """Bring a study's timetables and its walking network together.

    Parameters
    ----------
    study
        With a timetable.
    network
        For those who walk to stops.

    Returns
    -------
    transit
        Public transport of the study's day.

    Raises
    ------
    TransitError
        If a timetable is faulty, or nothing runs on the day.
    """
    asked = study.transit
    assert asked is not None  # otherwise nobody rides
    feed = read_gtfs(asked.feeds)
    return build_transit(network, feed, asked.day, window=asked.window, change_s=asked.change_s)


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

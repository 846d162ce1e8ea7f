"""Times along streets under another speed limit, as the tag `maxspeed` would give them."""

import numpy as np

from .._types import Milliseconds, OsmIds
from ..network.model import Network
from ..network.speeds import find_setting
from ..osm.editing import edit_extract
from ..osm.extract import Tags
from .resolved import Today

LIMIT_KEYS = ("maxspeed", "maxspeed:forward", "maxspeed:backward")
SETTING_KEY = "source:maxspeed"


def times_at_limit(today: Today, network: Network, ways: OsmIds, limit_kmh: float) -> Milliseconds:
    """Build a network from tags with another limit on some ways, and take its times.

    Limits move no street, so that its arcs are those of the network. What the data does not say
    of town and country is imputed as today.

    Parameters
    ----------
    today
        The situation.
    network
        Of one profile, m arcs.
    ways
        OSM ids of the ways.
    limit_kmh
        The limit.

    Returns
    -------
    local_ms
        Shape (m,); the same as today for profiles that no limit binds.
    """
    if not network.profile.limit_kmh_of_code or not ways.size:
        return network.local_ms
    extract = today.edited.get(network.profile.name, today.extract)
    rows = np.searchsorted(extract.ways.osm_id, ways)
    tags_of_way = {
        int(way): with_limit(extract.ways.tags[row], limit_kmh)
        for way, row in zip(ways.tolist(), rows.tolist(), strict=True)
    }
    limited = today.build(edit_extract(extract, tags_of_way=tags_of_way), network.profile)
    assert np.array_equal(limited.way_of_arc, network.way_of_arc)
    return limited.local_ms


def with_limit(tags: Tags, limit_kmh: float) -> dict[str, str]:
    """Write another limit into the tags of a way, both ways.

    Parameters
    ----------
    tags
        Its tags.
    limit_kmh
        The limit.

    Returns
    -------
    tags
        With `maxspeed`; what told town from country in its place stays in `source:maxspeed`.

    Examples
    --------
    >>> with_limit({"highway": "residential", "maxspeed": "FR:urban"}, 30.0)
    {'highway': 'residential', 'source:maxspeed': 'FR:urban', 'maxspeed': '30'}
    >>> with_limit({"highway": "primary", "maxspeed:forward": "80"}, 50.0)
    {'highway': 'primary', 'maxspeed': '50'}
    """
    kept = {key: value for key, value in tags.items() if key not in LIMIT_KEYS}
    limit = {"maxspeed": f"{limit_kmh:g}"}
    if find_setting({**kept, **limit}) != find_setting(tags):
        kept[SETTING_KEY] = tags["maxspeed"]
    return {**kept, **limit}

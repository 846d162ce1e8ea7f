"""How a street or a path gets across water, by the tags of both."""

from typing import Final

from ..osm.extract import Tags
from .water import SAYS_NO, is_open
from .ways import Rights

BRIDGE: Final = "bridge"
LOCK: Final = "lock"
FERRY: Final = "ferry"
TUNNEL: Final = "tunnel"
FORD: Final = "ford"
COVERED: Final = "covered"
UNTAGGED: Final = "untagged"
KINDS: Final = (BRIDGE, LOCK, FERRY, TUNNEL, FORD, COVERED, UNTAGGED)

# A passage through a building is no tunnel under water. OpenStreetMap wiki, Key:tunnel.
NO_TUNNELS: Final = SAYS_NO | {"building_passage"}


def kind_of_crossing(road: Tags, water: Tags, rights: Rights, *, is_at_gate: bool) -> str:
    """Tell how a way crosses water.

    Parameters
    ----------
    road
        Tags of the street, path or ferry.
    water
        Tags of the waterway.
    rights
        Who may use the former.
    is_at_gate
        Whether a lock gate is near.

    Returns
    -------
    kind
        One of `KINDS`. A street over a lock on a bridge that cars use is a bridge; what nobody may
        drive on at a lock gate leads over the lock, bridge or not. `"tunnel"` is also the street
        below an aqueduct, `"covered"` one above a canal's tunnel; `"untagged"` where tags do not
        tell.

    References
    ----------
    OpenStreetMap wiki: Key:bridge, Key:tunnel, Key:ford, Tag:waterway=lock_gate.

    Examples
    --------
    >>> street = {"highway": "residential", "bridge": "yes"}
    >>> from artois_mobility.waterside.ways import rights_of
    >>> kind_of_crossing(street, {"waterway": "canal"}, rights_of(street), is_at_gate=False)
    'bridge'
    >>> street = {"highway": "residential"}
    >>> kind_of_crossing(street, {"waterway": "canal"}, rights_of(street), is_at_gate=False)
    'untagged'
    """
    is_bridge = road.get("bridge", "") not in SAYS_NO
    leads_over_lock = (is_at_gate and not rights.is_for_motors) or (
        water.get("lock") == "yes" and not is_bridge
    )
    found = (
        (FERRY, "highway" not in road),
        (TUNNEL, road.get("tunnel", "") not in NO_TUNNELS),
        (TUNNEL, water.get("bridge", "") not in SAYS_NO and not is_bridge),
        (LOCK, leads_over_lock),
        (BRIDGE, is_bridge),
        (COVERED, not is_open(water)),
        (FORD, road.get("ford", "") not in SAYS_NO),
    )
    return next((kind for kind, holds in found if holds), UNTAGGED)

"""Who may go where: access tags, one-way tags and barriers on nodes."""

from typing import Final, Literal, TypeAlias

from ..osm.extract import Tags
from .profile_keys import OTHER_BARRIER, Profile
from .road_limits import is_too_large

Permission: TypeAlias = Literal["open", "limited", "pushed", "closed"]
Direction: TypeAlias = Literal["forward", "backward"]

DIRECTIONS: Final[tuple[Direction, Direction]] = ("forward", "backward")

# OpenStreetMap wiki, Key:access, 2026-11. "limited": open to those whose trip ends there.
# A value that is not listed says nothing.
PERMISSION_OF_VALUE: Final[dict[str, Permission]] = {
    "yes": "open",
    "designated": "open",
    "official": "open",
    "permissive": "open",
    "public": "open",
    "discouraged": "open",
    "true": "open",
    "1": "open",
    "destination": "limited",
    "customers": "limited",
    "delivery": "limited",
    "residents": "limited",
    "permit": "limited",
    "dismount": "pushed",
    "no": "closed",
    "false": "closed",
    "0": "closed",
    "private": "closed",
    "agricultural": "closed",
    "forestry": "closed",
    "emergency": "closed",
    "military": "closed",
    "restricted": "closed",
    "staff": "closed",
    "employees": "closed",
    "psv": "closed",
    "bus": "closed",
    "taxi": "closed",
    "hgv": "closed",
    "use_sidepath": "closed",
}
# Of several values in one tag the most generous counts.
GENEROSITY: Final[tuple[Permission, ...]] = ("closed", "pushed", "limited", "open")

# OpenStreetMap wiki, Key:oneway, 2026-11: whether one may go (forward, backward).
# A street that is reversed by the hour cannot be planned on without its hours.
WAYS_OF_ONEWAY: Final[dict[str, tuple[bool, bool]]] = {
    "yes": (True, False),
    "true": (True, False),
    "1": (True, False),
    "-1": (False, True),
    "reverse": (False, True),
    "no": (True, True),
    "false": (True, True),
    "0": (True, True),
    "alternating": (True, True),
    "reversible": (False, False),
}
ONE_DIRECTION: Final = frozenset({(True, False), (False, True)})
# Tag:highway=motorway, Tag:junction=roundabout imply it; Tag:junction=circular as OSRM reads it.
IMPLIES_ONEWAY: Final = frozenset(
    {("highway", "motorway"), ("junction", "roundabout"), ("junction", "circular")}
)
# OpenStreetMap wiki, Key:cycleway and Key:conveying, 2026-11.
CONTRAFLOW: Final = frozenset(
    {"opposite", "opposite_lane", "opposite_track", "opposite_share_busway"}
)
CYCLEWAY_KEYS: Final = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
CONTRAFLOW_ONEWAY: Final = frozenset({"no", "-1"})
WAYS_OF_CONVEYING: Final[dict[str, tuple[bool, bool]]] = {
    "forward": (True, False),
    "backward": (False, True),
}

ACCESS_KEYS: Final = (
    "access",
    "vehicle",
    "motor_vehicle",
    "motorcar",
    "moped",
    "hgv",
    "bicycle",
    "foot",
    "wheelchair",
)
WATER_ACCESS_KEYS: Final = ("access", "boat", "motorboat", "ship", "canoe")


def read_permission(value: str) -> Permission | None:
    """Look up what the value of an access tag permits.

    Parameters
    ----------
    value
        Value of the tag; of several joined by semicolons the most generous counts.

    Returns
    -------
    permission
        `None` when the value says nothing.

    Examples
    --------
    >>> read_permission("private"), read_permission("agricultural;destination")
    ('closed', 'limited')
    >>> read_permission("unknown")
    """
    known = [
        permission
        for part in value.lower().split(";")
        if (permission := PERMISSION_OF_VALUE.get(part.strip()))
    ]
    return max(known, key=GENEROSITY.index) if known else None


def decide_access(
    tags: Tags, profile: Profile, direction: Direction | None, *, is_open_by_default: bool
) -> tuple[Permission, bool]:
    """Decide whether tags let a traveller use something.

    Keys are read from general to specific, each followed by its directional form, and the last
    word counts. What is closed by default is opened only by a key of the traveller's own (not by
    `access`), and never by a permission for those whose trip ends there.

    Parameters
    ----------
    tags
        Tags of a way or node.
    profile
        The traveller.
    direction
        Direction along the way, or `None` on a node.
    is_open_by_default
        What holds without tags.

    Returns
    -------
    permission
        The decision.
    is_own
        True where a key of the traveller's own decided.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> car = read_profile("car")
    >>> decide_access({"access": "no", "motorcar": "yes"}, car, None, is_open_by_default=True)
    ('open', True)
    >>> decide_access({}, car, None, is_open_by_default=False)
    ('closed', False)
    """
    permission: Permission = "open" if is_open_by_default else "closed"
    is_own = False
    for rank, key in enumerate(profile.access_keys):
        for full_key in (key, f"{key}:{direction}"):
            said = read_permission(tags[full_key]) if full_key in tags else None
            if said is None:
                continue
            may_open = is_open_by_default or (rank > 0 and said != "limited")
            if said == "closed" or permission != "closed" or may_open:
                permission, is_own = said, rank > 0
    return permission, is_own


def decide_directions(tags: Tags, profile: Profile) -> tuple[bool, bool]:
    """Decide in which directions one-way tags let a traveller go.

    Parameters
    ----------
    tags
        Tags of a way.
    profile
        The traveller; one-way tags for vehicles do not concern those on foot.

    Returns
    -------
    forward, backward
        Along the way as drawn, and against it.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> oneway = {"highway": "residential", "oneway": "yes"}
    >>> decide_directions(oneway, read_profile("car"))
    (True, False)
    >>> decide_directions(oneway | {"cycleway": "opposite"}, read_profile("bicycle"))
    (True, True)
    >>> decide_directions(oneway, read_profile("walk"))
    (True, True)
    """
    ways = (True, True)
    if "oneway" in profile.oneway_keys and not IMPLIES_ONEWAY.isdisjoint(tags.items()):
        ways = WAYS_OF_ONEWAY["yes"]
    if profile.mode == "walk":
        ways = WAYS_OF_CONVEYING.get(tags.get("conveying", ""), ways)
    has_own = False
    for key in profile.oneway_keys:
        said = WAYS_OF_ONEWAY.get(tags.get(key, "").lower())
        if said is not None:
            ways, has_own = said, key != "oneway"
    if profile.mode == "bicycle" and not has_own and _has_contraflow(tags):
        ways = (True, True)
    return ways


def passes_barrier(tags: Tags, profile: Profile) -> bool:
    """Decide whether a barrier or a kerb on a node lets a traveller pass.

    Parameters
    ----------
    tags
        Tags of a node that has `barrier` or `kerb`.
    profile
        The traveller.

    Returns
    -------
    passes
        False where the street ends.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> bollard = {"barrier": "bollard"}
    >>> passes_barrier(bollard, read_profile("car")), passes_barrier(bollard, read_profile("walk"))
    (False, True)
    >>> passes_barrier({"barrier": "gate", "access": "private"}, read_profile("walk"))
    False
    >>> passes_barrier({"kerb": "raised"}, read_profile("wheelchair"))
    False
    """
    if is_too_large(tags, profile):
        return False
    is_open = True
    if "barrier" in tags:
        other = profile.barrier_is_open.get(OTHER_BARRIER, True)
        is_open = profile.barrier_is_open.get(tags["barrier"], other)
    if tags.get("locked") == "yes":
        is_open = False
    if tags.get("kerb") in profile.closed_kerbs and tags.get("highway") != "crossing":
        is_open = False
    permission, _ = decide_access(tags, profile, None, is_open_by_default=is_open)
    return permission != "closed"


def _has_contraflow(tags: Tags) -> bool:
    if read_permission(tags.get("bicycle:backward", "")) == "open":
        return True
    return any(
        tags.get(key) in CONTRAFLOW or tags.get(f"{key}:oneway") in CONTRAFLOW_ONEWAY
        for key in CYCLEWAY_KEYS
    )

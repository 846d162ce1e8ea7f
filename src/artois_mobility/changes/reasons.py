"""Why a place hangs on no street, in French and in English."""

from ..network.profile_keys import Profile
from ..places.attaching import ALL_BLOCKED, NO_NETWORK, NO_POSITION, NO_STREET, NO_WATERWAY
from ..transit.legs import TOO_FEW
from .notices import Notice, Value


def translate_reason(reason: str, profile: Profile) -> Value:
    """Turn the reason that `attach` gives into one that can be said in either language.

    Parameters
    ----------
    reason
        One of `Attachments.reason_of_place`.
    profile
        Who travels.

    Returns
    -------
    reason
        A notice; the text itself where it is none of ours.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> translate_reason("position missing", read_profile("car")).say("fr")
    'position absente'
    >>> translate_reason("on the moon", read_profile("car"))
    'on the moon'
    """
    limit_m = profile.offroad_limit_m
    limit: dict[str, Value] = {"limit": f"{limit_m:g}"}
    known = {
        NO_POSITION: Notice("position_missing"),
        NO_NETWORK: Notice("network_empty"),
        NO_STREET.format(limit=limit_m): Notice("no_street", limit),
        NO_WATERWAY.format(limit=limit_m): Notice("no_waterway", limit),
        ALL_BLOCKED.format(limit=limit_m): Notice("all_blocked", limit),
    }
    return known.get(reason, reason)


def translate_no_trip(reason: str, profile: Profile) -> Notice:
    """Turn the reason why there is no trip into one that can be said in either language.

    Parameters
    ----------
    reason
        That of an end, such as `"origin: position missing"`, that too few departures arrive, or
        that there is no route.
    profile
        Who travels.

    Returns
    -------
    reason
        A notice.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> translate_no_trip("no route", read_profile("car")).say("fr")
    'aucun itinéraire'
    """
    end, _, what = reason.partition(": ")
    if not what:
        return Notice("too_few_departures" if reason == TOO_FEW else "no_route")
    why = {"reason": translate_reason(what, profile)}
    return Notice("origin_reason", why) if end == "origin" else Notice("destination_reason", why)

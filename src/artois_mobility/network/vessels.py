"""A vessel of one's own, as a profile."""

from dataclasses import replace

from ..errors import ProfileError
from .dimensions import DIMENSIONS
from .profile_keys import Profile
from .profiles import check_profile, read_profile

# Up to this class a loaded vessel is as slow as an empty one.
LOADED_ALIKE = frozenset({"0", "I", "II", "III"})
EMPTY_KMH = 12.0


def vessel(  # noqa: PLR0913  a vessel is its measures
    like: str = "barge",
    *,
    length_m: float | None = None,
    beam_m: float | None = None,
    draught_m: float | None = None,
    air_draught_m: float | None = None,
    is_empty: bool = False,
    cruise_kmh: float | None = None,
    convoy_units: int | None = None,
    current_kmh: float | None = None,
) -> Profile:
    """Make the profile of a vessel from one that comes with the library.

    Parameters
    ----------
    like
        The profile to begin with: `barge` (class Va), `barge_freycinet`, `barge_ii`, `barge_iii`,
        `barge_iv`, `barge_vb`, `passenger_boat`, `pleasure_boat` or `canoe`.
    length_m, beam_m, draught_m, air_draught_m
        The vessel's own; None for those of `like`. The draught is that of the trip, and so is the
        air draught: an empty vessel lies higher.
    is_empty
        True for an empty barge, which goes at 12 km/h on waterways of class IV and above.
    cruise_kmh
        The vessel is never faster, but for a current that carries it.
    convoy_units
        Barges of equal length one behind the other, of which `length_m` is the sum; they are
        locked in parts where the chamber is too short for all. None for those of `like`.
    current_kmh
        Current of rivers, from the first node of a way to its last, as OpenStreetMap draws them.

    Returns
    -------
    profile
        For `build_network`; its name and label tell length and beam.

    Raises
    ------
    ProfileError
        If `like` is no vessel, or a number is not allowed.

    Examples
    --------
    >>> own = vessel("barge", length_m=143, beam_m=11.4)
    >>> own.name, own.vessel_m["length_m"], own.vessel_m["draught_m"]
    ('barge_143x11.4', 143.0, 2.5)
    >>> vessel("car")
    Traceback (most recent call last):
    artois_mobility.errors.ProfileError: 'car' is no vessel...
    """
    base = read_profile(like)
    if base.mode != "boat":
        msg = f"{like!r} is no vessel; begin with barge, pleasure_boat, passenger_boat or canoe."
        raise ProfileError(msg)
    given = dict(zip(DIMENSIONS, (length_m, beam_m, draught_m, air_draught_m), strict=True))
    own = {key: value for key, value in given.items() if value is not None}
    size = {**base.vessel_m, **own}
    cemt_kmh = dict(base.cemt_kmh)
    if is_empty:
        cemt_kmh |= dict.fromkeys(set(cemt_kmh) - LOADED_ALIKE, EMPTY_KMH)
    parts = [f"{size[key]:g}" for key in ("length_m", "beam_m") if key in size]
    told, name = " × ".join(parts), "x".join(parts)
    empty = {"fr": ", à vide", "en": ", empty"} if is_empty else {"fr": "", "en": ""}
    return check_profile(
        replace(
            base,
            name=f"{like}_{name}" + "_empty" * is_empty if own or is_empty else like,
            label={key: f"{text} ({told} m{empty[key]})" for key, text in base.label.items()}
            if own or is_empty
            else base.label,
            vessel_m=size,
            cemt_kmh=cemt_kmh,
            max_kmh=base.max_kmh if cruise_kmh is None else cruise_kmh,
            convoy_units=base.convoy_units if convoy_units is None else convoy_units,
            current_kmh=base.current_kmh if current_kmh is None else {"river": current_kmh},
            sources={**base.sources, "vessel_m": "given by the user"} if own else base.sources,
            sha256="",
        )
    )


def any_size(like: str) -> Profile:
    """Make the profile of a boat of no size, which every lock and every reach takes.

    Parameters
    ----------
    like
        Who asks, for the rules of access and one-way traffic.

    Returns
    -------
    profile
        For `build_network`.

    Raises
    ------
    ProfileError
        If `like` is no boat.

    Examples
    --------
    >>> any_size("barge").vessel_m
    {}
    """
    base = read_profile(like)
    if base.mode != "boat":
        msg = f"{like!r} is no boat; choose barge, passenger_boat, pleasure_boat or canoe."
        raise ProfileError(msg)
    return check_profile(replace(base, vessel_m={}, convoy_units=1, sha256=""))

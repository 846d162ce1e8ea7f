"""Names of layers, fields and files that every GIS and system takes."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_NAME: Final = 30
# Of a scenario's key, however long a profile's name is.
LEAST_STEM: Final = 8


def layer_name(kind: str, scenario: str, profile: str, taken: set[str]) -> str:
    """Name a layer: lower-case ASCII, at most 30 characters, never twice.

    Parameters
    ----------
    kind
        What the features are.
    scenario
        Key of the scenario; the part that is cut when the name gets too long.
    profile
        Name of the profile.
    taken
        Names given so far; the new one is added.

    Returns
    -------
    name
        The layer's name.

    Examples
    --------
    >>> taken = set()
    >>> layer_name("cells", "Pont-canal d'Aire (fermé)", "walk", taken)
    'cells_pont_canal_d_aire_f_walk'
    >>> layer_name("cells", "Pont-canal d'Aire (fermé !)", "walk", taken)
    'cells_pont_canal_d_aire_2_walk'
    """
    start, end = f"{ascii_name(kind)}_", f"_{ascii_name(profile)}"
    room = LONGEST_NAME - len(start) - len(end)
    middle = ascii_name(scenario)
    name = f"{start}{middle[:room].rstrip('_')}{end}"
    number = 2
    while name in taken:
        suffix = f"_{number}"
        name = f"{start}{middle[: room - len(suffix)].rstrip('_')}{suffix}{end}"
        number += 1
    taken.add(name)
    return name


def scenario_stems(scenarios: Sequence[str], profiles: Sequence[str]) -> dict[str, str]:
    """Shorten the keys of scenarios, each in one way for all of its layers.

    Parameters
    ----------
    scenarios
        Their keys.
    profiles
        Names of the profiles whose layers there are.

    Returns
    -------
    stems
        By key: lower-case ASCII, never twice, so short that the names of all layers have room.

    Examples
    --------
    >>> stems = scenario_stems(["nouvel-hopital-lens", "nouvel-hopital-arras"], ["car", "bicycle"])
    >>> stems["nouvel-hopital-lens"], stems["nouvel-hopital-arras"]
    ('nouvel_hopita', 'nouvel_hopi_2')
    """
    longest = max((len(ascii_name(profile)) for profile in profiles), default=0)
    room = max(LONGEST_NAME - len("communes_") - 1 - longest, LEAST_STEM)
    stems: dict[str, str] = {}
    for scenario in scenarios:
        full = ascii_name(scenario)
        stem, number = full[:room].rstrip("_"), 2
        while stem in stems.values():
            suffix = f"_{number}"
            stem = f"{full[: room - len(suffix)].rstrip('_')}{suffix}"
            number += 1
        stems[scenario] = stem
    return stems


def ascii_name(text: str) -> str:
    """Write a text as a field name: lower-case ASCII letters, digits and underscores.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    name
        The same words; `x` when nothing of it can be written.

    Examples
    --------
    >>> ascii_name("care/Maison de santé")
    'care_maison_de_sante'
    >>> ascii_name("日本")
    'x'
    """
    apart = text.lower().replace("’", " ")
    plain = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "x"


def field_names(categories: Sequence[str], endings: Sequence[str]) -> dict[tuple[str, str], str]:
    """Name a field for each category and ending: at most 30 characters, never twice.

    Parameters
    ----------
    categories
        Keys of categories.
    endings
        What the fields end on.

    Returns
    -------
    names
        The field of each category and ending.

    Examples
    --------
    >>> field_names(["care/hospital"], ["gain"])
    {('care/hospital', 'gain'): 'care_hospital_gain'}
    >>> field_names([], ["gain"])
    {}
    """
    room = LONGEST_NAME - 1 - max((len(ending) for ending in endings), default=0)
    short: dict[str, str] = {}
    for category in categories:
        full = ascii_name(category)
        name, number = full[:room].rstrip("_"), 2
        while name in short.values():
            suffix = f"_{number}"
            name = f"{full[: room - len(suffix)].rstrip('_')}{suffix}"
            number += 1
        short[category] = name
    return {
        (category, ending): f"{short[category]}_{ending}"
        for category in categories
        for ending in endings
    }

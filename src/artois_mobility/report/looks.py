"""How layers look in a GIS, as plain data: classes, colours and shapes, written as QML and SLD."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from .classes import (
    ACCESS_BOUNDS_MIN,
    ACCESS_COLOURS,
    CHANGE_BOUNDS_MIN,
    CHANGE_COLOURS,
    GAIN_COLOURS,
    LOSS_COLOURS,
    NOT_REACHED_COLOUR,
    REACH_COLOURS,
    SWITCH_COLOURS,
    access_labels,
    change_labels,
)
from .ground import COMMUNE_LINE, LAND
from .labels import category_label
from .maps import (
    CLOSED_COLOUR,
    LINK_COLOUR,
    NEWLY_COLOUR,
    NO_LONGER_COLOUR,
    SITE_COLOUR,
    SPEED_COLOUR,
)
from .reach import REACH_NAMES
from .reach_fields import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .layers import Layer
    from .words import Words

# Of the largest circle for people, in millimetres on the map.
LARGEST_CIRCLE_MM: Final = 14.0
SHOWN_MEASURES: Final = ("switch", "reach", "minutes", "gain", "without", "gaining", "losing")
# Measures that are texts: what the words of each begin with, their names and colours.
CLASSES_OF_MEASURE: Final = {
    "reach": ("", REACH_NAMES, REACH_COLOURS),
    "switch": ("switch_", SWITCHES, SWITCH_COLOURS),
}
OUTLINE: Final = "#8a857b"
WATER_COLOUR: Final = "#2467a8"
QUAY_COLOUR: Final = "#e07a00"
VOYAGE_COLOUR: Final = "#0b5394"


@dataclass(frozen=True, slots=True)
class Condition:
    """What a feature's field must be.

    Attributes
    ----------
    field
        Name of the field.
    sign
        `"<"`, `"<="`, `">"`, `">="`, `"="`, `"is null"` or `"is not null"`.
    value
        What the field is compared with.
    """

    field: str
    sign: str
    value: float | str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """How a feature is drawn.

    Attributes
    ----------
    shape
        `"square"`, `"triangle"`, `"reversed"` (a triangle on its head), `"circle"`, `"star"` or
        `"cross"` for points, `"line"` or `"dashes"`, `"area"`.
    colour
        Of its inside, or of the line.
    size
        Metres on the ground of a square, millimetres on the map of any other shape or line.
    is_hatched
        Hatched in its colour on white.
    outline
        Colour of its border, `""` for none.
    sized_by
        Field whose value is as the area of the circle, `size` being that of 1; `""` for none.
    """

    shape: str
    colour: str
    size: float = 0.0
    is_hatched: bool = False
    outline: str = ""
    sized_by: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """What the features of a layer may be coloured by.

    Attributes
    ----------
    label
        What it shows, for people.
    measure
        `"minutes"`, `"gain"`, `"without"` (minutes), `"gaining"`, `"losing"` (people), `"reach"` or
        `"switch"` (words).
    field
        That holds it.
    before, after
        Fields of the minutes that a gain is the difference of, else `""`.
    """

    label: str
    measure: str
    field: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a legend: which features it is about, and how they look.

    Attributes
    ----------
    label
        What it means.
    tests
        All must hold; none for all features.
    look
        How the features are drawn.
    """

    label: str
    tests: tuple[Condition, ...]
    look: Look


@dataclass(frozen=True, slots=True)
class Style:
    """How a whole layer looks.

    Attributes
    ----------
    name
        Of the style, for people.
    rules
        The legend; a feature that meets none is not drawn.
    tip
        What is shown beside a feature under the mouse, with QGIS' expressions in `[% %]`.
    """

    name: str
    rules: tuple[Rule, ...]
    tip: str = ""


def styles_of(layer: Layer, side_m: float, words: Words) -> list[Style]:
    """Give the ways in which a layer may be drawn.

    Parameters
    ----------
    layer
        The layer.
    side_m
        Of the populated cells, in metres.
    words
        The catalogue.

    Returns
    -------
    styles
        The first is the one by default; the last of communes shows where they lie.
    """
    themes = themes_of(layer, words)
    if themes:
        styles = [
            Style(theme.label, _of_theme(layer, theme, side_m, words), _tip(layer, theme, words))
            for theme in themes
        ]
        return styles + ([_outlines(words)] if layer.kind == "communes" else [])
    return [Style(layer.title, _of_kind(layer.kind, words))]


def themes_of(layer: Layer, words: Words) -> list[Theme]:
    """List what a layer may be coloured by: every category's minutes or gain, then people.

    Parameters
    ----------
    layer
        The layer.
    words
        The catalogue.

    Returns
    -------
    themes
        None for a layer that measures nothing.
    """
    field_of = {of: field for field, of in layer.measured.items()}
    themes = []
    for measure in SHOWN_MEASURES:
        for category in dict.fromkeys(category for category, _ in field_of):
            field = field_of.get((category, measure))
            # Not all cells of a scenario change for every category: what is then would mislead.
            is_over = measure == "reach" and (category, "switch") in field_of
            if field is not None and not is_over:
                label = f"{category_label(category, words)} – {words.say(f'measures.{measure}')}"
                minutes = (field_of.get((category, each), "") for each in ("before", "after"))
                themes.append(Theme(label, measure, field, *minutes))
    return themes


def _of_theme(layer: Layer, theme: Theme, side_m: float, words: Words) -> tuple[Rule, ...]:
    is_cells = layer.kind != "communes"
    base = Look("square", "", side_m) if is_cells else Look("area", "", outline=OUTLINE)
    if theme.measure in CLASSES_OF_MEASURE:
        return _class_rules(theme, base, words)
    if theme.measure in {"minutes", "without"}:
        key = "map.not_reached" if is_cells else "legend.not_computed"
        return (*_access_rules(theme, base, words), _missing(theme.field, base, words.say(key)))
    if theme.measure == "gain":
        return (*_change_rules(theme, base, words), *_reach_rules(theme, base, words, is_cells))
    return _people_rules(layer, theme, base, words)


def _class_rules(theme: Theme, base: Look, words: Words) -> tuple[Rule, ...]:
    """Make one rule for each class, hatched where no way leads there."""
    prefix, names, colours = CLASSES_OF_MEASURE[theme.measure]
    labels = [words.say(f"without_car.{prefix}{name}") for name in names]
    return tuple(
        Rule(
            label,
            (Condition(theme.field, "=", label),),
            _with(base, colour, is_hatched=colour == NOT_REACHED_COLOUR),
        )
        for label, colour in zip(labels, colours, strict=True)
    )


def _outlines(words: Words) -> Style:
    """Draw the communes as ground for other layers."""
    look = Look("area", LAND, outline=COMMUNE_LINE)
    name = words.say("legend.commune")
    return Style(name, (Rule(name, (), look),), '<b>[% "name" %]</b>')


def _tip(layer: Layer, theme: Theme, words: Words) -> str:
    """Say the whole minutes or people of a feature, or its class."""
    if theme.measure in CLASSES_OF_MEASURE:
        return f"{theme.label} : [% coalesce(\"{theme.field}\", '') %]"
    unit = "people" if theme.measure in {"gaining", "losing"} else "min"
    none = words.say("legend.not_computed" if layer.kind == "communes" else "map.not_reached")
    field, value = (
        f'"{theme.field}"',
        f"round(\"{theme.field}\") || ' {words.say(f'units.{unit}')}'",
    )
    quoted = none.replace("'", "''")
    name = '<b>[% "name" %]</b><br>' if layer.kind == "communes" else ""
    return f"{name}{theme.label} : [% if({field} IS NULL, '{quoted}', {value}) %]"


def _with(look: Look, colour: str, *, is_hatched: bool = False) -> Look:
    return Look(look.shape, colour, look.size, is_hatched, look.outline)


def _missing(field: str, base: Look, label: str) -> Rule:
    look = _with(base, NOT_REACHED_COLOUR, is_hatched=True)
    return Rule(label, (Condition(field, "is null"),), look)


def _access_rules(theme: Theme, base: Look, words: Words) -> list[Rule]:
    bounds = (-math.inf, *ACCESS_BOUNDS_MIN, math.inf)
    between = pairwise(bounds)
    return [
        Rule(label, _within(theme.field, above=low, up_to=high), _with(base, colour))
        for label, (low, high), colour in zip(
            access_labels(words), between, ACCESS_COLOURS, strict=True
        )
    ]


def _within(field: str, *, above: float, up_to: float) -> tuple[Condition, ...]:
    tests = (Condition(field, ">", above), Condition(field, "<=", up_to))
    return tuple(test for test in tests if math.isfinite(float(test.value)))


def _change_rules(theme: Theme, base: Look, words: Words) -> list[Rule]:
    """Make the rules from the largest gain to the largest loss; a bound belongs to the larger."""
    ends = (*CHANGE_BOUNDS_MIN, math.inf)
    gains = [
        (Condition(theme.field, ">=", low), Condition(theme.field, "<", high))
        for low, high in pairwise(ends)
    ]
    losses = [
        (Condition(theme.field, "<=", -low), Condition(theme.field, ">", -high))
        for low, high in pairwise(ends)
    ]
    least = CHANGE_BOUNDS_MIN[0]
    same = (Condition(theme.field, ">", -least), Condition(theme.field, "<", least))
    finite = [
        tuple(test for test in tests if math.isfinite(float(test.value)))
        for tests in (*reversed(losses), same, *gains)
    ]
    rules = [
        Rule(label, tests, _with(base, colour))
        for label, tests, colour in zip(change_labels(words), finite, CHANGE_COLOURS, strict=True)
    ]
    return rules[::-1]


def _reach_rules(theme: Theme, base: Look, words: Words, is_cells: bool) -> list[Rule]:
    if not is_cells:
        return [_missing(theme.field, base, words.say("legend.not_computed"))]
    null, known = (theme.before, "is null"), (theme.before, "is not null")
    then_null, then_known = (theme.after, "is null"), (theme.after, "is not null")
    return [
        Rule(
            words.say("map.newly"),
            (Condition(*null), Condition(*then_known)),
            Look("triangle", NEWLY_COLOUR, 2.6, outline="#ffffff"),
        ),
        Rule(
            words.say("map.no_longer"),
            (Condition(*known), Condition(*then_null)),
            Look("reversed", NO_LONGER_COLOUR, 2.6, outline="#ffffff"),
        ),
        Rule(
            words.say("map.not_reached"),
            (Condition(*null), Condition(*then_null)),
            _with(base, NOT_REACHED_COLOUR, is_hatched=True),
        ),
    ]


def _people_rules(layer: Layer, theme: Theme, base: Look, words: Words) -> tuple[Rule, ...]:
    """Draw the communes in outline, and on each a circle as large as its people are many."""
    most = float(np.nanmax(layer.fields[theme.field], initial=0.0))
    colour = (GAIN_COLOURS if theme.measure == "gaining" else LOSS_COLOURS)[2]
    of_one_mm = LARGEST_CIRCLE_MM / math.sqrt(max(most, 1.0))
    circle = Look("circle", colour, of_one_mm, outline="#ffffff", sized_by=theme.field)
    return (
        Rule(words.say("legend.commune"), (), _with(base, "#ffffff")),
        Rule(
            words.say(f"legend.people_{theme.measure}"), (Condition(theme.field, ">", 0),), circle
        ),
    )


def _of_kind(kind: str, words: Words) -> tuple[Rule, ...]:
    if kind in {"sites", "waterways"}:
        return _by_change(kind, words)
    of_kind = {
        "links": Look("line", LINK_COLOUR, 0.9),
        "closed": Look("dashes", CLOSED_COLOUR, 0.9),
        "speeds": Look("line", SPEED_COLOUR, 0.4),
        "voyages": Look("line", VOYAGE_COLOUR, 0.6),
        "quays": Look("star", QUAY_COLOUR, 4.0, outline="#ffffff"),
        "people": Look("circle", LINK_COLOUR, 1.6, outline="#ffffff"),
    }
    return (Rule(words.say(f"legend.{kind}"), (), of_kind[kind]),)


def _by_change(kind: str, words: Words) -> tuple[Rule, ...]:
    looks: Sequence[tuple[str, Look]] = {
        "sites": (
            ("", Look("circle", SITE_COLOUR, 1.4, outline="#ffffff")),
            ("added", Look("star", LINK_COLOUR, 4.2, outline="#ffffff")),
            ("moved", Look("star", LINK_COLOUR, 4.2, outline="#ffffff")),
            ("set", Look("circle", LINK_COLOUR, 2.0, outline="#ffffff")),
            ("removed", Look("cross", CLOSED_COLOUR, 3.0, outline="#ffffff")),
        ),
        "waterways": (
            ("", Look("line", WATER_COLOUR, 0.7)),
            ("new", Look("line", LINK_COLOUR, 1.1)),
            ("wider", Look("line", LINK_COLOUR, 0.9)),
            ("narrower", Look("line", CLOSED_COLOUR, 0.9)),
        ),
    }[kind]
    return tuple(
        Rule(
            words.say(f"legend.{kind}_{change or 'today'}"),
            (Condition("change", "=", change),),
            look,
        )
        for change, look in looks
    )

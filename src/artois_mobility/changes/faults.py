"""What pydantic found wrong with a file, in sentences that a planner can act on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel, ValidationError

from .fields import CLOCK, FROM, POINT_KEYS
from .hints import EXAMPLE_OF_KEY, suggest
from .schema import MODEL_OF_KIND

Place: TypeAlias = tuple[int | str, ...]
Fault: TypeAlias = Mapping[str, Any]

LONGEST_SHOWN: Final = 60

_ALLOWED_OF_TYPE: Final = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_from_datetime_inexact": "a day without an hour: 2027-03-01",
    "date_from_datetime_parsing": "a day: 2027-03-01",
    "date_parsing": "a day: 2027-03-01",
    "date_type": "a day: 2027-03-01",
    "datetime_from_date_parsing": "a day and an hour: 2026-11-24T08:00",
    "datetime_parsing": "a day and an hour: 2026-11-24T08:00",
    "datetime_type": "a day and an hour: 2026-11-24T08:00",
    "dict_type": "a section with keys",
    "finite_number": "a finite number",
    "float_type": "a number, with a decimal point and without quotes",
    "int_from_float": "a whole number without quotes",
    "int_type": "a whole number without quotes",
    "model_attributes_type": "a section with keys",
    "model_type": "a section with keys",
    "string_too_short": "text that is not empty",
    "string_type": 'text in "quotes"',
    "time_parsing": CLOCK,
    "time_type": CLOCK,
    "tuple_type": "a list in [brackets]",
}
_BOUND_OF_TYPE: Final = {
    "greater_than": "above {gt:.10g}",
    "greater_than_equal": "{ge:.10g} or more",
    "less_than": "below {lt:.10g}",
    "less_than_equal": "{le:.10g} or less",
}
_HEADER: Final = re.compile(r"\s*\[{1,2}\s*([A-Za-z_][\w.-]*)\s*\]{1,2}\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


def describe_faults(
    error: ValidationError,
    model: type[BaseModel],
    text: str,
    *,
    under: Place = (),
    row_of_change: Sequence[int] = (),
) -> list[str]:
    """Turn each fault into a sentence: line, key, what was found, what is allowed.

    Parameters
    ----------
    error
        What pydantic raised.
    model
        What the file must look like.
    text
        The file, to find the lines.
    under
        Where in the file the model stands; at its top when empty.
    row_of_change
        Position in the file of each change that was checked; that of the change when empty.

    Returns
    -------
    sentences
        In the order of the file's keys as pydantic met them, each once.

    Examples
    --------
    >>> from pydantic import ValidationError
    >>> from artois_mobility.changes.schema import RemoveSite
    >>> try:
    ...     RemoveSite.model_validate({"kind": "remove_site", "sit": "w1"})
    ... except ValidationError as error:
    ...     print("|".join(describe_faults(error, RemoveSite, "")))
    site is missing. Write site = "w123", an id, or its name.|sit is no key here. Did you mean site?
    """
    faults = [fault for fault in error.errors(include_url=False) if not _is_consequence(fault)]
    sentences = []
    for fault in faults:
        place = (*under, *_without_tag(fault["loc"]))
        if row_of_change and len(place) > 1 and place[0] == "changes":
            place = ("changes", row_of_change[int(place[1])], *place[2:])
        sentences.append(_describe(fault, model, text, place))
    return list(dict.fromkeys(sentences))


def _is_consequence(fault: Fault) -> bool:
    """Tell whether a list is "too short" only because its parts are faulty themselves."""
    if fault["type"] != "too_short":
        return False
    return bool(len(fault["input"]) >= fault["ctx"]["min_length"])


def _describe(fault: Fault, model: type[BaseModel], text: str, place: Place) -> str:
    if fault["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        place = (*place, "kind")
    key = name_key(place)
    line = find_line(text, place)
    at = f"line {line}, {key}" if line else key
    kind, found = fault["type"], _show(fault["input"])
    if kind == "extra_forbidden":
        return f"{at} is no key here.{suggest(str(place[-1]), _known_keys(model, fault['loc']))}"
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _describe_kind(fault, at)
    if place[-1:] and isinstance(place[-1], int) and _is_point(place[:-1]) and kind == "missing":
        return f"{at[: at.rindex('[')]} has {found}, allowed is a point of two numbers: [lon, lat]."
    if kind == "missing":
        return f"{at} is missing.{_say_what_to_write(place, model, fault['loc'])}"
    if kind == "value_error":
        return f"{at} {fault['ctx']['error']}"
    return f"{at} is {found}; allowed is {_allowed(fault, place)}."


def _say_what_to_write(place: Place, model: type[BaseModel], loc: Place) -> str:
    """Say what may stand in place of a key that is missing: its choices, or an example."""
    key = str(place[-1])
    field = _model_of(model, loc).model_fields.get(key)
    if field is not None and get_origin(field.annotation) is Literal:
        return f" Allowed: {', '.join(repr(each) for each in get_args(field.annotation))}."
    example = f" Write {EXAMPLE_OF_KEY[key]}." if key in EXAMPLE_OF_KEY else ""
    if place[:1] != ("changes",) or key not in POINT_KEYS:
        return example
    source = f'{key}{FROM} = {{ file = "plan.gpkg", layer = "..." }}'
    return f"{example} Or name a layer that it is drawn in: {source}."


def _describe_kind(fault: Fault, at: str) -> str:
    if fault["type"] == "union_tag_not_found":
        return f"{at} is missing. Allowed: {', '.join(MODEL_OF_KIND)}."
    tag = str(fault["ctx"]["tag"])
    return f"{at} is {_show(tag)}.{suggest(tag, list(MODEL_OF_KIND))}"


def _allowed(fault: Fault, place: Place) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if place == ("changes",):
        return "one block that begins with [[changes]] for each change"
    if kind in {"too_long", "tuple_type"} and _is_point(place):
        return "a point of two numbers: [lon, lat]"
    if kind in _ALLOWED_OF_TYPE:
        return _ALLOWED_OF_TYPE[kind]
    if kind == "too_short":
        many = context["min_length"]
        return f"a list of at least {many} {'entry' if many == 1 else 'entries'}"
    if kind in _BOUND_OF_TYPE:
        return _BOUND_OF_TYPE[kind].format(**context)
    message = str(context.get("expected") or fault["msg"]).rstrip(".")
    return message[:1].lower() + message[1:]


def _is_point(place: Place) -> bool:
    """Tell whether a key holds one point: `at`, `to`, `geometry[3]`, `within[3]`."""
    names = [part for part in place if isinstance(part, str)]
    if not names or names[-1] not in POINT_KEYS:
        return False
    return isinstance(place[-1], int) or names[-1] in {"at", "to"}


def _show(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = value.isoformat() if isinstance(value, date | time) else repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _without_tag(place: Place) -> Place:
    """Drop the kind of a change, which pydantic puts into the path to it."""
    if len(place) > 2 and place[0] == "changes" and place[2] in MODEL_OF_KIND:
        return (*place[:2], *place[3:])
    return place


def _known_keys(model: type[BaseModel], place: Place) -> Sequence[str]:
    """List the keys that are allowed beside the last of `place`."""
    found = _model_of(model, place)
    names = [field.alias or name for name, field in found.model_fields.items()]
    if found in MODEL_OF_KIND.values():
        names += [name + FROM for name in names if name in POINT_KEYS]
    return names


def _model_of(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """Find the model in which the last key of `place` stands."""
    current = model
    for part in place[:-1]:
        if not isinstance(part, str):
            continue
        if part in MODEL_OF_KIND:
            current = MODEL_OF_KIND[part]
        elif part in current.model_fields:
            current = next(_models_in(current.model_fields[part].annotation), current)
    return current


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def name_key(place: Place) -> str:
    """Write the way to a key as people read it; list entries count from 1.

    Parameters
    ----------
    place
        Keys, and positions in lists from 0.

    Returns
    -------
    name
        For instance `changes[2].at`.

    Examples
    --------
    >>> name_key(("changes", 1, "at"))
    'changes[2].at'
    >>> name_key(())
    'the file'
    """
    name = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return name.removeprefix(".") or "the file"


def find_line(text: str, place: Place) -> int | None:
    r"""Find the line on which a key stands, or else its section begins.

    Parameters
    ----------
    text
        The file.
    place
        Keys, and positions in lists from 0.

    Returns
    -------
    line
        Counted from 1; None where the file is written in a way that does not show it.

    Examples
    --------
    >>> find_line('name = "a"\n\n[[changes]]\nkind = "add_site"\n', ("changes", 0, "kind"))
    4
    >>> find_line("", ("name",)) is None
    True
    """
    if not place:
        return None
    top, *rest = place
    turn = rest.pop(0) if rest and isinstance(rest[0], int) else 0
    wanted = [(top, turn, rest[0])] if rest else []
    wanted += [(top, turn, ""), ("", 0, top)]
    line_of_key = dict(reversed(list(_keys_of_lines(text))))
    return next((line_of_key[each] for each in wanted if each in line_of_key), None)


def _keys_of_lines(text: str) -> Iterator[tuple[tuple[str, int, str], int]]:
    """List (section, how many of that name came before it, key) and line; `""` for its header."""
    section, turn = "", 0
    turns: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            section = header[1]
            turn = turns[section] = turns.get(section, -1) + 1
            yield (section, turn, ""), number
        elif key := _KEY.match(line):
            yield (section, turn, key[1]), number

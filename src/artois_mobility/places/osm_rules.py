"""Rules that tell from an object's tags what it is."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Operator: TypeAlias = Literal["=", "!=", "~", "!~"]

ANY: Final = "*"
_JOINT: Final = " & "
_OPERATORS: Final[dict[str, Operator]] = {"=": "=", "!=": "!=", "~": "~", "!~": "!~"}
_CONDITION: Final = re.compile(r"(?P<key>[\w:]+)(?P<operator>!=|!~|=|~)(?P<value>.+)")


@dataclass(frozen=True, slots=True)
class Condition:
    """What one tag must hold.

    Attributes
    ----------
    key
        Key of the tag.
    operator
        `=` one of its values is listed; `!=` not all of them are; `~` it holds these words;
        `!~` it does not.
    values
        The listed values, or `*` for any but `no`; one pattern for `~` and `!~`.
    pattern
        The pattern, made ready; None for `=` and `!=`.
    """

    key: str
    operator: Operator
    values: tuple[str, ...]
    pattern: re.Pattern[str] | None

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Tell whether an object's tags meet the condition.

        Parameters
        ----------
        tags
            Tags of an object.

        Returns
        -------
        holds
            A missing tag meets `!=` and `!~` only.
        """
        value = tags.get(self.key, "")
        if self.pattern is not None:
            return bool(self.pattern.search(fold(value))) == (self.operator == "~")
        found = [part.strip() for part in value.split(";")] if value else []
        listed = [part != "no" if self.values == (ANY,) else part in self.values for part in found]
        if self.operator == "=":
            return any(listed)
        return not listed or not all(listed)


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions on an object's tags that must all hold.

    Attributes
    ----------
    conditions
        The one that most objects fail stands first.
    """

    conditions: tuple[Condition, ...]

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Tell whether an object's tags meet all conditions.

        Parameters
        ----------
        tags
            Tags of an object.

        Returns
        -------
        holds
            True if they do.

        Examples
        --------
        >>> rule = parse_rule("amenity=clinic & name~maison de sante")
        >>> rule.holds({"amenity": "clinic", "name": "Maison de Santé du Bruaysis"})
        True
        >>> rule.holds({})
        False
        """
        return all(condition.holds(tags) for condition in self.conditions)


def parse_rule(text: str) -> Rule:
    """Read a rule such as `amenity=clinic|doctors & name~maison de sante & access!=private`.

    Parameters
    ----------
    text
        Conditions joined by `" & "`: `key=a|b` one of the tag's values, split at `;`, is listed,
        `*` stands for any but `no`; `key!=a|b` not all of them are, or there is no tag;
        `key~words` and `key!~words` look for a regular expression, without case and accents.

    Returns
    -------
    rule
        Its conditions, the most selective first.

    Raises
    ------
    ValueError
        If the text has no such form, or no condition that needs a tag.

    Examples
    --------
    >>> parse_rule("harbour=*").holds({"harbour": "no"})
    False
    >>> parse_rule("access!=private|no").holds({})
    Traceback (most recent call last):
    ValueError: it needs a condition with = or ~, or every object would meet it
    """
    conditions = tuple(_parse_condition(part) for part in text.split(_JOINT))
    if all(condition.operator.startswith("!") for condition in conditions):
        msg = "it needs a condition with = or ~, or every object would meet it"
        raise ValueError(msg)
    return Rule(tuple(sorted(conditions, key=_selectivity)))


def fold(text: str) -> str:
    """Write a text without capitals and accents.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    folded
        For comparing.

    Examples
    --------
    >>> fold("Médiathèque")
    'mediatheque'
    """
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    parts = unicodedata.normalize("NFKD", lowered)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _parse_condition(text: str) -> Condition:
    found = _CONDITION.fullmatch(text.strip())
    if found is None:
        msg = f"{text.strip()!r} is not key=value, key!=value, key~words or key!~words"
        raise ValueError(msg)
    key, operator, value = found["key"], _OPERATORS[found["operator"]], found["value"]
    if operator in {"=", "!="}:
        return Condition(key, operator, tuple(value.split("|")), None)
    if value != fold(value):
        msg = f"write {value!r} without capitals and accents, as it is compared"
        raise ValueError(msg)
    return Condition(key, operator, (value,), re.compile(value))


def _selectivity(condition: Condition) -> int:
    if condition.operator == "=":
        return 0 if condition.values != (ANY,) else 1
    return 2 if condition.operator == "~" else 3

"""The rows of a category file, and what is wrong with them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .._toml import parse_toml
from ..errors import PlacesError, list_problems
from .osm_rules import Rule, parse_rule

Key: TypeAlias = Annotated[str, Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)*$")]
Code: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of place.

    Attributes
    ----------
    key
        Its place in the tree, such as `care/hospital`.
    label
        Name shown to people, for each of the languages `fr` and `en`.
    rules
        What OpenStreetMap tags make an object one of them; any rule is enough.
    bpe
        INSEE's equipment codes (TYPEQU), of 2024 and of earlier years.
    bpe_older
        Those of them that were replaced by 2024.
    finess
        FINESS categories of establishment.
    threshold_min
        Minutes within which it should be reached, unless a study says otherwise.
    capacity
        What the capacity of such a site counts, or `""`.
    target_population
        Columns of residents that add up to whom such sites are for; empty for everybody, or for
        those of the category above.
    is_kept_disused
        True where a disused object still is one, such as a mine's headframe.
    """

    key: str
    label: Mapping[str, str] = field(hash=False)
    rules: tuple[Rule, ...]
    bpe: tuple[str, ...]
    bpe_older: tuple[str, ...]
    finess: tuple[str, ...]
    threshold_min: float
    capacity: str
    target_population: tuple[str, ...]
    is_kept_disused: bool


@dataclass(frozen=True, slots=True)
class Categories:
    """The rows of a category table, parents before their children.

    Attributes
    ----------
    of_key
        The category behind each key.
    bpe_passed_over
        Beginnings of BPE codes that are known and belong to no category.
    """

    of_key: Mapping[str, Category] = field(hash=False)
    bpe_passed_over: tuple[str, ...] = ()


class _Row(BaseModel):
    """One row of a category file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Key
    fr: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    osm: tuple[str, ...] = ()
    bpe: tuple[Code, ...] = ()
    bpe_older: tuple[Code, ...] = ()
    finess: tuple[Code, ...] = ()
    threshold_min: Annotated[float, Field(gt=0, le=1440)] = 15
    capacity: str = ""
    target_population: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    is_kept_disused: bool = False


class _Table(BaseModel):
    """A category file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = ""
    bpe_passed_over: tuple[Code, ...] = ()
    categories: Annotated[tuple[_Row, ...], Field(min_length=1)]


def parse_table(data: bytes, where: str, known: Mapping[str, Category]) -> Categories:
    """Read the rows of a category file.

    Parameters
    ----------
    data
        The file's bytes, TOML.
    where
        Its name, for messages.
    known
        Categories that its rows may stand below.

    Returns
    -------
    categories
        The file's own rows.

    Raises
    ------
    PlacesError
        If the file is no TOML or has faulty rows; all its problems are listed.
    """
    table = _parse(data, where)
    problems: list[str] = []
    of_key: dict[str, Category] = {}
    for row in table.categories:
        if row.key in of_key:
            problems.append(f"{row.key}: this key has two rows; keep one")
        parent = row.key.rpartition("/")[0]
        if parent and parent not in of_key and parent not in known:
            problems.append(f"{row.key}: {parent!r} has no row; put one before it")
        rules = _collect(row.osm, row.key, problems)
        of_key[row.key] = Category(
            row.key,
            MappingProxyType({"fr": row.fr, "en": row.en}),
            rules,
            row.bpe + row.bpe_older,
            row.bpe_older,
            row.finess,
            row.threshold_min,
            row.capacity,
            row.target_population,
            row.is_kept_disused,
        )
    problems += _shared_codes({**known, **of_key})
    if problems:
        msg = f"{where} has {len(problems)} problems:\n{list_problems(problems)}"
        raise PlacesError(msg)
    return Categories(MappingProxyType(of_key), table.bpe_passed_over)


def _parse(data: bytes, where: str) -> _Table:
    try:
        table = parse_toml(data.decode("utf-8-sig"))
    except ValueError as error:
        msg = f"{where} is no TOML file: {error}."
        raise PlacesError(msg) from error
    try:
        return _Table.model_validate(table)
    except ValidationError as error:
        problems = [_told(each) for each in error.errors()]
        msg = f"{where} has {len(problems)} problems:\n{list_problems(problems)}"
        raise PlacesError(msg) from error


def _told(problem: Any) -> str:  # noqa: ANN401  pydantic's own mapping
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}; found {problem['input']!r}"


def _collect(texts: Sequence[str], key: str, problems: list[str]) -> tuple[Rule, ...]:
    rules = []
    for text in texts:
        try:
            rules.append(parse_rule(text))
        except (ValueError, re.error) as error:
            problems.append(f"{key}: the rule {text!r} cannot be read: {error}")
    return tuple(rules)


def _shared_codes(of_key: Mapping[str, Category]) -> list[str]:
    columns: tuple[tuple[str, Callable[[Category], tuple[str, ...]]], ...] = (
        ("BPE", lambda category: category.bpe),
        ("FINESS", lambda category: category.finess),
    )
    problems = []
    for kind, codes_of in columns:
        owner: dict[str, str] = {}
        for key, code in ((key, code) for key, row in of_key.items() for code in codes_of(row)):
            first = owner.setdefault(code, key)
            if first != key:
                problems.append(f"{key}: {kind} code {code} already belongs to {first}")
    return problems

"""How much a place counts by the minutes to it: decays, and the steps of published methods."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from .._types import MS_PER_MIN, Floats
from ..errors import PlacesError
from ..routing.sums import Weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DecayKind: TypeAlias = Literal["step", "linear", "exponential", "logistic", "gaussian", "power"]
Decay: TypeAlias = "float | str | Floats"

S_PER_MIN: Final = 60
# A decay without an end of its own ends where less than this is left.
LEAST_WEIGHT: Final = 0.001
LONGEST_MIN: Final = 600


@dataclass(frozen=True, slots=True)
class Steps:
    """A published table of weights by minutes.

    Attributes
    ----------
    until
        Up to how many minutes, and how much counts then; ascending minutes.
    source
        Where the figures stand.
    is_confirmed
        False where the figures have not been held against the method note of their author.
    """

    until: "Sequence[tuple[float, float]]"
    source: str
    is_confirmed: bool


PRESETS: "Final[Mapping[str, Steps]]" = MappingProxyType(
    {
        "apl_2012": Steps(
            ((5, 1.0), (10, 0.3), (15, 0.1)),
            "Barlet, Coldefy, Collin, Lucas-Gabrielli (2012), IRDES, working paper 51",
            is_confirmed=True,
        ),
        "apl_2015_gp": Steps(
            ((10, 1.0), (15, 2 / 3), (20, 1 / 3)),
            "general practitioners, DREES 2015; to be confirmed against the DREES method note",
            is_confirmed=False,
        ),
    }
)


def decay(
    kind: DecayKind, minutes: float, *, shape: float | None = None, until_min: float | None = None
) -> Floats:
    """Tabulate how much a place counts at every whole second of travel.

    Parameters
    ----------
    kind
        `"step"`: all up to `minutes`, then nothing; `"linear"`: falls evenly to nothing at
        `minutes`; `"exponential"`: half is left every `minutes`; `"logistic"`: half is left at
        `minutes`, falling over `shape` minutes (a fifth of `minutes`); `"gaussian"`: a bell
        whose standard deviation is `minutes`; `"power"`: all up to `minutes`, beyond it
        `(minutes / t) ** shape` (2).
    minutes
        As above, from 0.1 to 600.
    shape
        Above 0; for the kinds that name it.
    until_min
        Beyond it nothing counts. Where left out, that is where less than a thousandth is left, at
        most 600 minutes.

    Returns
    -------
    weights
        From second 0 on, falling, 1 at most; for `am.opportunities` and
        `am.floating_catchments`.

    Raises
    ------
    PlacesError
        If the kind is unknown or a number is not allowed.

    References
    ----------
    Kwan, M.-P. (1998). Space-time and integral measures of individual accessibility. Geographical
    Analysis 30(3), 191-216. doi:10.1111/j.1538-4632.1998.tb00396.x

    Examples
    --------
    >>> decay("exponential", 10)[[0, 600, 1200]].tolist()
    [1.0, 0.5, 0.25]
    >>> decay("linear", 1)[::20].round(2).tolist()
    [1.0, 0.67, 0.33]
    """
    if kind not in get_args(DecayKind):
        msg = f"A decay is one of {', '.join(get_args(DecayKind))}; found {kind!r}."
        raise PlacesError(msg)
    _check_decay("minutes", minutes, 0.1, LONGEST_MIN)
    if shape is not None:
        _check_decay("shape", shape, 1e-6, LONGEST_MIN)
        if kind not in {"logistic", "power"}:
            msg = f"shape belongs to logistic and power decays; leave it out for {kind}."
            raise PlacesError(msg)
    if until_min is not None:
        _check_decay("until_min", until_min, 0, LONGEST_MIN)
    second = np.arange(LONGEST_MIN * S_PER_MIN + 1) / S_PER_MIN
    weights = _weigh(kind, second, float(minutes), shape)
    last = int(np.flatnonzero(weights >= LEAST_WEIGHT)[-1])
    if until_min is not None:
        last = round(until_min * S_PER_MIN)
    return weights[: last + 1]


def _weigh(kind: DecayKind, at_min: Floats, minutes: float, shape: float | None) -> Floats:
    weights: Floats
    if kind == "step":
        weights = (at_min <= minutes).astype(np.float64)
    elif kind == "linear":
        weights = np.maximum(0.0, 1 - at_min / minutes)
    elif kind == "exponential":
        weights = 0.5 ** (at_min / minutes)
    elif kind == "logistic":
        width = minutes / 5 if shape is None else shape
        weights = 1 / (1 + np.exp(np.minimum((at_min - minutes) / width, 700)))
    elif kind == "gaussian":
        weights = np.exp(-((at_min / minutes) ** 2) / 2)
    else:
        exponent = 2.0 if shape is None else shape
        weights = (minutes / np.maximum(at_min, minutes)) ** exponent
    return weights


def _check_decay(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        msg = f"{name} of a decay must be from {least:g} to {most:g}; found {value!r}."
        raise PlacesError(msg)


def weights_of(found: Decay) -> Weights:
    """Read minutes, a preset's name or weights by second as one decay.

    Parameters
    ----------
    found
        As in `am.floating_catchments`.

    Returns
    -------
    weights
        One threshold or one decay.

    Raises
    ------
    PlacesError
        If it is none of these.

    Examples
    --------
    >>> weights_of("apl_2012").of(np.int32([300_000, 300_001, 900_001]))[:, 0].tolist()
    [1.0, 0.3, 0.0]
    """
    if isinstance(found, str):
        return Weights(np.empty(0, np.int32), _steps_by_second(found)[np.newaxis])
    values = np.asarray(found, np.float64)
    if values.ndim == 0 and 0 <= values <= LONGEST_MIN:
        bound_ms = np.rint(values.reshape(1) * MS_PER_MIN).astype(np.int32)
        return Weights(bound_ms, np.empty((0, 0)))
    if values.ndim != 1 or not values.size or not (np.isfinite(values) & (values >= 0)).all():
        msg = (
            f"A decay is minutes from 0 to {LONGEST_MIN}, one of {', '.join(PRESETS)}, or weights "
            f"from 0 on for every second, as am.decay gives them; found {found!r}."
        )
        raise PlacesError(msg)
    return Weights(np.empty(0, np.int32), values[np.newaxis])


def _steps_by_second(name: str) -> Floats:
    if name not in PRESETS:
        msg = f"There are the published decays {', '.join(PRESETS)}; found {name!r}."
        raise PlacesError(msg)
    steps = PRESETS[name].until
    second = np.arange(round(steps[-1][0] * S_PER_MIN) + 1)
    row = np.searchsorted([minutes * S_PER_MIN for minutes, _ in steps], second)
    weights: Floats = np.array([weight for _, weight in steps])[row]
    return weights

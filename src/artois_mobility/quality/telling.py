"""Say in French or English how far the model is from trips that people timed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from ..changes.notices import Notice, Value
from ..changes.phrases import write_duration
from ..changes.sentences import Language
from ..transit.naming import TRANSIT

DECIMAL: Final[Mapping[Language, str]] = {"fr": ",", "en": "."}
# Between a number and its sign, in French a narrow no-break space.
BEFORE_PERCENT: Final[Mapping[Language, str]] = {"fr": "\u202f", "en": ""}
MOST_PARTS: Final = 5
# Fewer trips than this are not told as a reason to change a profile.
FEWEST_TRIPS: Final = 10
# Differences in percent below this are none.
LEAST_PERCENT: Final = 0.5

Row = Mapping[str, Any]


def tell_validation(
    trips: pd.DataFrame,
    figures: pd.DataFrame,
    parts: pd.DataFrame,
    left_out: Sequence[Notice],
    language: Language,
    *,
    departures: Notice | None = None,
) -> Iterator[str]:
    """Tell a validation, line by line.

    Parameters
    ----------
    trips, figures, parts, left_out
        Those of a `Validation`.
    language
        `"fr"` or `"en"`.
    departures
        That of the `Validation`.

    Yields
    ------
    line
        What was compared, the figures of each profile, a factor as a hint, the worst trips.
    """
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in figures.to_dict("records")
    ]
    whole = {"count": int(rows[0]["compared"]), "total": int(rows[0]["trips"])}
    rides_only = (trips["profile"] == TRANSIT).all()
    yield Notice("rides_compared" if rides_only else "trips_compared", whole).say(language)
    if departures is not None:
        yield departures.say(language)
    yield from (f"  {each.say(language)}" for each in left_out)
    compared = [row for row in rows if row["profile"] and row["compared"]]
    wholes = {row["profile"]: row for row in compared if not row["km_class"]}
    for row in compared:
        # a class that holds every trip would say the same again
        if not row["km_class"] or row["compared"] < wholes[row["profile"]]["compared"]:
            yield _tell_figures(row, language)
    on_streets = [row for row in wholes.values() if row["profile"] != TRANSIT]
    yield from (_say_factor(row, language) for row in on_streets if row["factor"] > 0)
    worst = list(dict.fromkeys(parts["trip"].tolist()))
    if worst:
        yield Notice("worst_trips", {"count": len(worst)}).say(language)
    for trip in worst:
        yield from _tell_trip(trips.iloc[trip - 1], parts[parts["trip"] == trip], language)


def _tell_figures(row: Row, language: Language) -> str:
    group: Value = str(row["profile"])
    if row["km_class"]:
        group = Notice("km_class", {"km": str(row["km_class"]).replace("-", "–")})
    values: dict[str, Value] = {
        "group": group,
        "count": int(row["compared"]),
        "bias": _say_bias(row["bias"], language),
        "mean": _percent(row["mean_bias"], language, sign="+"),
        "median": _percent(row["median_difference"], language),
        "p90": _percent(row["p90_difference"], language),
        "within_10": _percent(row["share_within_10"], language),
        "within_20": _percent(row["share_within_20"], language),
    }
    indent = "  " if row["km_class"] else ""
    return indent + Notice("trip_figures", values).say(language)


def _say_bias(bias: float, language: Language) -> Notice:
    share: dict[str, Value] = {"share": _percent(abs(bias), language)}
    if abs(bias) * 100 < LEAST_PERCENT:
        return Notice("bias_none")
    return Notice("bias_longer", share) if bias > 0 else Notice("bias_shorter", share)


def _say_factor(row: Row, language: Language) -> str:
    values: dict[str, Value] = {
        "profile": str(row["profile"]),
        "count": int(row["compared"]),
        "factor": _decimal(row["factor"], 2, language),
        "speed_factor": _decimal(row["speed_factor"], 2, language),
        "fewest": FEWEST_TRIPS,
    }
    told = [Notice("factor_found", values).say(language)]
    if row["compared"] < FEWEST_TRIPS:
        told.append(Notice("factor_of_few", values).say(language))
    elif row["speed_factor"] > 0:
        told.append(Notice("factor_hint", values).say(language))
    return " ".join(told)


def _tell_trip(trip: "pd.Series[Any]", parts: pd.DataFrame, language: Language) -> Iterator[str]:
    about = [str(trip[name]) for name in ("name", "profile", "departure") if trip[name]]
    values: dict[str, Value] = {
        "trip": str(trip["trip"]),
        "about": ", ".join(about),
        "observed": _decimal(trip["observed_min"], 1, language),
        "modelled": _decimal(trip["modelled_min"], 1, language),
        "difference": _percent(trip["relative_difference"], language, sign="+"),
        "km": _decimal(trip["km"], 1, language),
    }
    yield "  " + Notice("worst_trip", values).say(language)
    for part in parts[:MOST_PARTS].to_dict("records"):
        yield "    " + _say_part(part, language)


def _say_part(part: Mapping[Any, Any], language: Language) -> str:
    km, seconds = float(part["km"]), float(part["seconds"])
    values: dict[str, Value] = {
        "time": write_duration(seconds),
        "km": _decimal(km, 1 if km >= 1 else 2, language),
        "metres": f"{km * 1000:.0f}",
        "kmh": f"{km * 3600 / seconds:.0f}",
        "source": str(part["speed_from"]),
    }
    notices = {
        "speed": Notice("part_speed", values),
        "waiting": Notice("part_waiting", values),
        "turning": Notice("part_turning", values),
        "walk": Notice("part_walk", values),
        "ride": Notice("part_ride", values),
        "boarding": Notice("part_boarding", values),
        "on_foot": Notice("part_on_foot", values),
    }
    return notices[part["kind"]].say(language)


def _percent(share: float, language: Language, sign: str = "") -> str:
    return f"{share * 100:{sign}.0f}{BEFORE_PERCENT[language]}%"


def _decimal(number: float, digits: int, language: Language) -> str:
    return f"{number:.{digits}f}".replace(".", DECIMAL[language])

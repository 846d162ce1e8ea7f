"""What `artois-mobility crossings` and `closures` do once their options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError
from .outputs import write_folder
from .scenes import (
    Search,
    answer,
    describe,
    lay_out_table,
    marked_csv,
    open_scene,
    scenario_writers,
    sheet_text,
    write_layers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from .._types import Progress
    from ..changes.schema import Change
    from ..report.grid import Table
    from ..report.words import Words
    from .scenes import Scene
    from .texts import Answer

TRYING = "trying"


def run_crossings(
    search: Search,
    progress: Progress,
    *,
    kinds: Sequence[str],
    apart_m: float,
    bank_m: float,
) -> Answer:
    """Rank new crossings of canals, rivers, railways and motorways.

    Parameters
    ----------
    search
        Study, profile, categories, and where results go.
    progress
        Told about every stage.
    kinds
        Which barriers; none for all.
    apart_m
        Metres between places along a barrier.
    bank_m
        How far from the barrier a street may lie.

    Returns
    -------
    answer
        The best, and how far round each barrier sends people.

    Raises
    ------
    InputError
        If an argument or a file is wrong, or no candidate is found.
    """
    from ..links.barrier_lines import KINDS
    from ..links.candidates import crossing_candidates
    from ..links.detours import severance
    from ..links.scoring import rank_links

    scene = open_scene(search, progress)
    data, words = scene.data, scene.words
    progress(TRYING, 0, 1)
    places = crossing_candidates(
        data.extract, data.network, kinds=list(kinds) or KINDS, apart_m=apart_m, bank_m=bank_m
    )
    if not len(places):
        msg = (
            f"No barrier of {', '.join(kinds or KINDS)} has streets of {data.network.profile.name} "
            f"within {bank_m:g} m on both banks. Choose other kinds, or a larger --bank."
        )
        raise InputError(msg)
    ranked = rank_links(
        data.network, data.residents, data.sites, places, categories=scene.categories
    )
    cut = severance(data.network, places)
    progress(TRYING, 1, 1)
    links = ranked.links.merge(
        cut.places[["candidate", "round_min", "detour_min"]], on="candidate", how="left"
    )
    best = links.loc[ranked.best(search.most, apart_m=search.apart_m).index]
    changes = ranked.changes(search.most, apart_m=search.apart_m)
    named = [_barrier(row, words) for row in best.itertuples()]
    plans = {
        f"crossing_{row.candidate}.toml": (
            words.say("plans.crossing_name", {"barrier": name, "candidate": row.candidate}),
            words.say("plans.crossing_question", {"barrier": name}),
            [change],
        )
        for row, name, change in zip(best.itertuples(), named, changes, strict=True)
    }
    title = words.say("plans.no_crossing")
    if len(best):
        top = {"minutes": round(best["saved_person_min"].iloc[0]), "barrier": named[0]}
        title = words.say("plans.crossing_title", top)
    drawing = _Drawing(
        "crossings", links, best, "saved_person_min", title, "plans.amount_saved", "plans.best"
    )
    files = _write(search, scene, drawing, {"barriers.csv": cut.barriers}, plans)
    if search.as_json:
        told = {"crossings": best, "barriers": cut.barriers}
        return describe(scene, told, files, {"tried": len(links)})
    tables = [_crossing_table(best, named, words), _barrier_table(cut.barriers, words)]
    tried = words.say("plans.candidates_tried", {"count": len(links)})
    return answer(scene, title, [tried, *_not_tried(links, words)], tables, files)


def run_closures(search: Search, progress: Progress, *, kinds: Sequence[str]) -> Answer:
    """Rank bridges, tunnels and level crossings by what people lose while each is closed.

    Parameters
    ----------
    search
        Study, profile, categories, and where results go.
    progress
        Told about every stage.
    kinds
        `bridge`, `tunnel`, `level_crossing`; none for all.

    Returns
    -------
    answer
        The costliest.

    Raises
    ------
    InputError
        If an argument or a file is wrong, or there is nothing to close.
    """
    from ..links.closures import KINDS, list_closures
    from ..links.losses import criticality

    scene = open_scene(search, progress)
    data, words = scene.data, scene.words
    closures = list_closures(data.extract, list(kinds) or KINDS)
    if not len(closures):
        msg = f"The extract has no {' and no '.join(kinds or KINDS)} for roads. Choose other kinds."
        raise InputError(msg)
    progress(TRYING, 0, 1)
    found = criticality(
        data.network, data.residents, data.sites, closures, categories=scene.categories
    ).closures
    progress(TRYING, 1, 1)
    costs = (found["lost_person_min"] > 0) | (found["newly_cut_off"] > 0)
    worst = found[(found["reason"] == "") & costs].head(search.most)
    named = [_structure(row, words) for row in worst.itertuples()]
    plans: dict[str, tuple[str, str, Sequence[Change]]] = {}
    for row, name in zip(worst.itertuples(), named, strict=True):
        change = _closing(row, data.network.profile.name)
        if change is not None:
            called = words.say("plans.closure_name", {"name": name[:1].upper() + name[1:]})
            question = words.say("plans.closure_question")
            plans[f"closure_{row.closure}.toml"] = called, question, [change]
    title = words.say("plans.no_closure")
    if len(worst):
        first = worst.iloc[0]
        top = {"minutes": round(first["lost_person_min"]), "name": named[0]}
        key = "closure_cuts_off" if first["newly_cut_off"] > 0 else "closure_title"
        title = words.say(f"plans.{key}", top | {"count": round(first["newly_cut_off"])})
    layer = found.assign(ways=[";".join(map(str, own)) for own in found["ways"]])
    drawing = _Drawing(
        "closures", layer, worst, "lost_person_min", title, "plans.amount_lost", "plans.worst"
    )
    files = _write(search, scene, drawing, {}, plans)
    if search.as_json:
        return describe(scene, {"closures": layer.loc[worst.index]}, files, {"tried": len(found)})
    tried = words.say("plans.closures_tried", {"count": len(found)})
    table = _closure_table(worst, named, words)
    return answer(scene, title, [tried, *_not_tried(found, words)], [table], files)


class _Drawing(NamedTuple):
    """Places with an amount each, as layer and as map."""

    name: str
    places: gpd.GeoDataFrame
    best: gpd.GeoDataFrame
    amount: str
    title: str
    legend: str
    star: str


def _write(
    search: Search,
    scene: Scene,
    drawing: _Drawing,
    tables: Mapping[str, pd.DataFrame],
    plans: Mapping[str, tuple[str, str, Sequence[Change]]],
) -> list[str]:
    """Write layer, tables, map and scenarios; return their paths."""
    from ..report.plan_maps import draw_amounts

    if search.folder is None:
        return []
    text = sheet_text(
        scene, drawing.title, scene.subtitle(f"plans.{drawing.name}_subtitle"), drawing.legend
    )

    def draw(path: Path) -> None:
        amount = drawing.places[drawing.amount].to_numpy(float)
        stars = drawing.best, scene.words.say(drawing.star)
        draw_amounts(scene.ground(), drawing.places, amount, stars=stars, text=text, path=path)

    layers = {drawing.name: drawing.places}
    writers: dict[str, Callable[[Path], object]] = {
        f"{drawing.name}.gpkg": lambda path: write_layers(scene, layers, path),
        f"{drawing.name}.png": draw,
        f"{drawing.name}.csv": marked_csv(scene, drawing.places.drop(columns="geometry")),
        **{name: marked_csv(scene, table) for name, table in tables.items()},
        **scenario_writers(plans),
    }
    return write_folder(search.folder, writers)


def _not_tried(table: pd.DataFrame, words: Words) -> list[str]:
    """Say how many places were not tried, by their reason."""
    reasons = table.loc[table["reason"] != "", "reason"].value_counts(sort=False)
    return [
        words.say("plans.not_tried", {"count": int(count), "reason": _reason(str(text), words)})
        for text, count in reasons.items()
    ]


def _reason(text: str, words: Words) -> str:
    from ..links.losses import NOT_USED
    from ..links.scoring import NOT_JOINED

    key = {NOT_JOINED: "plans.not_joined", NOT_USED: "plans.not_used"}.get(text)
    return words.say(key) if key else text


def _barrier(row: Any, words: Words) -> str:  # noqa: ANN401  a row of a table
    kind = words.say(f"plans.{row.kind}")
    return str(row.barrier) if row.barrier else f"{kind} {words.say('plans.unnamed')}"


def _structure(row: Any, words: Words) -> str:  # noqa: ANN401  a row of a table
    kind = words.say(f"plans.{row.kind}")
    return f"{kind} {row.name}" if row.name else f"{kind} {row.closure}"


def _closing(row: Any, profile: str) -> Change | None:  # noqa: ANN401  a row of a table
    """Make the change that closes a structure; None for what closes at points alone."""
    from ..changes.schema import CloseWays
    from ..links.closures import LEVEL_CROSSING

    if row.kind == LEVEL_CROSSING:
        return None
    return CloseWays(kind="close_ways", ids=tuple(row.ways), profiles=(profile,))


def _crossing_table(best: pd.DataFrame, named: Sequence[str], words: Words) -> Table:
    rows = [
        (
            f"{row.rank}. {name} ({row.candidate})",
            [row.length_m, row.saved_person_min, row.newly_within, row.newly_reached],
        )
        for row, name in zip(best.itertuples(), named, strict=True)
    ]
    headers = ("barrier", "length", "saved", "newly_within", "newly_reached")
    return lay_out_table("plans.crossings_caption", headers, rows, words)


def _barrier_table(barriers: pd.DataFrame, words: Words) -> Table:
    rows = [
        (_barrier(row, words), [row.places, row.median_detour_min, row.longest_detour_min])
        for row in barriers.head(10).itertuples()
    ]
    headers = ("barrier", "places", "detour", "longest")
    return lay_out_table("plans.barriers_caption", headers, rows, words)


def _closure_table(worst: pd.DataFrame, named: Sequence[str], words: Words) -> Table:
    rows = [
        (f"{row.rank}. {name}", [row.lost_person_min, row.newly_beyond, row.newly_cut_off])
        for row, name in zip(worst.itertuples(), named, strict=True)
    ]
    headers = ("structure", "lost", "newly_beyond", "newly_cut_off")
    return lay_out_table("plans.closures_caption", headers, rows, words)

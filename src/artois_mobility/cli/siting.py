"""What `artois-mobility siting` does once its options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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

    from .._types import Progress
    from ..changes.schema import Change
    from ..report.words import Words
    from ..siting.checking import Objective
    from ..siting.choosing import ChosenSites
    from .scenes import Scene
    from .texts import Answer

CHOOSING = "choosing"


def run_siting(
    search: Search,
    progress: Progress,
    *,
    objective: Objective,
    threshold_min: float | None,
    candidates: Path | None,
    apart_m: float,
    candidate_count: int,
) -> Answer:
    """Choose where new sites should stand, the existing ones kept.

    Parameters
    ----------
    search
        Study, profile, one category, how many sites, and where results go.
    progress
        Told about every stage.
    objective
        `p_median`, `max_cover`, `p_center` or `set_cover`.
    threshold_min
        For the covering objectives; the category's own when None.
    candidates
        Table of places; None for the cells where most people live.
    apart_m
        How far apart such cells are at least.
    candidate_count
        How many of them at most.

    Returns
    -------
    answer
        The choice, and how good it is.

    Raises
    ------
    InputError
        If an argument or a file is wrong.
    """
    from ..places.categories import find_category
    from ..siting.candidates import candidate_sites, read_candidate_sites
    from ..siting.checking import NEEDS_THRESHOLD
    from ..siting.choosing import choose_sites

    (category,) = search.categories
    own = float(find_category(category).threshold_min)
    threshold = (threshold_min or own) if objective in NEEDS_THRESHOLD else None
    scene = open_scene(search, progress)
    data = scene.data
    places = (
        candidate_sites(data.residents, apart_m=apart_m, count=candidate_count)
        if candidates is None
        else read_candidate_sites(candidates, bounds_deg=data.extract.source.bounds_deg)
    )
    progress(CHOOSING, 0, 1)
    found = choose_sites(
        data.network,
        data.residents,
        places,
        objective,
        count=None if objective == "set_cover" else search.most,
        existing=data.sites,
        threshold_min=threshold,
    )
    progress(CHOOSING, 1, 1)
    tried = _Tried(len(places) - len(found.left_out), places.attrs.get("cut", 0))
    return _tell_choice(search, scene, _Choice(found, category, threshold, tried))


class _Tried(NamedTuple):
    """How many candidates were tried, and how many cells were not."""

    candidates: int
    cut: int


class _Choice(NamedTuple):
    """What was found, and among what."""

    found: ChosenSites
    category: str
    threshold: float | None
    tried: _Tried


def _tell_choice(search: Search, scene: Scene, choice: _Choice) -> Answer:
    from ..report.labels import category_label

    found, category, threshold, tried = choice
    words, data = scene.words, scene.data
    values = {"threshold": threshold or 0}
    objective = words.say(f"plans.objective_{found.objective}", values)
    profile = data.network.profile.label[words.language]
    label = category_label(category, words)
    people = round(float(found.chosen["people"].sum()))
    title = words.say("plans.siting_title", {"count": len(found.chosen), "people": people})
    about = {"category": label, "profile": profile, "objective": objective}
    subtitle = words.say("plans.siting_subtitle", about)
    changes = found.changes(category, label)
    plan = {"siting.toml": (f"{label} – {objective}", words.say("plans.site_question"), changes)}
    files = _write_choice(search, scene, found, (title, subtitle), plan)
    if search.as_json:
        figures = {
            name: getattr(found, name)
            for name in ("objective", "value_before", "value", "bound", "gap", "method")
        } | {"tried": tried.candidates, "not_tried": tried.cut}
        if threshold is not None:
            figures["uncovered_people"] = found.uncovered_people
        told = {"chosen": found.chosen, "left_out": found.left_out}
        return describe(scene, told, files, figures)
    lines = [_value(choice, words), words.say("plans.sites_tried", {"count": tried.candidates})]
    if tried.cut:
        lines.append(words.say("plans.sites_cut", {"count": tried.cut}))
    if len(found.left_out):
        first = str(found.left_out["reason"].iloc[0])
        left = {"count": len(found.left_out), "reason": first}
        lines.append(words.say("plans.left_out", left))
    rows = [
        (f"{row.choice}. {row.candidate}", [row.people, row.mean_minutes])
        for row in found.chosen.itertuples()
    ]
    table = lay_out_table(
        "plans.choice_caption", ("candidate", "people_nearest", "mean_minutes"), rows, words
    )
    return answer(scene, f"{title} ({subtitle})", lines, [table], files)


def _value(choice: _Choice, words: Words) -> str:
    from ..report.words import write_share

    found, _, threshold, tried = choice
    values = {
        "tried": tried.candidates,
        "before": round(found.value_before, 1),
        "after": round(found.value, 1),
        "bound": round(found.bound, 1),
        "threshold": threshold or 0,
        "count": len(found.chosen),
    }
    if threshold is not None:
        values["uncovered"] = round(found.uncovered_people)
    how = words.say("plans.proven")
    if found.gap > 0:
        how = words.say("plans.greedy", {"share": write_share(found.gap, 1.0, words.language)})
    return f"{words.say(f'plans.{found.objective}', values)} ({how})"


def _write_choice(
    search: Search,
    scene: Scene,
    found: ChosenSites,
    texts: tuple[str, str],
    plan: Mapping[str, tuple[str, str, Sequence[Change]]],
) -> list[str]:
    from ..report.plan_maps import draw_choice

    if search.folder is None:
        return []
    words, data = scene.words, scene.data
    text = sheet_text(scene, *texts, "map.access_title")
    cells = data.residents[["cell", "population", "geometry"]].merge(found.cells, on="cell")
    existing = data.sites.drop(columns="entrances")
    layers = {"chosen": found.chosen, "existing": existing, "cells": cells}
    if len(found.left_out):
        layers["left_out"] = found.left_out
    places = [
        (existing, words.say("plans.existing")),
        (found.chosen, words.say("plans.chosen")),
    ]
    minutes = found.cells["minutes_after"].to_numpy(float)

    def draw(path: Path) -> None:
        draw_choice(scene.ground(), minutes, places, text=text, path=path)

    writers: dict[str, Callable[[Path], object]] = {
        "siting.gpkg": lambda path: write_layers(scene, layers, path),
        "siting.png": draw,
        "siting.csv": marked_csv(scene, found.chosen.drop(columns="geometry")),
        **scenario_writers(plan),
    }
    return write_folder(search.folder, writers)

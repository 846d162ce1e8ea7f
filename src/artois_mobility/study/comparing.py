"""The main job: hold scenarios against today, or against what stands in for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .._types import Progress, tell_nobody
from ..places.named import list_named_places
from ..scenarios.differences import summarise, tabulate_differences
from ..scenarios.reading import TODAY, read_scenarios
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.resolving import resolve
from .bases import Base, put_first
from .certainty import compute_certainty
from .describing import describe, describe_base, describe_today, with_people
from .files import Study
from .laws import check_laws, check_ranks
from .loading import Loaded, load
from .manifest import make_manifest
from .new_sites import NewSites, attach_new_sites
from .peopling import Peopled, add_people, describe_people, settle_base, settle_other
from .references import load_other, name_base, read_reference
from .results import Comparison
from .running import Times, compute_all
from .water_results import WaterResult


def compare(
    study: Study,
    scenario_paths: Sequence[str | Path],
    *,
    reference: str | Path | Study | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compute access times of today and of every scenario, and what differs.

    Plans of the future are often held against what comes anyway: people of the horizon, works that
    are decided ("fil de l'eau"). Write that as a scenario file and name it as the reference: it
    stands in for today, and every scenario is built on top of it. Two years, each with an extract
    of its own, are two studies: name the earlier one as the reference, and today is told beside it.

    All scenario files are read, then held against the study, before anything is computed; what
    is wrong in any of them is told at once. Only what a scenario can affect is computed anew.

    Parameters
    ----------
    study
        What today is.
    scenario_paths
        Scenario files. The study's own file among them is passed over, and so is a file given
        twice.
    reference
        What they are compared with instead of today: a scenario file; or another study, or its
        file, which asks the same of the same cells. None for today.
    progress
        Told about every stage.

    Returns
    -------
    comparison
        Tables, maps' layers and the manifest.

    Raises
    ------
    StudyError
        If a scenario file is faulty or does not fit the study; all problems are listed.
    InputError
        If the study's data is faulty.
    ResultError
        If a result breaks a law, which would be a fault of the program.

    Examples
    --------
    >>> import artois_mobility as am
    >>> study = am.read_study("scenarios/artois.toml")  # doctest: +SKIP
    >>> result = am.compare(
    ...     study, ["scenarios/ville-30.toml"], reference="scenarios/fil-de-l-eau.toml"
    ... )  # doctest: +SKIP
    >>> result.base.key  # doctest: +SKIP
    'fil-de-l-eau'
    """
    report = progress or tell_nobody
    ground = read_reference(reference, study)
    scenarios = read_scenarios(choose_files(study, scenario_paths, ground.file), ground.file)
    key = name_base(ground, scenarios)
    loaded = load(study, report)
    resolved = resolve(scenarios, loaded.today)
    there = None if ground.study is None else load_other(ground.study, loaded, report)
    everyone = add_people(loaded, resolved)
    whole = everyone.loaded
    new_sites = attach_new_sites(whole, resolved)
    computed = compute_all(whole, resolved, new_sites, report)
    check_ranks(computed.access)
    check_laws(whole, resolved, tabulate_differences(computed.access))
    base, plans = Base(key, whole, loaded), resolved
    if ground.file is not None:
        base, plans = Base(key, whole, loaded, resolved[0]), resolved[1:]
    if there is not None:
        base = Base(key, add_people(there, resolved).loaded, there)
    return _compare(_Computed(loaded, everyone, resolved, new_sites, computed), base, plans, report)


@dataclass(frozen=True, slots=True, eq=False)
class _Computed:
    """A study, with everyone who lives there in any scenario; all scenarios, and their times."""

    alone: Loaded
    everyone: Peopled
    resolved: Sequence[ResolvedScenario]
    new_sites: NewSites
    times: Times


def _compare(
    computed: _Computed, base: Base, plans: Sequence[ResolvedScenario], progress: Progress
) -> Comparison:
    """Hold what was computed against the base."""
    whole, study = computed.everyone.loaded, computed.everyone.loaded.study
    is_other = base.loaded is not whole
    own = compute_all(base.loaded, [], {}, progress) if is_other else computed.times
    access_times = put_first(computed.times.access, base.key, own.access if is_other else None)
    transit_times = computed.times.transit
    if transit_times is not None:
        transit_times = put_first(transit_times, base.key, own.transit if is_other else None)
    peopled = settle_base(computed.everyone, base.key)
    if is_other:
        peopled = settle_other(
            computed.everyone, base.loaded, [each.scenario.key for each in plans]
        )
    differences = tabulate_differences(access_times)
    if base.resolved is not None:
        check_laws(whole, plans, differences, base.resolved)
    certainty = compute_certainty(
        whole, plans, computed.new_sites, differences, base, progress=progress
    )
    residents, communes = peopled.loaded.residents, whole.communes
    networks = whole.today.networks
    first = describe_base(base, own.access, computed.new_sites, computed.everyone)
    others = [describe(each, computed.everyone, computed.new_sites, base) for each in plans]
    if is_other:
        others.insert(0, describe_today(computed.alone, computed.times.access, base))
    return Comparison(
        study=study,
        residents=residents,
        communes=communes,
        scenarios=(first, *(with_people(each, peopled) for each in others)),
        access_times=access_times,
        differences=differences if certainty is None else certainty.differences,
        summary_table=summarise(
            access_times,
            residents,
            communes,
            study.thresholds_min,
            people_of=peopled.population_of,
        ),
        networks=networks,
        manifest=make_manifest(computed.alone, plans, None if base.key == TODAY else base)
        | describe_people(computed.resolved),
        is_schematic=any(_is_schematic(each) for each in (whole, base.loaded)),
        water=_compute_water(whole, plans, base, progress),
        uncertainty=None if certainty is None else certainty.times,
        named_places=list_named_places(whole.today.extract),
        transit_times=transit_times,
    )


def _is_schematic(loaded: Loaded) -> bool:
    networks = loaded.today.networks.values()
    feed = loaded.today.feed
    return (
        loaded.today.extract.source.is_schematic
        or any(each.provenance.is_schematic for each in networks)
        or (feed is not None and bool(feed.sources["is_schematic"].any()))
    )


def assess(study: Study, *, progress: Progress | None = None) -> Comparison:
    """Compute the access times of today alone.

    Parameters
    ----------
    study
        What today is.
    progress
        Told about every stage.

    Returns
    -------
    comparison
        With one scenario, `"today"`, and no differences.

    Raises
    ------
    InputError
        If the study's data is faulty.
    """
    return compare(study, [], progress=progress)


def _compute_water(
    loaded: Loaded, plans: Sequence[ResolvedScenario], base: Base, progress: Progress
) -> WaterResult | None:
    if loaded.today.water is None:
        return None
    from .voyaging import compute_water  # its kernels compile for those who ask

    return compute_water(loaded, plans, base, progress)


def choose_files(
    study: Study, paths: Sequence[str | Path], reference: Path | None = None
) -> list[Path]:
    """Leave out the study's own file, that of the reference, and files given twice.

    Parameters
    ----------
    study
        What today is.
    paths
        Scenario files.
    reference
        The scenario file that stands in for today, or None.

    Returns
    -------
    chosen
        In the order given.
    """
    taken = {study.path.resolve()} | ({reference.resolve()} if reference else set())
    chosen: dict[Path, Path] = {}
    for path in map(Path, paths):
        chosen.setdefault(path.resolve(), path)
    return [path for full, path in chosen.items() if full not in taken]

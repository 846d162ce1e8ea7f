"""Where the added and moved sites of scenarios hang on the networks of today."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd

from ..places.attaching import attach
from ..places.attachments import Attachments
from ..routing.threads import run_each
from ..scenarios.attachments import stack_places, take_places
from ..scenarios.resolved import ResolvedScenario, SiteEdits
from ..scenarios.site_changes import stay_rows
from .loading import Loaded

# The added and moved sites of each scenario and profile, on the network of today.
NewSites: TypeAlias = Mapping[tuple[str, str], Attachments]


def attach_new_sites(loaded: Loaded, resolved: Sequence[ResolvedScenario]) -> NewSites:
    """Attach the added and moved sites of all scenarios to the networks of today.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.

    Returns
    -------
    new_sites
        Attachments by scenario and profile, places in the order of the scenario's sites.
    """
    tables = [each.site_edits.sites.iloc[stay_rows(each.site_edits)[1]] for each in resolved]
    ends = np.cumsum([0, *(len(table) for table in tables)])
    networks = {profile: loaded.today.networks[profile] for profile in loaded.attachments}
    if ends[-1]:
        everywhere = pd.concat([table for table in tables if len(table)])
        attached = run_each(lambda network: attach(network, everywhere), list(networks.values()))
    else:
        none = np.empty(0, np.int32)
        attached = [take_places(loaded.attachments[profile][1], none) for profile in networks]
    return {
        (each.scenario.key, profile): take_places(table, np.arange(first, end, dtype=np.int32))
        for profile, table in zip(networks, attached, strict=True)
        for each, first, end in zip(resolved, ends[:-1], ends[1:], strict=True)
    }


def join_sites(edits: SiteEdits, today: Attachments, new: Attachments) -> Attachments:
    """Put the attachments of a scenario's sites together.

    Parameters
    ----------
    edits
        The sites of the scenario.
    today
        Today's sites on the network of one profile.
    new
        Added and moved sites on it.

    Returns
    -------
    attachments
        In the order of the scenario's sites; a site that stays hangs where it does today.
    """
    staying, rows = stay_rows(edits)
    stacked = stack_places([take_places(today, edits.today_row[staying]), new])
    order = np.argsort(np.concatenate([staying, rows]), kind="stable")
    return take_places(stacked, order.astype(np.int32))

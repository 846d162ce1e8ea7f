"""A small comparison made by hand: four communes, two agglomerations, two scenarios.

The cells lie on a grid 500 m apart, 8 columns and 6 rows; each commune is a quarter of it. Minutes
are arithmetic, so that every figure of a report can be worked out:

    Lens       Liévin            today   car: 2 + column,  walk: 4 x (2 + column)
    Harnes     Courrières        bridge  walk: 3 minutes less in Harnes (row >= 3, column < 4),
                                         one cell newly reached, one cell lost
                                 closed  car: 2 minutes more in Liévin

With `transit`, buses take 5 x (2 + column) minutes, and 20 in Liévin's last columns (column >= 6)
once the bridge is there.
"""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer
from shapely import MultiLineString, box, from_wkt, transform
from shapely.geometry import LineString, Point

from artois_mobility.network.profiles import read_profile
from artois_mobility.study.results import Comparison, ScenarioResult

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)> $\\frac{1}{ & 日本 \U0001f6b2'
CRS = "EPSG:2154"
WEST_M, SOUTH_M, STEP_M = 685_000.0, 7_036_000.0, 500.0
COLUMNS, ROWS, PEOPLE = 8, 6, 10.0
THRESHOLDS = (5, 10, 20)
PROFILES = ("car", "walk")
CATEGORIES = ("care", "culture/library")
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)

COMMUNES = (
    ("62498", "Lens", "246200364", 0, 3),
    ("62510", "Liévin", "246200364", 4, 3),
    ("62413", "Harnes", "246200299", 0, 0),
    ("62250", "Courrières", "246200299", 4, 0),
)
EPCI_NAMES = {"246200364": "CA de Lens-Liévin", "246200299": "CA d'Hénin-Carvin"}


def make_comparison(
    *,
    hostile: bool = False,
    schematic: bool = False,
    language: str = "fr",
    scenarios: bool = True,
    crs: str = CRS,
    transit: bool = False,
) -> Comparison:
    text = HOSTILE if hostile else ""
    profiles = (*PROFILES, "transit") if transit else PROFILES
    residents, communes = _residents(), _communes(text)
    results = [_today(text)]
    if scenarios:
        results += [_bridge(text), _closed(text)]
    access_times = pd.concat(
        [_access(r.key, residents, profiles) for r in results], ignore_index=True
    )
    differences = _differences(access_times)
    return Comparison(
        study=SimpleNamespace(
            name=f"Artois, aujourd'hui {text}".strip(),
            language=language,
            thresholds_min=THRESHOLDS,
            profiles=profiles,
            categories=CATEGORIES,
            nearest=1,
        ),
        residents=residents,
        communes=communes,
        scenarios=tuple(results),
        access_times=access_times,
        differences=differences,
        summary_table=_summary(access_times, profiles, residents, communes),
        networks={name: _network(name, schematic, crs) for name in PROFILES},
        manifest={
            "library_version": "0.1.0",
            "inputs": [{"path": f"data/{text or 'extract'}.osm.pbf", "sha256": "ab" * 32}],
            "parameters": {"transit": {"begin_min": 420, "end_min": 540}} if transit else {},
        },
        is_schematic=schematic,
        transit_times=_rides(access_times) if transit else None,
    )


def _rides(access_times):
    rows = access_times[access_times["profile"] == "transit"]
    kept = rows[["scenario", "cell", "category"]]
    return kept.assign(minutes_85=rows["minutes"] + 5, on_foot=0.25)


def _degrees(shape):
    return transform(shape, TO_DEGREES.transform, interleaved=False)


def _centres():
    for row in range(ROWS):
        for column in range(COLUMNS):
            yield column, row, WEST_M + column * STEP_M, SOUTH_M + row * STEP_M


def _commune_of(column, row):
    return next(
        (code, epci)
        for code, _, epci, first, low in COMMUNES
        if first <= column < first + 4 and low <= row < low + 3
    )


def _residents():
    rows = []
    for column, row, x, y in _centres():
        code, epci = _commune_of(column, row)
        rows.append((f"c{column}_{row}", PEOPLE, code, epci, column, row, _degrees(Point(x, y))))
    names = ["cell", "population", "commune", "epci", "column", "row", "geometry"]
    table = gpd.GeoDataFrame(rows, columns=names, geometry="geometry", crs="EPSG:4326")
    table.attrs["population_year"] = 2018
    return table


def _communes(text):
    rows = []
    for code, name, epci, first, low in COMMUNES:
        west, south = WEST_M + (first - 0.5) * STEP_M, SOUTH_M + (low - 0.5) * STEP_M
        outline = _degrees(box(west, south, west + 4 * STEP_M, south + 3 * STEP_M))
        shown = f"{name}{text}"
        rows.append((code, shown, epci, EPCI_NAMES[epci] + text, 12 * PEOPLE, outline))
    names = ["insee", "name", "epci", "epci_name", "population", "geometry"]
    return gpd.GeoDataFrame(rows, columns=names, geometry="geometry", crs="EPSG:4326")


def _minutes(scenario, profile, category, column, row):
    minutes = 2.0 + column + (1 if category == "care" else 0)
    if profile == "transit":
        is_served = scenario == "passerelle" and column >= 6 and row >= 3
        return 20.0 if is_served else 5 * minutes
    if profile == "walk":
        minutes *= 4
        if (column, row) == (7, 5):
            return np.nan if scenario != "passerelle" else 33.0
        if scenario == "passerelle":
            if (column, row) == (0, 0):
                return np.nan
            if column < 4 and row < 3:
                minutes -= 3
    elif scenario == "pont-ferme" and column >= 4 and row >= 3:
        minutes += 2
    return minutes


def _access(scenario, residents, profiles):
    rows = []
    for profile in profiles:
        for category in CATEGORIES:
            for cell in residents.itertuples():
                minutes = _minutes(scenario, profile, category, cell.column, cell.row)
                site, reason = ("n1", "") if np.isfinite(minutes) else (None, "no route")
                rows.append((scenario, profile, cell.cell, category, 1, site, minutes, reason))
    names = ["scenario", "profile", "cell", "category", "rank", "site", "minutes", "reason"]
    return pd.DataFrame(rows, columns=names)


def _differences(access_times):
    keys = ["profile", "cell", "category", "rank"]
    today = access_times[access_times["scenario"] == "today"].set_index(keys)["minutes"]
    tables = []
    for scenario, rows in access_times.groupby("scenario", sort=False):
        if scenario != "today":
            table = rows[["scenario", *keys]].copy()
            table["minutes_before"] = today.reindex(pd.MultiIndex.from_frame(rows[keys])).array
            table["minutes_after"] = rows["minutes"].array
            table["minutes_gained"] = table["minutes_before"] - table["minutes_after"]
            tables.append(table)
    names = ["scenario", *keys, "minutes_before", "minutes_after", "minutes_gained"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)


def _summary(access_times, profiles, residents, communes):
    rows = []
    commune = communes.set_index("insee")
    for key in access_times["scenario"].unique():
        for profile in profiles:
            for category in CATEGORIES:
                after = _column(access_times, key, profile, category, "minutes")
                before = _column(access_times, "today", profile, category, "minutes")
                cells = pd.DataFrame({"before": before, "after": after})
                cells = residents.set_index("cell")[["population", "commune", "epci"]].join(cells)
                zones = [("territory", "", "Ensemble", cells)]
                zones += [
                    ("epci", code, commune.loc[commune["epci"] == code, "epci_name"].iloc[0], part)
                    for code, part in cells.groupby("epci")
                ]
                zones += [
                    ("commune", code, commune.loc[code, "name"], part)
                    for code, part in cells.groupby("commune")
                ]
                rows += [
                    {
                        "scenario": key,
                        "profile": profile,
                        "category": category,
                        "scope": scope,
                        "code": code,
                        "name": name,
                        **_figures(part),
                    }
                    for scope, code, name, part in zones
                ]
    return pd.DataFrame(rows)


def _column(table, scenario, profile, category, name):
    is_wanted = (table["scenario"] == scenario) & (table["profile"] == profile)
    rows = table[is_wanted & (table["category"] == category)]
    return rows.set_index("cell")[name]


def _figures(part):
    people = part["population"]
    both = part["before"].notna() & part["after"].notna()
    gained = part["before"] - part["after"]
    weight = people[both].sum()
    figures = {
        "population": people.sum(),
        "people_reached_before": people[part["before"].notna()].sum(),
        "people_reached_after": people[part["after"].notna()].sum(),
        "minutes_before": (people * part["before"])[both].sum() / weight,
        "minutes_after": (people * part["after"])[both].sum() / weight,
        "minutes_gained": (people * gained)[both].sum() / weight,
        "people_gaining": people[gained >= 1].sum(),
        "people_losing": people[gained <= -1].sum(),
        "people_newly_reaching": people[part["before"].isna() & part["after"].notna()].sum(),
        "people_no_longer_reaching": people[part["before"].notna() & part["after"].isna()].sum(),
    }
    for minutes in THRESHOLDS:
        for when in ("before", "after"):
            figures[f"within_{minutes}_{when}"] = people[part[when] <= minutes].sum()
    return figures


def _sites(changes, text=""):
    rows = [
        ("n1", "care", f"Hôpital{text}", 4.0, 2.5, 2.5),
        ("n2", "culture/library", f"Médiathèque{text}", np.nan, 5.5, 1.0),
    ]
    return gpd.GeoDataFrame(
        {
            "site": [row[0] for row in rows],
            "category": [row[1] for row in rows],
            "name": [row[2] for row in rows],
            "capacity": [row[3] for row in rows],
            "source": "osm",
            "position_quality": "exact",
            "entrances": None,
            "change": [changes.get(row[0], "") for row in rows],
        },
        geometry=[
            _degrees(Point(WEST_M + row[4] * STEP_M, SOUTH_M + row[5] * STEP_M)) for row in rows
        ],
        crs="EPSG:4326",
    )


def _lines(shapes, text=""):
    return gpd.GeoDataFrame(
        {
            "way": [str(number) for number in range(len(shapes))],
            "name": [f"Rue{text}"] * len(shapes),
            "profiles": ["walk"] * len(shapes),
        },
        geometry=shapes,
        crs="EPSG:4326",
    )


def _scenario(key, name, text, **changed):
    empty = _sites({}, text).iloc[:0]
    values = {
        "key": key,
        "name": f"{name}{text}",
        "question": "",
        "sentences": {"fr": [], "en": []},
        "assumptions": (),
        "warnings": {"fr": [], "en": []},
        "focus_profiles": (),
        "focus_categories": (),
        "sites": _sites({}, text),
        "removed_sites": empty,
        "links": _lines([]),
        "closed": _lines([]),
        "speeds": _lines([]).assign(change="slower"),
    }
    return ScenarioResult(**{**values, **changed})


def _today(text):
    return _scenario("today", "Artois, aujourd'hui", text)


def _bridge(text):
    x, y = WEST_M + 1.5 * STEP_M, SOUTH_M + 2 * STEP_M
    link = _degrees(LineString([(x, y), (x + 150, y + STEP_M)]))
    return _scenario(
        "passerelle",
        "Passerelle sur la Deûle",
        text,
        question=f"Qui gagne l'accès à la médiathèque à pied ?{text}",
        sentences={
            "fr": [f"Nouvelle liaison de 522 m pour les piétons.{text}"],
            "en": [f"A new link of 522 m for walking.{text}"],
        },
        assumptions=(f"La passerelle est supposée ouverte jour et nuit.{text}",),
        warnings={
            "fr": [f"Un bout rejoint une rue à 40 m.{text}"],
            "en": [f"One end joins a street 40 m away.{text}"],
        },
        focus_profiles=("walk",),
        focus_categories=("culture/library", "care"),
        links=_lines([link], text),
        sites=_sites({"n2": "moved"}, text),
        removed_sites=_sites({}, text).iloc[:1].drop(columns="change"),
    )


def _closed(text):
    x, y = WEST_M + 5 * STEP_M, SOUTH_M + 4 * STEP_M
    street = _degrees(LineString([(x, y), (x + 800, y + 100)]))
    return _scenario(
        "pont-ferme",
        "Pont-canal fermé pour travaux",
        text,
        closed=_lines([street], text),
        speeds=_lines([_degrees(LineString([(x, y + 300), (x + 800, y + 400)]))], text).assign(
            change="slower"
        ),
        sentences={"fr": ["1 voie fermée."], "en": ["1 way closed."]},
    )


def _network(profile, schematic, crs):
    """A street grid with a motorway across; only what a map draws."""
    lines, classes = [], []
    for row in range(ROWS):
        y = SOUTH_M + (row + 0.5) * STEP_M
        lines.append([(WEST_M, y), (WEST_M + (COLUMNS - 1) * STEP_M, y)])
        classes.append("motorway" if row == 2 else "residential")
    points = np.array([point for line in lines for point in line])
    count = len(lines)
    canal = LineString([(WEST_M - 900, SOUTH_M + 1240), (WEST_M + 5000, SOUTH_M + 1260)])
    rail = MultiLineString([[(WEST_M + 1740, SOUTH_M), (WEST_M + 1800, SOUTH_M + 3000)]])
    shores = np.array([canal, from_wkt("LINESTRING EMPTY")], dtype=object)
    railways = np.array([rail], dtype=object)
    return SimpleNamespace(
        profile=read_profile(profile),
        crs=crs,
        class_of_arc=np.array(classes),
        twin_of_arc=np.full(count, -1, np.int32),
        first_point=np.arange(0, 2 * count + 1, 2, dtype=np.int32),
        point_x_m=points[:, 0],
        point_y_m=points[:, 1],
        barriers=np.concatenate([shores, railways]),
        shores=shores,
        railways=railways,
        water=np.array([], object),
        provenance=SimpleNamespace(
            counts={"assumed_speeds": 1234, "refs_to_missing_nodes": 0},
            osm_timestamp="2026-10-01T00:00:00Z",
            is_schematic=schematic,
        ),
    )

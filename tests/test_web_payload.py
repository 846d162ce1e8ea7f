"""What the interactive page is given: packed without loss, said in words it has, safe anywhere."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from importlib import resources
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artois_mobility.access.inequality import gini
from artois_mobility.report import web
from artois_mobility.report.backdrop import make_backdrop, street_network
from artois_mobility.report.classes import access_classes, change_classes
from artois_mobility.report.times import read_times
from artois_mobility.report.web.assets import PARTS, read_scripts, read_style
from artois_mobility.report.web.cells import pack_gains, pack_minutes, read_noise
from artois_mobility.report.web.packing import LARGEST, pack, pack_each, pack_steps
from artois_mobility.report.web.payload import TEXTS, compose_payload, write_payload
from artois_mobility.report.web.shapes import pack_changed_ways
from artois_mobility.report.words import read_words
from artois_mobility.study.gains import who_gains
from comparison_world import HOSTILE, make_comparison

FOLDER = resources.files(web)
# Milliseconds, as times are counted; often at the bounds of classes, where rounding shows.
TIMES_MS = st.one_of(
    st.integers(0, 7_200_000),
    st.sampled_from([60_000 * m + d for m in (5, 45) for d in (-1, 0, 1)]),
)


def unpack(text):
    """The scripts' way of reading, in Python."""
    values, coded, place = [], 0, 0
    for byte in base64.b64decode(text):
        coded |= (byte & 127) << place
        place += 7
        if byte < 128:
            values.append(-(coded + 1) // 2 if coded % 2 else coded // 2)
            coded, place = 0, 0
    return values


def unpack_minutes(packed):
    minutes = np.cumsum(unpack(packed["tenths"])) / 10
    minutes[np.cumsum(unpack(packed["missing"])).astype(int)] = np.nan
    return minutes


def unpack_gains(packed, before):
    after, gained = before.copy(), np.where(np.isnan(before), np.nan, 0.0)
    if packed is None:
        return after, gained
    for cell, code in zip(np.cumsum(unpack(packed["cells"])), unpack(packed["codes"]), strict=True):
        if code == 0:
            after[cell] = gained[cell] = np.nan
        elif np.isnan(before[cell]):
            after[cell] = (code - 1) / 10
        else:
            zigzag, rest = divmod(code - 1, 3)
            steps = -(zigzag + 1) // 2 if zigzag % 2 else zigzag // 2
            gained[cell] = steps / 10
            after[cell] = (round(before[cell] * 10) - steps + rest - 1) / 10
    return after, gained


@pytest.fixture(scope="module")
def payload():
    result, words = make_comparison(hostile=True), read_words("fr")
    network = street_network(result.networks)
    backdrop = make_backdrop(network, result.residents, result.communes)
    return compose_payload(result, read_times(result), backdrop, who_gains(result), words)


@given(st.lists(st.lists(st.integers(-(LARGEST // 2), LARGEST // 2))))
def test_many_lists_are_packed_as_each_alone(lists):
    first = np.cumsum([0, *map(len, lists)])
    values = [value for each in lists for value in each]
    assert pack_each(values, first) == [pack(each) for each in lists]


def test_a_closed_lock_is_drawn_and_only_where_the_study_asks_of_the_water():
    result = make_comparison()
    bridge, closed = result.scenarios[1:]
    network = street_network(result.networks)
    backdrop = make_backdrop(network, result.residents, result.communes)
    assert "shut" not in pack_changed_ways(result, closed, backdrop)
    shut = closed.closed.assign(scenario=closed.key)
    asked = replace(result, water=SimpleNamespace(closed=shut))
    ways = pack_changed_ways(asked, closed, backdrop)
    assert ways["shut"] == ways["closed"] != []
    assert pack_changed_ways(asked, bridge, backdrop)["shut"] == []


@given(st.lists(st.integers(-(LARGEST // 2), LARGEST // 2)))
def test_numbers_come_back(values):
    assert unpack(pack(values)) == values


@given(st.lists(st.integers(0, 10**6)))
def test_steps_add_up_again(values):
    assert np.cumsum(unpack(pack_steps(values))).tolist() == values


def test_numbers_too_large_to_be_read_are_refused():
    with pytest.raises(OverflowError, match="too large to be packed"):
        pack([0, LARGEST])


@given(st.lists(st.tuples(*[st.one_of(st.none(), TIMES_MS)] * 2), min_size=1, max_size=30))
def test_every_class_is_that_of_the_exact_minutes(times_ms):
    before, after = (
        np.array([np.nan if ms is None else ms / 60_000 for ms in side])
        for side in zip(*times_ms, strict=True)
    )
    shown_before = unpack_minutes(pack_minutes(before))
    shown_after, shown_gain = unpack_gains(pack_gains(before, after), shown_before)
    for exact, shown in ((before, shown_before), (after, shown_after)):
        assert (access_classes(exact) == access_classes(shown)).all()
        assert np.nanmax(np.abs(exact - shown), initial=0) <= 0.1
    assert (change_classes(before - after) == change_classes(shown_gain)).all()
    assert np.nanmax(np.abs(before - after - shown_gain), initial=0) <= 0.1


def test_the_payload_is_json_without_markup(payload):
    text = write_payload(payload)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["zones"]["names"] == payload["zones"]["names"]
    assert any(HOSTILE in name for name in payload["zones"]["names"])


def test_figures_are_those_of_the_summary(payload):
    result = make_comparison(hostile=True)
    zones, columns = payload["zones"], payload["zones"]["columns"]
    for row, scenario in enumerate(result.scenarios):
        for p, profile in enumerate(result.study.profiles):
            for c, category in enumerate(result.study.categories):
                shown = np.reshape(unpack(zones["before"][p][c]), (-1, len(columns)))
                changed = zones["situations"][row]["changes"][p][c]
                if changed:
                    own = np.reshape(unpack(changed["values"]), (-1, len(columns)))
                    shown[np.cumsum(unpack(changed["rows"]))] = own
                table = result.summary_table
                is_own = table[["scenario", "profile", "category"]] == [
                    scenario.key,
                    profile,
                    category,
                ]
                table = table[is_own.all(axis=1)]
                for place, (scope, code) in enumerate(
                    zip(zones["scopes"], zones["codes"], strict=True)
                ):
                    line = table[(table["scope"] == scope) & (table["code"] == code)].iloc[0]
                    for number, name in enumerate(columns):
                        figure = (shown[place, number] - 1) / 1000
                        assert figure == pytest.approx(line[name], abs=5e-4), (scope, code, name)


def test_evenness_is_that_of_the_minutes(payload):
    result = make_comparison(hostile=True)
    times = read_times(result)
    for row, scenario in enumerate(result.scenarios):
        people = result.people_of(scenario.key)
        for p, profile in enumerate(result.study.profiles):
            for c, category in enumerate(result.study.categories):
                before = times.today((profile, category))
                after = times.of(scenario.key, (profile, category))
                both = ~np.isnan(before) & ~np.isnan(after)
                for index, minutes in zip(payload["gini"][row][p][c], (before, after), strict=True):
                    expected = gini(minutes[both], people[both])
                    assert index == (None if np.isnan(expected) else round(expected, 3))


def test_differences_within_noise_are_told_cell_by_cell():
    result = make_comparison()
    assert read_noise(result) is None
    marks = pd.array(np.arange(len(result.differences)) % 3 > 0, "boolean")
    marks[::3] = pd.NA
    result = replace(result, differences=result.differences.assign(within_noise=marks))
    own = result.differences["minutes_gained"].abs() >= 1
    expected = (own & marks.fillna(False)).to_numpy(bool)
    assert read_noise(result).ravel().tolist() == expected.tolist()
    assert 0 < expected.sum() < own.sum()
    network = street_network(result.networks)
    backdrop = make_backdrop(network, result.residents, result.communes)
    gains = who_gains(result)
    payload = compose_payload(result, read_times(result), backdrop, gains, read_words("en"))
    listed = [
        len(unpack(own))
        for each in payload["cells"]["situations"][1:]
        for row in each["noise"]
        for own in row
    ]
    assert sum(listed) == expected.sum()


def test_scripts_say_only_what_they_are_given():
    scripts = "\n".join((FOLDER / "js" / f"{name}.js").read_text("utf-8") for name in PARTS)
    sections = "finding|map|page|table|web"
    whole = set(re.findall(rf'["`]((?:{sections})\.[a-z_]+)["`]', scripts))
    beginnings = tuple(set(re.findall(rf"`((?:{sections})\.[a-z_]*)\$\{{", scripts)))
    assert whole - set(TEXTS) == set()
    assert [key for key in TEXTS if key not in whole and not key.startswith(beginnings)] == []


def test_every_part_runs_and_none_writes_markup():
    found = {path.name.removesuffix(".js") for path in (FOLDER / "js").iterdir()}
    assert found == set(PARTS)
    own = read_scripts()[1].text
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
    ):
        assert word not in own


def test_what_others_wrote_is_what_its_note_says():
    note = (FOLDER / "assets" / "README.md").read_text("utf-8")
    hashes = dict(re.findall(r"^\| (\S+) \| `([0-9a-f]{64})` \|$", note, re.MULTILINE))
    assert hashes.keys() == {"vendor.js", "vendor.css", "LICENSES.txt"}
    for name, digest in hashes.items():
        assert hashlib.sha256((FOLDER / "assets" / name).read_bytes()).hexdigest() == digest
    licences = (FOLDER / "assets" / "LICENSES.txt").read_text("utf-8")
    for package, version in re.findall(
        r"^\| (\S+) \| ([\d.]+) \| \S+ \| `sha512", note, re.MULTILINE
    ):
        assert f"{package} {version}" in licences
        assert "Copyright" in licences


def test_the_note_and_the_lock_name_the_same_packages(repository):
    lock = json.loads((repository / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    note = (FOLDER / "assets" / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+) \| ([\d.]+) \| \S+ \| `(\S+)` \|$", note, re.MULTILINE)
    assert len(rows) == 4
    for package, version, integrity in rows:
        assert lock[f"node_modules/{package}"]["version"] == version
        assert lock[f"node_modules/{package}"]["integrity"] == integrity
    assert all("resolved" not in entry for entry in lock.values())


def test_styles_fetch_nothing():
    assert "url(" not in read_style()
    assert "@import" not in read_style()

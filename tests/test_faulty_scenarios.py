"""Sixty faulty scenario files, made from good ones by chance with fixed seeds: each is told so."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from artois_mobility.cli.commands import app
from study_worlds import link_text, place, write_scenario, write_town

COUNT = 60
RING = [place(1, 1), place(3, 1), place(3, 2)]


def written(points):
    return "[" + ", ".join(str(list(point)) for point in points) + "]"


GOOD = {
    "link": link_text((3, 2), (3, 3), more="speed_kmh = 4.5\noneway = false\nbridge = true"),
    "site": '[[changes]]\nkind = "add_site"\ncategory = "care/hospital"\nname = "Nouveau"\n'
    f"at = {list(place(5, 1))}\ncapacity = 40\n",
    "move": '[[changes]]\nkind = "move_site"\nsite = "Pharmacie du Sud"\n'
    f"to = {list(place(5, 1))}\n",
    "close": '[[changes]]\nkind = "close_ways"\nids = [300]\nnames = ["Rue 1"]\n'
    f"within = {written(RING)}\nbegin = 2027-03-01\nend = 2027-03-09\n",
    "speed": '[[changes]]\nkind = "set_speed"\nkmh = 20.0\nclasses = ["residential"]\n'
    f'within = {written(RING)}\nprofiles = ["car"]\n',
    "traffic": '[[changes]]\nkind = "congestion"\nfactor = 1.5\nclasses = ["residential"]\n',
    "drawn": '[[changes]]\nkind = "add_link"\nprofiles = ["walk"]\n'
    'geometry_from = { file = "plan.gpkg", layer = "lines", where = "id = 1", name_field = '
    '"nom" }\n',
}
# What a planner can do about it stands in every message, in one of these ways.
ADVICE = re.compile(
    r"[Aa]llowed|[Dd]id you mean|[Gg]ive |[Ss]ave |[Ss]wap|Draw|Look |[Tt]ake |remove|[Cc]hoose|"
    r"Set it|Say which|it has|columns|[Nn]ame |[Cc]hange|Check|looked for|needs|[Ww]rite|rename|"
    r"quotes|missing|categories are those"
)


def pick(draw, *names):
    """One of the good scenarios, as lines."""
    name = str(draw.choice(names or list(GOOD)))
    return GOOD[name].splitlines()


def key_lines(lines, *keys):
    return [row for row, text in enumerate(lines) if re.match(r"\w+ =", text)
            and (not keys or text.split(" =")[0] in keys)]  # fmt: skip


def put(lines, row, value):
    key = lines[row].split(" =")[0]
    lines[row] = f"{key} = {value}"
    return lines, key


def wrong_type(draw):
    lines = pick(draw)
    row = int(draw.choice(key_lines(lines)))
    value = lines[row].split(" = ", 1)[1]
    wrong = "3.25" if value[0] in '"[{t' or value[:4] == "2027" else '"much"'
    wrong = "true" if value[0] == "[" and draw.random() < 0.5 else wrong
    lines, key = put(lines, row, wrong)
    return lines, rf"line {row + 2}, changes\[1\]\.{key}"


def misspelt_key(draw):
    lines = pick(draw, "site", "move", "speed", "traffic", "link", "drawn")
    row = int(draw.choice([each for each in key_lines(lines) if not lines[each].startswith(
        ("kind", "at ", "to ", "kmh"))]))  # fmt: skip
    key = lines[row].split(" =")[0]
    cut = int(draw.integers(1, len(key) - 1))
    lines[row] = lines[row].replace(key, key[:cut] + key[cut + 1 :], 1)
    return lines, rf"line {row + 2}, .*is no key here\. Did you mean .*{key}"


def misspelt_kind(draw):
    lines = pick(draw)
    kind = lines[1].split('"')[1]
    cut = int(draw.integers(1, len(kind) - 1))
    lines[1] = f'kind = "{kind[:cut] + kind[cut + 1 :]}"'
    return lines, rf"line 3, changes\[1\]\.kind .*Did you mean .*{kind}"


def unknown_kind(draw):
    lines = pick(draw)
    lines[1] = f'kind = "{draw.choice(["bridge", "9", "ouvrir"])}"'
    return lines, r"line 3, changes\[1\]\.kind .*(Allowed|Did you mean)"


def swapped(draw):
    lines = pick(draw, "site", "move", "link")
    row = key_lines(lines, "at", "to", "geometry")[0]
    lines[row] = re.sub(r"\[([\d.]+), ([\d.]+)\]", r"[\2, \1]", lines[row])
    return lines, r"outside the extract.*Longitude comes first: swap the two"


def in_metres(draw):
    lines = pick(draw, "site", "move", "link")
    row = key_lines(lines, "at", "to", "geometry")[0]
    lines[row] = re.sub(r"\[([\d.]+), ([\d.]+)\]", "[688000, 7036000]", lines[row], count=1)
    return lines, r'nowhere on Earth.*crs = "EPSG:2154"'


def unknown_system(draw):
    lines = pick(draw, "site", "move", "link", "speed")
    crs = draw.choice(["EPSG:99999", "Lambert", "2154x", "EPSG:5720", "EPSG:4978"])
    return [*lines, f'crs = "{crs}"'], rf"line 2, changes\[1\]\.crs is '{crs}'.*, .*EPSG:2154"


def unknown_ids(draw):
    lines, _ = put(pick(draw, "close"), 2, f"ids = [{draw.integers(301, 399)}]"[6:])
    return lines, r"line 2, changes\[1\] .*1 of 1 way ids are not in the extract"


def unknown_name(draw):
    lines, _ = put(pick(draw, "close"), 3, draw.choice(['["Rue 11"]', '["rue 1"]']))
    return lines, "no street or waterway is called"


def unknown_site(draw):
    lines, _ = put(pick(draw, "move"), 2, draw.choice(['"Pharmacie Sud"', '"n123"', '"w9"']))
    return lines, "is not among the sites of .*(Did you mean|Allowed)"


def unknown_category(draw):
    lines, _ = put(pick(draw, "site"), 2, draw.choice(['"care/hopital"', '"soins"', '"care/ "']))
    return lines, "Unknown category"


def unknown_class(draw):
    lines = pick(draw, "speed", "traffic")
    row = key_lines(lines, "classes")[0]
    lines, _ = put(lines, row, '["residentail"]')
    return lines, "names the class 'residentail'.*Did you mean residential"


def unknown_profile(draw):
    lines = pick(draw, "speed", "link", "drawn")
    lines, _ = put(lines, key_lines(lines, "profiles")[0], draw.choice(['["wlak"]', '["marche"]']))
    return lines, r"names the profile .*(Did you mean|Allowed)"


def out_of_bounds(draw):
    name, key, value = [
        ("link", "speed_kmh", "-4.5"), ("site", "capacity", "-1"), ("speed", "kmh", "0.0"),
        ("traffic", "factor", "0.49"), ("traffic", "factor", "-1.5"), ("speed", "kmh", "300.5"),
        ("traffic", "factor", "10.1"), ("link", "speed_kmh", "1e308"),
        ("link", "speed_kmh", "1e-9"), ("speed", "kmh", "0.49"), ("speed", "kmh", "1e-300"),
    ][int(draw.integers(11))]  # fmt: skip
    lines = pick(draw, name)
    row = key_lines(lines, key)[0]
    lines, _ = put(lines, row, value)
    return (
        lines,
        rf"line {row + 2}, changes\[1\]\.{key} is .*allowed is (above|below|[\d.]+ (or|to))",
    )


def no_number(draw):
    lines = pick(draw, "site", "move", "link", "traffic", "speed")
    rows = key_lines(lines, "at", "to", "geometry", "factor", "kmh", "capacity")
    row = int(draw.choice(rows))
    value = str(draw.choice(["nan", "inf", "-inf"]))
    lines[row] = re.sub(r"\d+\.?\d*", value, lines[row], count=1)
    return lines, rf"line {row + 2}, .* is {value}; allowed is a finite number"


def empty_list(draw):
    lines = pick(draw, "link", "speed", "close")
    row = int(draw.choice(key_lines(lines, "geometry", "profiles", "within")))
    lines, key = put(lines, row, "[]")
    return lines, rf"line {row + 2}, changes\[1\]\.{key} is .*at least \d entr"


def huge_number(draw):
    lines = pick(draw, "close", "site", "traffic")
    row = int(draw.choice(key_lines(lines, "ids", "capacity", "factor")))
    lines, key = put(lines, row, "[" * (key_lines(lines, "ids") == [row]) + "9" * 30
                     + "]" * (key_lines(lines, "ids") == [row]))  # fmt: skip
    return lines, rf"line {row + 2}, changes\[1\]\.{key}"


def wrong_encoding(draw):
    text = 'name = "Été"\n' + "\n".join(pick(draw))
    coding = str(draw.choice(["latin-1", "utf-16", "cp1252"]))
    return {"works.toml": text.encode(coding)}, "line 1 is not UTF-8 text. Save the file with"


def twice_a_key(draw):
    lines = pick(draw)
    row = int(draw.choice(key_lines(lines)))
    lines.insert(row, lines[row])
    return lines, rf"line {row + 3}, column \d+: .*It reads"


def missing_bracket(draw):
    lines = pick(draw)
    rows = [row for row in key_lines(lines) if lines[row][-1] in '"]}']
    row = int(draw.choice(rows))
    lines[row] = lines[row][:-1]
    return lines, r"line \d+.*: "


def comma_decimal(draw):
    lines = pick(draw, "traffic", "link", "speed")
    row = key_lines(lines, "factor", "speed_kmh", "kmh")[0]
    lines[row] = lines[row].replace(".", ",")
    return lines, rf"line {row + 2}, column \d+: .*numbers have a decimal point"


def single_bracket(draw):
    lines = pick(draw)
    lines[0] = "[changes]"
    return lines, r"changes is .*one block that begins with \[\[changes\]\]"


def missing_key(draw):
    lines = pick(draw, "site", "move", "link", "traffic")
    rows = key_lines(lines, "at", "to", "geometry", "category", "site", "factor", "profiles")
    row = int(draw.choice(rows))
    key = lines.pop(row).split(" =")[0]
    return lines, rf"line 2, changes\[1\]\.{key} is missing\. Write {key} = "


def bad_day(draw):
    value, told = [
        ("2027-02-30", "line 8: .*is no day. Write end = 2027-03-01"),
        ("20270301", "is 20270301; allowed is a day"),
        ("01/03/2027", r"line 8: .*Write end = 2027-03-01"), ('"01/03/2027"', "allowed is a day"),
        ("2027-3-1", r"line 8: .*Write end = 2027-03-01"), ("31.02.2027", "Write end = 2027-03-01"),
        ("2027-03-01T08:30:00", "allowed is a day without an hour"),
        ("2026-01-01", "ends on 2026-01-01, before it begins"), ('"mars"', "allowed is a day"),
    ][int(draw.integers(9))]  # fmt: skip
    lines = pick(draw, "close")
    lines, _ = put(lines, key_lines(lines, "end")[0], value)
    return lines, told


def far_link(draw):
    x, side = draw.uniform(1.4, 1.6), draw.choice([-1, 1])
    text = link_text((x, 2 - 0.3), (x + 1, 1)) if side > 0 else link_text((x, 1), (x, 1.3))
    return text.splitlines(), r"(begins|ends) at .*6\d m from .*allowed are 30 m. Draw the end"


def odd_ring(draw):
    lines = pick(draw, "close", "speed")
    rings = [
        ([place(1, 1), place(3, 1), place(1, 2), place(3, 2)], "encloses no clear area"),
        ([place(1, 1), place(2, 1), place(3, 1)], "encloses no clear area"),
        ([place(1, 1), place(2, 1)], "at least 3 entries"),
        ([place(90, 1), place(92, 1), place(92, 3)], "lies outside the extract"),
    ]
    points, told = rings[int(draw.integers(4))]
    lines, _ = put(lines, key_lines(lines, "within")[0], written(points))
    return lines, told


def said_twice(draw):
    lines = pick(draw, "site", "link", "traffic", "speed")
    return [*lines, *lines], r"changes\[2\] .*repeats changes\[1\] word for word: remove one"


def contradiction(draw):
    first, second = (
        GOOD["traffic"].replace("1.5", f"{factor:g}") for factor in draw.choice([2, 3, 4], 2, False)
    )
    return (first + second).splitlines(), r"changes\[2\] .*sets another speed than changes\[1\]"


def ring_of_files(draw):
    length = int(draw.integers(1, 5))
    names = ["works", *(f"part{number}" for number in range(length - 1))]
    files = {
        f"{name}.toml": f'name = "{name}"\ncombine = ["{names[(row + 1) % length]}.toml"]\n'
        for row, name in enumerate(names)
    }
    chain = " -> ".join(f"{name}.toml" for name in (*names, "works"))
    return files, rf"line 2, combine\[1\] leads back to where it began: {chain}. Take one"


def no_such_part(draw):
    given, told = [("prat.toml", "Did you mean part.toml"), ("sub/part.toml", "does not exist"),
                   (".", "is a folder")][int(draw.integers(3))]  # fmt: skip
    files = {"works.toml": f'name = "W"\ncombine = ["{given}"]\n', "part.toml": 'name = "P"\n'}
    return files, rf"works.toml has 1 problem:\n  line 2, combine\[1\]: .*{told}"


def faulty_part(draw):
    lines, told = (wrong_type, misspelt_key, no_number)[int(draw.integers(3))](draw)
    part = 'name = "P"\n' + "\n".join(lines)
    return {"works.toml": 'name = "W"\ncombine = ["part.toml"]\n', "part.toml": part}, (
        rf"part.toml has \d problems?:\n(.*\n)*?.*{told}"
    )


def parts_that_differ(draw):
    factors = draw.choice([2, 3, 4], 2, False)
    files = {
        f"part{row}.toml": f'name = "P"\n\n{GOOD["traffic"].replace("1.5", f"{factor:g}")}'
        for row, factor in enumerate(factors)
    }
    files["works.toml"] = 'name = "W"\ncombine = ["part0.toml", "part1.toml"]\n'
    return files, (
        r"part1.toml, line 3, changes\[1\] \(congestion\) sets another speed than part0.toml, "
        r"line 3, changes\[1\] on"
    )


def faulty_layer(draw):
    source, told = LAYER_FAULTS[int(draw.integers(len(LAYER_FAULTS)))]
    lines, _ = put(pick(draw, "drawn"), 3, source)
    return lines, rf"line 5, changes\[1\]\.geometry_from.*{told}"


def two_sources(draw):
    lines = pick(draw, "drawn")
    more, told = [
        (
            f"geometry = {written(RING)}",
            "geometry_from stands beside geometry: give one of the two",
        ),
        ('crs = "EPSG:2154"', "crs is not needed: the layer has its own. Take it away"),
        ('name = "A"', "name_field stands beside name: give one of the two"),
    ][int(draw.integers(3))]
    return [*lines, more], told


def odd_street(draw):
    text, told = STREET_FAULTS[int(draw.integers(len(STREET_FAULTS)))]
    return ["[[changes]]", *text.splitlines()], told


def other_file(draw):
    content = [
        (b"", "name is missing. Write name = "), (b'{"name": "W"}', "line 1, column"),
        (b"kind;at\nadd_site;2.8", "line 1, column"), (b"\x00\x01\x02\xff", "is not UTF-8|column"),
        (b'name = "W"\n[data]\nextract = "town.osm.pbf"\n', "data is no key here. Allowed: name"),
        (b'name = "W"\nchanges = []\nchange = []\n', "change is no key here. Did you mean changes"),
    ]  # fmt: skip
    data, told = content[int(draw.integers(6))]
    return {"works.toml": data}, told


LAYER_FAULTS = [
    ('{ file = "paln.gpkg" }', "'paln.gpkg' does not exist.*Did you mean plan.gpkg"),
    ('{ file = "plan.gpkg" }', "has 3 layers: lines, points, nowhere. Say which"),
    ('{ file = "plan.gpkg", layer = "line" }', "no layer 'line'; it has lines, .*Did you mean"),
    ('{ file = "plan.gpkg", layer = "lines", where = "idd = 1" }', "no such column: idd.*id, nom"),
    ('{ file = "plan.gpkg", layer = "lines", where = "id = 7" }', "'id = 7' finds none"),
    ('{ file = "plan.gpkg", layer = "lines", where = "id ==" }', "cannot be used on .*incomplete"),
    ('{ file = "plan.gpkg", layer = "points" }', "is of type Point; allowed are lines"),
    ('{ file = "plan.gpkg", layer = "nowhere" }', "has no coordinate system. Set it in QGIS"),
    (
        '{ file = "plan.gpkg", layer = "lines", name_field = "non" }',
        "no column 'non'.*Did you mean",
    ),
    ('{ file = "data/residents.csv" }', "is of no known kind; allowed are .gpkg"),
    ('{ file = "bad.gpkg" }', "cannot be read as a layer"),
    ('{ fil = "plan.gpkg" }', "file is missing"),
    ('{ file = "plan.gpkg", layer = "lines", filtre = "id = 1" }', "no key here.*mean where"),
    ('"plan.gpkg"', r"is 'plan.gpkg'; allowed is geometry_from = \{ file"),
    ('{ file = "data" }', "is a folder"),
]
STREET_FAULTS = [
    (
        'kind = "set_oneway"\nids = [100]',
        r"line 2, changes\[1\]\.direction is missing. Allowed: 'along', 'against', 'both'",
    ),
    (
        'kind = "set_oneway"\nnames = ["Rue 1"]\ndirection = "double sens"',
        r"line 5, changes\[1\]\.direction is 'double sens'; allowed is 'along'",
    ),
    (
        'kind = "set_access"\nids = [399]\nto = "pedestrians"',
        r"has 1 problem:\n  line 2, changes\[1\] .*1 of 1 way ids are not in the extract",
    ),
    (
        'kind = "set_turn"\nfrom_way = 100\nvia = 2\nto_way = 101',
        r"changes\[1\]\.allowed is missing. Write allowed = false to forbid the turn",
    ),
    (
        'kind = "set_speed"\nids = [100]\nfactor = 0.001',
        r"line 5, changes\[1\]\.factor is 0.001; allowed is 0.01 to 100",
    ),
    (
        'kind = "remove_barrier"\nids = [100]',
        r"changes\[1\]\.within is missing. Write within = \[\[.* Or name a layer",
    ),
]
FAULTS = [
    wrong_type, misspelt_key, misspelt_kind, unknown_kind, swapped, in_metres, unknown_system,
    unknown_ids, unknown_name, unknown_site, unknown_category, unknown_class, unknown_profile,
    out_of_bounds, no_number, empty_list, huge_number, wrong_encoding, twice_a_key,
    missing_bracket, comma_decimal, single_bracket, missing_key, bad_day, far_link, odd_ring,
    said_twice, contradiction, ring_of_files, no_such_part, faulty_part, parts_that_differ,
    faulty_layer, two_sources, odd_street, other_file,
]  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    study = write_town(folder)
    write_layers(folder / "plan.gpkg")
    (folder / "bad.gpkg").write_bytes(b"no layer at all")
    return study


def write_layers(path):
    lines = [shapely.LineString([place(c, 2), place(c, 3)]) for c in (3, 5)]
    table = {"id": [1, 2], "nom": ["Aval", "Amont"]}
    gpd.GeoDataFrame(table, geometry=lines, crs=4326).to_crs(2154).to_file(path, layer="lines")
    points = [shapely.Point(place(c, 1)) for c in (2, 4)]
    gpd.GeoDataFrame(table, geometry=points, crs=4326).to_file(path, layer="points")
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        gpd.GeoDataFrame(table, geometry=lines).to_file(path, layer="nowhere")


def compare(study, scenario):
    folder = study.parent
    words = ["compare", study, scenario, "--output", folder / "out", "--quiet", "--lang", "en"]
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("number", range(max(COUNT, 2 * len(FAULTS))))
def test_a_faulty_file_is_refused_with_what_to_do_about_it(town, number):
    fault = FAULTS[number % len(FAULTS)]
    files, told = fault(np.random.default_rng(number))
    if not isinstance(files, dict):
        files = {"works.toml": 'name = "Works"\n' + "\n".join(files) + "\n"}
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (town.parent / name).write_bytes(data)
    done = compare(town, town.parent / "works.toml")
    message = done.output
    assert done.exit_code == 2, message
    assert message.startswith("Error: ")
    assert re.search(told, message), message
    assert "works.toml" in message or "part" in message
    assert re.search(r"line \d+|[a-z]+ is missing|\w+\[\d\]|changes is", message), message
    assert ADVICE.search(message), message
    for word in ("Traceback", "pydantic", "fault of the program", "NoneType", "<class"):
        assert word not in message
    assert not (town.parent / "out").exists()


@pytest.mark.parametrize(("text", "told"), STREET_FAULTS)
def test_every_faulty_change_of_a_street_is_told(town, text, told):
    scenario = write_scenario(town.parent, "street", f"[[changes]]\n{text}\n")
    done = compare(town, scenario)
    assert done.exit_code == 2
    assert re.search(told, done.output), done.output


@pytest.mark.parametrize("key", GOOD)
def test_the_files_are_good_before_they_are_spoilt(town, key):
    scenario = write_scenario(town.parent, f"good_{key}", GOOD[key])
    words = ["compare", str(town), str(scenario), "--dry-run", "--lang", "en"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output

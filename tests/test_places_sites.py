from collections import Counter

import numpy as np
import osmium
import pandas as pd
import pytest
import shapely

from artois_mobility.errors import PlacesError
from artois_mobility.osm.reader import read_osm
from artois_mobility.places.sites import COLUMNS, merge_sites, read_sites
from osm_files import write_osm

LENS = (2.8319, 50.4289)
METRE_LAT = 1 / 111_240  # degrees


def north(metres):
    return LENS[0], LENS[1] + metres * METRE_LAT


def extract_of(tmp_path, nodes, ways=None, relations=None):
    return read_osm(write_osm(tmp_path / "sites.osm", nodes, ways, relations))


def square(first, side_m=200.0, at_m=0.0, **tags_of_corner):
    """Four corner nodes numbered from `first`."""
    lon, lat = north(at_m)
    side = side_m * METRE_LAT
    corners = [(0, 0), (side, 0), (side, side), (0, side)]
    return {
        first + row: (lon + dx, lat + dy, tags_of_corner.get(f"c{row}", {}))
        for row, (dx, dy) in enumerate(corners)
    }


class TestFromAnExtract:
    def test_nodes_ways_and_relations(self, tmp_path):
        nodes = {
            1: (*LENS, {"amenity": "library", "name": "Médiathèque", "capacity": "40"}),
            **square(10, at_m=1_000),
            **square(20, at_m=2_000),
        }
        ways = {
            5: ([10, 11, 12, 13, 10], {"amenity": "hospital", "name": "CH", "ref:FR:FINESS": "62"}),
            6: ([20, 21, 22], {}),
            7: ([22, 23, 20], {}),
        }
        relations = {
            9: ([("w", 6, "outer"), ("w", 7, "outer")], {"type": "multipolygon", "leisure": "park"})
        }
        sites = read_sites(extract_of(tmp_path, nodes, ways, relations))
        assert tuple(sites.columns) == COLUMNS
        rows = {row.site: row for row in sites.itertuples()}
        assert set(rows) == {"n1", "w5", "r9"}
        assert rows["n1"].category == "culture/library"
        assert (rows["n1"].name, rows["n1"].capacity) == ("Médiathèque", 40)
        assert (rows["n1"].position_quality, rows["w5"].position_quality) == ("point", "outline")
        assert rows["n1"].entrances is None
        assert (rows["w5"].finess, rows["w5"].source) == ("62", "osm")
        assert np.isnan(rows["w5"].capacity)
        assert rows["w5"].entrances.geom_type == "LineString"
        assert shapely.Polygon(rows["w5"].entrances).contains(rows["w5"].geometry)
        assert rows["r9"].category == "culture/park"
        assert sites.crs == "EPSG:4326"
        counts = {"left_out": {}, "passed_over": {}, "not_open": {}}
        assert sites.attrs == {"merged": [], "refused": [], **counts}

    def test_one_row_for_each_category(self, tmp_path):
        tags = {"amenity": "hospital", "emergency": "yes"}
        sites = read_sites(extract_of(tmp_path, {1: (*LENS, tags)}))
        assert list(zip(sites.site, sites.category, strict=True)) == [
            ("n1", "care/hospital"),
            ("n1", "care/emergency"),
        ]

    def test_only_the_categories_asked_for(self, tmp_path):
        nodes = {1: (*LENS, {"amenity": "library"}), 2: (*LENS, {"amenity": "pharmacy"})}
        extract = extract_of(tmp_path, nodes)
        assert read_sites(extract, ["culture"]).category.tolist() == ["culture/library"]
        assert read_sites(extract, ["care/*"]).category.tolist() == ["care/pharmacy"]
        assert read_sites(extract, []).empty
        with pytest.raises(PlacesError, match="did you mean 'culture'"):
            read_sites(extract, ["cultur"])

    def test_what_is_gone_is_counted_and_left_out(self, tmp_path):
        nodes = {
            1: (*LENS, {"disused:amenity": "hospital", "historic": "no", "man_made": "works"}),
            2: (*LENS, {"abandoned:amenity": "library", "amenity": "bench"}),
            3: (*LENS, {"amenity": "pharmacy", "disused": "yes"}),
            4: (*north(900), {"man_made": "headframe", "disused": "yes"}),
            5: (*north(1_900), {"amenity": "library", "disused:shop": "books"}),
        }
        sites = read_sites(extract_of(tmp_path, nodes))
        assert sites.site.tolist() == ["n4", "n5"]
        assert sites.attrs["left_out"] == {"disused or abandoned": 3}

    def test_entrances_on_the_outline_come_first(self, tmp_path):
        corners = square(10, c0={"entrance": "main"}, c1={"barrier": "gate"})
        ways = {5: ([10, 11, 12, 13, 10], {"amenity": "hospital"})}
        entrances = read_sites(extract_of(tmp_path, corners, ways)).entrances[0]
        assert entrances.geom_type == "MultiPoint"
        doors = [corners[10][:2], corners[11][:2]]
        np.testing.assert_allclose(shapely.get_coordinates(entrances), doors, atol=1e-7)

    @pytest.mark.parametrize(
        "tags",
        [
            {"entrance": "no"},
            {"entrance": "exit"},
            {"entrance": "emergency"},
            {"barrier": "gate", "access": "private"},
            {"barrier": "bollard"},
        ],
    )
    def test_what_is_no_entrance(self, tmp_path, tags):
        ways = {5: ([10, 11, 12, 13, 10], {"amenity": "hospital"})}
        sites = read_sites(extract_of(tmp_path, square(10, c0=tags), ways))
        assert sites.entrances[0].geom_type == "LineString"

    def test_a_gate_of_a_multipolygon(self, tmp_path):
        corners = square(10, c2={"barrier": "gate"})
        ways = {5: ([10, 11, 12, 13, 10], {"barrier": "fence"})}
        relations = {9: ([("w", 5, "outer")], {"type": "multipolygon", "amenity": "university"})}
        sites = read_sites(extract_of(tmp_path, corners, ways, relations))
        assert sites.category.tolist() == ["training/university"]
        assert len(sites.entrances[0].geoms) == 1

    def test_a_hole_is_no_place_to_be(self, tmp_path):
        nodes = {**square(10, 300.0), 20: (0, 0), **square(30, 100.0, 100.0)}
        lon_shift = 100 * METRE_LAT
        for corner in range(30, 34):
            lon, lat, tags = nodes[corner]
            nodes[corner] = (lon + lon_shift, lat, tags)
        ways = {5: ([10, 11, 12, 13, 10], {}), 6: ([30, 31, 32, 33, 30], {})}
        members = [("w", 5, "outer"), ("w", 6, "inner")]
        relations = {9: (members, {"type": "multipolygon", "leisure": "park"})}
        sites = read_sites(extract_of(tmp_path, nodes, ways, relations))
        hole = shapely.Polygon([nodes[corner][:2] for corner in range(30, 34)])
        assert not hole.contains(sites.geometry[0])

    def test_a_torn_outline_still_gives_a_site(self, tmp_path):
        nodes = square(10)
        ways = {5: ([10, 11, 12, 13, 99, 10], {"amenity": "hospital"}), 6: ([10, 11], {})}
        relations = {
            7: (
                [("w", 6, "outer"), ("w", 88, "outer")],
                {"type": "multipolygon", "leisure": "park"},
            ),
            8: ([("w", 88, "outer")], {"type": "multipolygon", "amenity": "library"}),
        }
        sites = read_sites(extract_of(tmp_path, nodes, ways, relations))
        assert set(sites.site) == {"w5", "r7"}
        assert sites.attrs["left_out"] == {
            "without a position in the file": 1,
            "incomplete outline": 2,
        }

    def test_an_outline_that_is_its_own_hole_is_left_out_and_the_others_stay(self, tmp_path):
        nodes = {**square(10), 20: (2.8, 50.4, {"amenity": "hospital"})}
        members = [("w", 5, "outer"), ("w", 5, "inner")]
        relations = {9: (members, {"type": "multipolygon", "amenity": "hospital"})}
        extract = extract_of(tmp_path, nodes, {5: ([10, 11, 12, 13, 10], {})}, relations)
        sites = read_sites(extract)
        assert sites.site.tolist() == ["n20"]
        assert sites.attrs["left_out"] == {"outline that encloses nothing": 1}

    def test_a_pier_is_a_line(self, tmp_path):
        ways = {5: ([10, 11], {"man_made": "pier"})}
        sites = read_sites(extract_of(tmp_path, square(10), ways))
        assert sites.category.tolist() == ["transport/quay"]
        assert sites.entrances[0].geom_type == "LineString"

    def test_an_area_crossing_itself_has_a_position(self, tmp_path):
        ways = {5: ([10, 12, 11, 13, 10], {"leisure": "park"})}
        sites = read_sites(extract_of(tmp_path, square(10), ways))
        assert sites.geometry.is_valid.all()

    def test_nothing_of_interest(self, tmp_path):
        extract = extract_of(tmp_path, {1: (*LENS, {"highway": "crossing"})})
        sites = read_sites(extract)
        assert sites.empty
        assert tuple(sites.columns) == COLUMNS


class TestMerging:
    def sites(self, tmp_path, *metres, **tags):
        tags = tags or {"amenity": "pharmacy"}
        nodes = {row + 1: (*north(each), tags) for row, each in enumerate(metres)}
        return read_sites(extract_of(tmp_path, nodes))

    def test_within_fifty_metres_is_one(self, tmp_path):
        sites = self.sites(tmp_path, 0, 49)
        assert sites.site.tolist() == ["n1"]
        merged = sites.attrs["merged"]
        assert [(row["kept"], row["merged"], row["why"]) for row in merged] == [
            ("n1", "n2", "within 50 m")
        ]
        assert merged[0]["metres"] == pytest.approx(49, abs=0.5)

    def test_beyond_fifty_metres_is_two(self, tmp_path):
        assert len(self.sites(tmp_path, 0, 51)) == 2

    def test_a_chain_is_not_one(self, tmp_path):
        assert self.sites(tmp_path, 0, 40, 80, 120).site.tolist() == ["n1", "n3"]

    def test_other_categories_are_not_merged(self, tmp_path):
        nodes = {1: (*LENS, {"amenity": "library"}), 2: (*LENS, {"amenity": "pharmacy"})}
        assert len(read_sites(extract_of(tmp_path, nodes))) == 2

    def test_a_shared_number_is_one_at_any_distance(self, tmp_path):
        tags = {"amenity": "hospital", "ref:FR:FINESS": "620000123"}
        sites = self.sites(tmp_path, 0, 900, **tags)
        assert len(sites) == 1
        assert sites.attrs["merged"][0]["why"] == "same number"

    def test_areas_come_before_points(self, tmp_path):
        nodes = {1: (*north(100), {"amenity": "hospital", "name": "CH"}), **square(10)}
        lon, lat = north(100)
        nodes[1] = (lon + 100 * METRE_LAT, lat, nodes[1][2])
        ways = {5: ([10, 11, 12, 13, 10], {"amenity": "hospital"})}
        sites = read_sites(extract_of(tmp_path, nodes, ways))
        assert sites.site.tolist() == ["w5"]
        assert sites.name.tolist() == ["CH"]  # filled in from the point
        assert sites.entrances[0] is not None

    def test_across_tables(self, tmp_path):
        path = tmp_path / "own.csv"
        path.write_text(
            f"category,lon,lat,capacity\ncare/pharmacy,{LENS[0]},{LENS[1]},3\n"
            f"care/pharmacy,{LENS[0]},{LENS[1] + 0.01},4\n",
            encoding="utf-8",
        )
        sites = merge_sites(self.sites(tmp_path, 0), read_sites(path))
        assert sites.site.tolist() == ["n1", "own-2"]
        assert sites.capacity.tolist() == [3, 4]
        assert sites.attrs["merged"][0]["merged"] == "own-1"

    def test_the_same_id_in_two_tables_is_told_apart(self, tmp_path):
        for name, lat in (("a.csv", 50.4), ("b.csv", 50.5)):
            text = f"id,category,lon,lat\n1,care/pharmacy,2.8,{lat}\n"
            (tmp_path / name).write_text(text, encoding="utf-8")
        sites = merge_sites(read_sites(tmp_path / "a.csv"), read_sites(tmp_path / "b.csv"))
        assert sites.site.tolist() == ["1", "b.csv:1"]

    def table(self, tmp_path, name, *rows):
        """A file with pharmacies: name, metres north, FINESS number."""
        lines = [
            f"{label},care/pharmacy,{north(at)[0]},{north(at)[1]},{no}" for label, at, no in rows
        ]
        text = "\n".join(["name,category,lon,lat,finess", *lines])
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
        return read_sites(tmp_path / name)

    def test_other_numbers_are_never_one(self, tmp_path):
        nodes = {
            row: (*north(row), {"amenity": "pharmacy", "ref:FR:FINESS": f"62000012{row}"})
            for row in (1, 2)
        }
        assert len(read_sites(extract_of(tmp_path, nodes))) == 2
        sites = self.table(tmp_path, "a.csv", ("X", 0, "620000121"), ("X", 9, "620000122"))
        assert len(sites) == 2
        # nor by way of a third, which has the number of neither
        third = self.sites(tmp_path, 4)
        assert sorted(merge_sites(third, sites).finess) == ["620000121", "620000122"]
        assert len(merge_sites(self.sites(tmp_path, 0, 900), sites)) == 3

    def test_rows_of_a_file_are_one_by_their_name_only(self, tmp_path):
        doctors = [("", 0, "")] * 5
        assert len(self.table(tmp_path, "a.csv", *doctors)) == 5
        named = [("Du Parc", 0, ""), (" du parc", 40, ""), ("Du Port", 45, ""), ("Du Parc", 90, "")]
        sites = self.table(tmp_path, "b.csv", *named)
        assert sites.site.tolist() == ["b-1", "b-3", "b-4"]
        assert [row["merged"] for row in sites.attrs["merged"]] == ["b-2"]

    def test_a_site_takes_in_the_nearest_row_of_another_file(self, tmp_path):
        osm = self.sites(tmp_path, 0)
        rows = self.table(tmp_path, "a.csv", ("", 40, ""), ("", 5, ""), ("", 5, ""), ("", -30, ""))
        sites = merge_sites(osm, rows)
        assert sites.site.tolist() == ["n1", "a-1", "a-3", "a-4"]
        (merged,) = sites.attrs["merged"]
        assert (merged["merged"], merged["why"]) == ("a-2", "within 50 m")
        # the others stay when they are merged again
        assert merge_sites(sites).site.tolist() == sites.site.tolist()
        assert len(merge_sites(sites, rows[:0])) == 4
        assert merge_sites(rows, osm).site.tolist() == ["a-1", "a-2", "a-3", "a-4"]

    def test_each_takes_in_its_own(self, tmp_path):
        one = self.table(tmp_path, "a.csv", ("", 0, ""), ("", 20, ""))
        other = self.table(tmp_path, "b.csv", ("", 21, ""), ("", 12, ""))
        merged = merge_sites(one, other).attrs["merged"]
        assert {(row["kept"], row["merged"]) for row in merged} == {("a-2", "b-1"), ("a-1", "b-2")}

    def test_a_number_shared_is_that_of_the_file_s_row(self, tmp_path):
        nodes = {1: (*LENS, {"amenity": "pharmacy", "ref:FR:FINESS": "620000121"})}
        osm = read_sites(extract_of(tmp_path, nodes))
        rows = self.table(tmp_path, "a.csv", ("", 5, ""), ("", 900, "620000121"))
        sites = merge_sites(osm, rows)
        assert sites.site.tolist() == ["n1", "a-1"]

    @pytest.mark.parametrize("seed", range(20))
    def test_no_merge_breaks_a_rule(self, tmp_path, seed):
        draw = np.random.default_rng(seed)
        tables = []
        for name in ("a.csv", "b.csv", "c.csv"):
            numbers = draw.choice(["", "", "620000001", "620000002"], 8)
            names = draw.choice(["", "P", "Q"], 8)
            rows = zip(names, draw.integers(0, 200, 8), numbers, strict=True)
            tables.append(self.table(tmp_path, name, *rows))
        osm = self.sites(tmp_path, *draw.integers(0, 200, 5).tolist())
        sites = merge_sites(osm, *tables)
        rows = pd.concat([osm, *tables]).set_index("site")
        groups = {kept: [kept] for kept in sites.site}
        for row in sites.attrs["merged"][-(len(rows) - len(sites)) or len(rows) :]:
            groups[row["kept"]].append(row["merged"])
        assert sum(map(len, groups.values())) == len(rows)
        for members in groups.values():
            assert rows.loc[members, "finess"].replace("", None).nunique() <= 1
        near = {row["merged"] for row in sites.attrs["merged"] if row["why"] == "within 50 m"}
        for kept, members in groups.items():
            by_distance = [each for each in members if each in near or each == kept]
            sources = rows.loc[by_distance, "source"]
            assert not sources.duplicated().any()
        again = merge_sites(sites)
        assert again.site.tolist() == sites.site.tolist()

    def test_merging_again_changes_nothing(self, tmp_path):
        sites = self.sites(tmp_path, 0, 40, 80, 120, 500)
        again = merge_sites(sites)
        pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(sites))
        assert again.attrs == sites.attrs

    def test_nothing_with_nothing(self, tmp_path):
        empty = read_sites(extract_of(tmp_path, {1: (*LENS, {"highway": "stop"})}))
        assert merge_sites(empty, empty).empty
        assert len(merge_sites(empty, self.sites(tmp_path, 0))) == 1


class _Count(osmium.SimpleHandler):
    """Counts tags in a file on its own."""

    def __init__(self):
        super().__init__()
        self.counts = Counter()

    def _any(self, found):
        for key in ("amenity", "tourism", "leisure"):
            if key in found.tags:
                self.counts[f"{key}={found.tags[key]}"] += 1

    node = way = relation = _any


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "documented"),
    [
        (
            "nantes-centre",
            {
                "care/hospital": 5,
                "culture/library": 14,
                "culture/museum": 6,
                "training/university": 8,
            },
        ),
        ("malta", {"care/hospital": 24, "culture/museum": 40}),
    ],
)
def test_real_sites_are_those_tagged(realdata, name, documented):
    path = realdata / "osm" / f"{name}.osm.pbf"
    counter = _Count()
    counter.apply_file(str(path))
    sites = read_sites(read_osm(path))
    rows = Counter(sites.category) + Counter(row["category"] for row in sites.attrs["merged"])
    for category, tag in (
        ("care/hospital", "amenity=hospital"),
        ("culture/library", "amenity=library"),
        ("culture/museum", "tourism=museum"),
        ("training/university", "amenity=university"),
        ("culture/cinema", "amenity=cinema"),
        ("transport/marina", "leisure=marina"),
    ):
        assert rows[category] == counter.counts[tag], category
    for category, count in documented.items():
        assert rows[category] == count
    assert not sites.duplicated(["site", "category"]).any()
    assert sites.geometry.is_valid.all()


@pytest.mark.realdata
def test_real_sites_are_far_apart(realdata):
    sites = read_sites(read_osm(realdata / "osm" / "nantes-centre.osm.pbf"))
    for _, group in sites.to_crs("EPSG:2154").groupby("category"):
        points = group.geometry.to_numpy()
        tree = shapely.STRtree(points)
        first, second = tree.query(points, predicate="dwithin", distance=49.9)
        assert (first == second).all()

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from artois_mobility.errors import PlacesError
from artois_mobility.osm.reader import read_osm
from artois_mobility.places.communes import assign_communes, read_communes
from osm_files import write_osm

# Two communes side by side, west and east, that share the way 22:
#
#   1 ---- 2 ---- 3
#   |  W   |   E  |
#   6 ---- 5 ---- 4
NODES = {
    1: (2.80, 50.42), 2: (2.82, 50.42), 3: (2.84, 50.42),
    4: (2.84, 50.40), 5: (2.82, 50.40), 6: (2.80, 50.40),
}  # fmt: skip
WAYS = {21: ([2, 1, 6, 5], {}), 22: ([2, 5], {}), 23: ([2, 3, 4, 5], {})}
WEST = [("w", 21, "outer"), ("w", 22, "outer"), ("n", 1, "admin_centre")]
EAST = [("w", 23, "outer"), ("w", 22, "")]
ADMIN = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}


def extract_of(tmp_path, relations, nodes=NODES, ways=WAYS):
    tagged = {number: (members, {**ADMIN, **tags}) for number, (members, tags) in relations.items()}
    return read_osm(write_osm(tmp_path / "communes.osm", nodes, ways, tagged))


def two(tmp_path):
    return extract_of(
        tmp_path,
        {
            1: (EAST, {"name": "Est", "ref:INSEE": "62999"}),
            2: (
                WEST,
                {
                    "name": "Ouest",
                    "ref:INSEE": "01001",
                    "population": "1 234",
                    "epci:siren": "246200364",
                    "epci:name": "CA de Lens-Liévin",
                },
            ),
        },
    )


class TestFromAnExtract:
    def test_boundaries_become_areas(self, tmp_path):
        communes = read_communes(two(tmp_path))
        assert communes.insee.tolist() == ["01001", "62999"]
        assert communes.name.tolist() == ["Ouest", "Est"]
        assert communes.epci.tolist() == ["246200364", ""]
        assert communes.epci_name.tolist() == ["CA de Lens-Liévin", ""]
        assert communes.population[0] == 1234
        assert np.isnan(communes.population[1])
        assert shapely.area(communes.geometry.to_numpy()).tolist() == pytest.approx([4e-4, 4e-4])
        assert communes.geometry[0].intersection(communes.geometry[1]).area == 0
        assert communes.attrs["left_out"] == {}
        assert communes.crs == "EPSG:4326"

    def test_other_levels_are_no_communes(self, tmp_path):
        extract = extract_of(tmp_path, {1: (EAST, {"admin_level": "6"})})
        assert read_communes(extract).empty

    def test_a_boundary_that_is_its_own_hole_is_counted(self, tmp_path):
        hole = [(kind, way, "inner") for kind, way, _ in WEST]
        relations = {1: (EAST, {"ref:INSEE": "62999"}), 2: ([*WEST, *hole], {"ref:INSEE": "62001"})}
        communes = read_communes(extract_of(tmp_path, relations))
        assert communes.insee.tolist() == ["62999"]
        assert communes.attrs["left_out"] == {"boundaries that enclose nothing": 1}

    def test_people_in_raised_digits_are_no_number(self, tmp_path):
        extract = extract_of(tmp_path, {1: (EAST, {"ref:INSEE": "62999", "population": "1²"})})
        assert np.isnan(read_communes(extract).population[0])

    def test_a_boundary_in_part_is_counted(self, tmp_path):
        relations = {
            1: (EAST, {"ref:INSEE": "62999"}),
            2: ([*WEST[:1], ("w", 99, "outer")], {"ref:INSEE": "62001"}),
            3: ([("w", 98, "outer")], {"ref:INSEE": "62002"}),
        }
        communes = read_communes(extract_of(tmp_path, relations))
        assert communes.insee.tolist() == ["62999"]
        assert communes.attrs["left_out"] == {"boundaries in part only": 2}

    def test_a_commune_without_a_code_goes_by_its_relation(self, tmp_path):
        communes = read_communes(extract_of(tmp_path, {7: (EAST, {"name": "Est"})}))
        assert communes.insee.tolist() == ["r7"]
        assert communes.attrs["left_out"] == {"codes assumed from the relation's id": 1}

    def test_the_same_code_twice_is_counted(self, tmp_path):
        relations = {1: (EAST, {"ref:INSEE": "62001"}), 2: (WEST, {"ref:INSEE": "62001"})}
        communes = read_communes(extract_of(tmp_path, relations))
        assert len(communes) == 1
        assert communes.attrs["left_out"] == {"boundaries with the code of another": 1}

    def test_an_exclave_and_an_enclave(self, tmp_path):
        inside = {11: (2.825, 50.405), 12: (2.835, 50.405), 13: (2.83, 50.415)}
        away = {14: (2.9, 50.4), 15: (2.91, 50.4), 16: (2.9, 50.41)}
        ways = {**WAYS, 31: ([11, 12, 13, 11], {}), 32: ([14, 15, 16, 14], {})}
        members = [*EAST, ("w", 31, "inner"), ("w", 32, "outer")]
        nodes = {**NODES, **inside, **away}
        extract = extract_of(tmp_path, {1: (members, {"ref:INSEE": "1"})}, nodes, ways)
        area = read_communes(extract).geometry[0]
        assert area.area == pytest.approx(4e-4 - 0.5e-4 + 0.5e-4)
        assert area.geom_type == "MultiPolygon"


class TestFromAFile:
    table = gpd.GeoDataFrame(
        {
            "insee": ["62001", "01004"],
            "nom": ["Est", "Ouest"],
            "epci_siren": ["246200364", ""],
            "epci_nom": ["Lens-Liévin", ""],
            "population": [100, 200],
        },
        geometry=[shapely.box(2.82, 50.4, 2.84, 50.42), shapely.box(2.8, 50.4, 2.82, 50.42)],
        crs="EPSG:4326",
    )

    def write(self, tmp_path, table, name="communes.parquet"):
        path = tmp_path / name
        table.to_parquet(path) if path.suffix == ".parquet" else table.to_file(path)
        return path

    @pytest.mark.parametrize("name", ["communes.geojson", "communes.gpkg", "communes.parquet"])
    def test_files(self, tmp_path, name):
        communes = read_communes(self.write(tmp_path, self.table, name))
        assert communes.insee.tolist() == ["01004", "62001"]
        assert communes.name.tolist() == ["Ouest", "Est"]
        assert communes.epci.tolist() == ["", "246200364"]
        assert communes.population.tolist() == [200, 100]
        assert communes.columns.tolist() == [
            "insee", "name", "epci", "epci_name", "population", "geometry",
        ]  # fmt: skip

    def test_only_codes_and_areas_are_needed(self, tmp_path):
        path = self.write(
            tmp_path, self.table[["insee", "geometry"]].rename({"insee": "CODGEO"}, axis=1)
        )
        communes = read_communes(path)
        assert communes.name.tolist() == ["", ""]
        assert communes.population.isna().all()

    def test_another_system_and_codes_as_numbers(self, tmp_path):
        table = self.table.assign(insee=[62001, 1004], epci_siren=[246200364, 200072460])
        communes = read_communes(self.write(tmp_path, table.to_crs("EPSG:2154")))
        assert communes.insee.tolist() == ["01004", "62001"]
        assert communes.epci.tolist() == ["200072460", "246200364"]
        assert communes.geometry[1].bounds == pytest.approx((2.82, 50.4, 2.84, 50.42), abs=1e-4)

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"insee": ["62001", "62001"]}, "code stands before in 1 of 2 rows; .* '62001'"),
            ({"insee": ["62001", ""]}, "insee missing in 1 of 2 rows; first row 2"),
            ({"insee": ["62001", None]}, "insee missing in 1 of 2 rows"),
            ({"population": [1, -1]}, "population is negative in 1 of 2 rows; first row 2: -1"),
            ({"population": ["1", "many"]}, "population is no number .*'many'"),
            ({"epci_siren": ["123", ""]}, "epci is no SIREN of nine digits in 1 of 2 .*'123'"),
            (
                {"geometry": [shapely.Point(2.8, 50.4), shapely.box(2.8, 50.4, 2.9, 50.5)]},
                "a point or line instead of an area in 1 of 2 rows; first row 1: '62001'",
            ),
            (
                {"geometry": [None, shapely.box(2.8, 50.4, 2.9, 50.5)]},
                "no area in 1 of 2 rows",
            ),
            (
                {"geometry": [shapely.Polygon([(2, 50), (3, 51), (3, 50), (2, 51)])] * 2},
                "the area crosses itself in 2 of 2 rows",
            ),
            (
                {"geometry": [shapely.box(684e3, 7037e3, 685e3, 7038e3)] * 2},
                "no longitudes and latitudes; give the file its true coordinate system",
            ),
        ],
    )
    def test_faulty_rows(self, tmp_path, columns, message):
        table = gpd.GeoDataFrame({**self.table.to_dict("list"), **columns}, crs="EPSG:4326")
        with pytest.raises(PlacesError, match=message):
            read_communes(self.write(tmp_path, table))

    def test_a_file_without_codes(self, tmp_path):
        table = self.table[["nom", "geometry"]]
        with pytest.raises(PlacesError, match=r"column insee missing; the columns are nom, geom"):
            read_communes(self.write(tmp_path, table))

    def test_a_file_without_a_system(self, tmp_path):
        table = self.table.set_crs(None, allow_override=True)
        with pytest.raises(PlacesError, match="no coordinate system"):
            read_communes(self.write(tmp_path, table))

    def test_a_table_without_areas(self, tmp_path):
        (tmp_path / "communes.csv").write_text("insee,nom\n62001,Est\n", encoding="utf-8")
        with pytest.raises(PlacesError, match="no areas in it; give a GeoJSON"):
            read_communes(tmp_path / "communes.csv")

    def test_all_problems_at_once(self, tmp_path):
        table = self.table.assign(insee=["", ""], population=[-1, -2], epci_siren=["1", "2"])
        with pytest.raises(PlacesError, match=r"communes.parquet has 3 problems"):
            read_communes(self.write(tmp_path, table))


class TestAssigning:
    def residents(self, *points, communes=None):
        return gpd.GeoDataFrame(
            {"cell": [str(row) for row in range(len(points))], "commune": communes or ""},
            geometry=[shapely.Point(*point) for point in points],
            crs="EPSG:4326",
        )

    def test_by_where_they_live(self, tmp_path):
        residents = self.residents((2.81, 50.41), (2.83, 50.41), (2.9, 50.41))
        found = assign_communes(residents, read_communes(two(tmp_path)))
        assert found.commune.tolist() == ["01001", "62999", ""]
        assert found.attrs["communes"] == {
            "given": 0,
            "assigned": 2,
            "outside": 1,
            "unknown": 0,
        }
        assert residents.commune.tolist() == ["", "", ""]  # the given table is untouched

    def test_given_communes_stay(self, tmp_path):
        residents = self.residents((2.81, 50.41), (2.83, 50.41), communes=["62999", ""])
        found = assign_communes(residents, read_communes(two(tmp_path)))
        assert found.commune.tolist() == ["62999", "62999"]
        assert found.attrs["communes"] == {
            "given": 1,
            "assigned": 1,
            "outside": 0,
            "unknown": 0,
        }

    @pytest.mark.parametrize("code", ["0100162999", "62999,01001", "abc", "69123"])
    def test_a_code_of_no_commune_here_is_none(self, tmp_path, code):
        spots = (2.81, 50.41), (2.83, 50.41), (2.81, 50.41)
        residents = self.residents(*spots, communes=[code, code, "62999"])
        found = assign_communes(residents, read_communes(two(tmp_path)))
        assert found.commune.tolist() == ["01001", "62999", "62999"]
        assert found.attrs["communes"] == {
            "given": 1,
            "assigned": 2,
            "outside": 0,
            "unknown": 2,
        }

    def test_only_a_code_stays_where_no_commune_is(self, tmp_path):
        residents = self.residents(*[(2.9, 50.41)] * 3, communes=["6299901001", "69123", ""])
        found = assign_communes(residents, read_communes(two(tmp_path)))
        assert found.commune.tolist() == ["", "69123", ""]
        assert found.attrs["communes"] == {
            "given": 0,
            "assigned": 0,
            "outside": 2,
            "unknown": 2,
        }

    def test_on_the_boundary_the_smaller_code_counts(self, tmp_path):
        found = assign_communes(self.residents((2.82, 50.41)), read_communes(two(tmp_path)))
        assert found.commune.tolist() == ["01001"]

    def test_without_communes_or_residents(self, tmp_path):
        communes = read_communes(two(tmp_path))
        assert assign_communes(self.residents((2.81, 50.41)), communes[:0]).commune.tolist() == [""]
        assert assign_communes(self.residents(), communes).empty

    def test_tables_of_another_kind_are_refused(self, tmp_path):
        communes = read_communes(two(tmp_path))
        with pytest.raises(
            PlacesError, match=r"residents lack the column commune; .* read_residents"
        ):
            assign_communes(communes, communes)
        with pytest.raises(PlacesError, match="communes lack the column insee"):
            assign_communes(self.residents((2.8, 50.4)), self.residents((2.8, 50.4)))


@pytest.mark.realdata
def test_the_communes_of_the_artois(realdata):
    communes = read_communes(realdata / "artois" / "communes.geojson")
    assert len(communes) == 150
    assert communes.population.sum() == 650_339
    counts = pd.Series(communes.epci).value_counts().to_dict()
    assert sorted(counts.values()) == [14, 36, 100]
    assert counts["246200364"] == 36
    inside = communes.geometry.representative_point()
    residents = gpd.GeoDataFrame({"commune": ""}, geometry=inside, index=range(150))
    found = assign_communes(residents, communes)
    assert found.commune.tolist() == communes.insee.tolist()


@pytest.mark.realdata
def test_communes_of_real_extracts_do_not_overlap(realdata):
    communes = read_communes(read_osm(realdata / "osm" / "malta.osm.pbf"))
    assert len(communes)
    metric = communes.to_crs("EPSG:32633").geometry
    assert metric.is_valid.all()
    assert metric.union_all().area == pytest.approx(metric.area.sum(), rel=1e-3)

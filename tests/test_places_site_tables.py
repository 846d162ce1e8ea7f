import geopandas as gpd
import pandas as pd
import pytest
import shapely

from artois_mobility.errors import PlacesError
from artois_mobility.places.categories import read_categories
from artois_mobility.places.sites import merge_sites, read_sites

SYSTEMS = ("EPSG:4326", "EPSG:2154", "EPSG:3857", "EPSG:32631")


class TestFromATable:
    def write(self, tmp_path, text, name="sites.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    @pytest.mark.parametrize(
        "text",
        [
            "category,lon,lat,name\ncare/hospital,2.83,50.42,CH Lens\n",
            "category;lon;lat;name\ncare/hospital;2,83;50,42;CH Lens\n",
            "CATEGORY\tLongitude\tLATITUDE\tNom\ncare/hospital\t2.83\t50.42\tCH Lens\n",
            "TYPEQU;LATITUDE;LONGITUDE;NOMRS\nD101;50.42;2.83;CH Lens\n",
            "categetab,lat,lon,rs\n355,50.42,2.83,CH Lens\n",
            "name, category, lon, lat\nCH Lens, care/hospital, 2.83, 50.42\n",
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_csv_as_people_write_it(self, tmp_path, text, encoding):
        sites = read_sites(self.write(tmp_path, text, encoding=encoding))
        assert sites.category.tolist() == ["care/hospital"]
        assert sites.name.tolist() == ["CH Lens"]
        assert (sites.geometry.x[0], sites.geometry.y[0]) == (2.83, 50.42)
        assert sites.site.tolist() == ["sites-1"]
        assert sites.source.tolist() == ["sites.csv"]

    def test_lambert_coordinates_of_bpe(self, tmp_path):
        text = "TYPEQU;LAMBERT_X;LAMBERT_Y\nD307;687962.2;7036416.9\n"
        point = read_sites(self.write(tmp_path, text)).geometry[0]
        assert (point.x, point.y) == pytest.approx((2.83, 50.42), abs=0.01)

    def test_older_codes_mean_the_same(self, tmp_path):
        for code in ("D201", "D265"):
            text = f"TYPEQU,lon,lat\n{code},2.8,50.4\nD101,2.9,50.4\n"
            sites = read_sites(self.write(tmp_path, text))
            assert sites.category.tolist() == ["care/general_practitioner", "care/hospital"]

    def test_known_codes_of_no_category_are_counted(self, tmp_path):
        text = "TYPEQU,lon,lat\nB203,2.8,50.4\nD307,2.9,50.4\nB203,2.8,50.4\nE107,,\n"
        sites = read_sites(self.write(tmp_path, text))
        assert len(sites) == 1
        assert sites.attrs["passed_over"] == {"B203": 2, "E107": 1}

    def test_a_few_rows_without_a_position_are_left_out_and_listed(self, tmp_path):
        text = (
            "TYPEQU;LONGITUDE;LATITUDE;QUALITE_XY\n"
            "D265;2.8;50.4;Bonne\nD265;;;Non géolocalisé\nB203;;;\nD307;;50.4;\nD307;2.9;50.4;\n"
        )
        path = self.write(tmp_path, text)
        sites = read_sites(path)
        assert sites.site.tolist() == ["sites-1", "sites-5"]
        refused = {"source": "sites.csv", "reason": "position missing"}
        gp, pharmacy = (
            {**refused, "row": 2, "category": "care/general_practitioner"},
            {**refused, "row": 4, "category": "care/pharmacy"},
        )
        assert sites.attrs["refused"] == [gp, pharmacy]
        assert read_sites(path, ["care/pharmacy"]).attrs["refused"] == [pharmacy]
        both = merge_sites(sites, read_sites(path, ["care/pharmacy"]))
        assert both.attrs["refused"] == [gp, pharmacy, pharmacy]
        # more than half of the rows, and the file is faulty
        with pytest.raises(PlacesError, match=r"position missing in 3 of 5 rows; first row 2"):
            read_sites(self.write(tmp_path, text.replace("B203", "D307")))

    def test_geometry_may_be_missing_in_a_few_rows(self, tmp_path):
        points = gpd.GeoSeries([shapely.Point(2.8, 50.4), None, shapely.Point()], crs="EPSG:4326")
        table = gpd.GeoDataFrame({"category": ["care/ehpad"] * 3}, geometry=points)
        table.iloc[:2].to_parquet(tmp_path / "sites.parquet")
        assert len(read_sites(tmp_path / "sites.parquet")) == 1
        table.to_parquet(tmp_path / "sites.parquet")
        with pytest.raises(PlacesError, match="position missing in 2 of 3 rows; first row 2"):
            read_sites(tmp_path / "sites.parquet")

    def test_two_files_of_two_vintages_are_refused(self, tmp_path):
        paths = [tmp_path / "b23.csv", tmp_path / "b24.csv", tmp_path / "other.csv"]
        head = "AN;TYPEQU;lon;lat"
        paths[0].write_text(f"{head}\n2023;D101;2.8;50.4\n")
        paths[1].write_text(f"{head}\n2024;D101;2.801;50.4\n")
        paths[2].write_text("TYPEQU;lon;lat\nD101;2.9;50.4\n")
        older, newer, undated = map(read_sites, paths)
        assert older.attrs["vintages"] == {"b23.csv": ["2023"]}
        joined = merge_sites(older, undated)
        assert joined.attrs["vintages"] == {"b23.csv": ["2023"]}
        with pytest.raises(PlacesError, match=r"two vintages: b23\.csv: 2023; b24\.csv: 2024"):
            merge_sites(joined, newer)
        rows = [row for row in read_categories().of_key.values() if row.bpe_older]
        old = {code for row in rows for code in row.bpe_older}
        new = {code for row in rows for code in row.bpe} - old
        paths[0].write_text(f"TYPEQU;lon;lat\n{min(old)};2.8;50.4\n")
        paths[1].write_text(f"TYPEQU;lon;lat\n{min(new)};2.9;50.4\n")
        with pytest.raises(PlacesError, match=r"codes from before 2024; .*codes since 2024"):
            merge_sites(*map(read_sites, paths[:2]))

    def test_bpe_of_several_years_is_refused(self, tmp_path):
        text = "AN;TYPEQU;lon;lat\n2021;D101;2.8;50.4\n2024;D101;2.9;50.4\n"
        with pytest.raises(PlacesError, match=r"BPE of 2 years: column AN has 2021, 2024; keep"):
            read_sites(self.write(tmp_path, text))
        assert len(read_sites(self.write(tmp_path, text.replace("2021", "2024")))) == 2
        # elsewhere a column of this name may mean anything
        own = text.replace("TYPEQU", "category").replace("D101", "care/ehpad")
        assert len(read_sites(self.write(tmp_path, own))) == 2

    def test_ids_keep_their_zeros_and_a_site_may_have_two_categories(self, tmp_path):
        text = (
            "nofinesset,category,lon,lat\n"
            "062000123,care/hospital,2.8,50.4\n062000123,care/maternity,2.8,50.4\n"
        )
        sites = read_sites(self.write(tmp_path, text))
        assert sites.site.tolist() == ["062000123"] * 2
        assert sites.finess.tolist() == ["062000123"] * 2

    @pytest.mark.parametrize(
        ("kind", "crs"),
        [
            ("geojson", "EPSG:4326"),  # it knows no other system
            *((kind, crs) for kind in ("gpkg", "parquet", "shp") for crs in SYSTEMS),
        ],
    )
    def test_geometry_in_any_system(self, tmp_path, crs, kind):
        points = gpd.GeoDataFrame(
            {"category": ["culture/cinema", "culture/library"]},
            geometry=gpd.points_from_xy([2.8, 2.9], [50.4, 50.5]),
            crs="EPSG:4326",
        ).to_crs(crs)
        path = tmp_path / f"sites.{kind}"
        points.to_parquet(path) if kind == "parquet" else points.to_file(path)
        sites = read_sites(path)
        assert sites.geometry.x.tolist() == pytest.approx([2.8, 2.9])
        assert sites.geometry.y.tolist() == pytest.approx([50.4, 50.5])
        assert sites.entrances.tolist() == [None, None]

    def test_areas_of_a_file_are_left_from_their_outline(self, tmp_path):
        area = shapely.box(2.8, 50.4, 2.81, 50.41)
        table = gpd.GeoDataFrame({"category": ["culture/park"]}, geometry=[area], crs="EPSG:4326")
        table.to_file(tmp_path / "parks.gpkg")
        sites = read_sites(tmp_path / "parks.gpkg")
        assert area.contains(sites.geometry[0])
        assert sites.entrances[0].length == pytest.approx(area.exterior.length)

    def test_a_plain_parquet_table(self, tmp_path):
        table = pd.DataFrame({"TYPEQU": ["D307"], "lon": [2.8], "lat": [50.4], "id": [7]})
        table.to_parquet(tmp_path / "bpe.parquet")
        assert read_sites(tmp_path / "bpe.parquet").site.tolist() == ["7"]

    def test_categories_of_ones_own(self, tmp_path):
        own = self.write(
            tmp_path,
            '[[categories]]\nkey = "pool"\nfr = "Piscine"\nen = "Pool"\nbpe = ["F101"]\n',
            "own.toml",
        )
        path = self.write(tmp_path, "TYPEQU,lon,lat\nF101,2.8,50.4\n")
        assert read_sites(path, table=read_categories(own)).category.tolist() == ["pool"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "sites.csv is empty"),
            ("category,lon,lat\n", "sites.csv has no rows"),
            ("lon,lat\n2.8,50.4\n", "column category missing .*; the columns are lon, lat"),
            ("category,lat\ncare/hospital,50.4\n", "column lon missing; the columns are category"),
            ("category\ncare/hospital\n", "column lon and lat missing"),
            ("category,lon,lat\ncare/hospital,50.4,2.8\n", "lon and lat look swapped in 1 of 1"),
            ("category,lon,lat\ncare/hospital,2.8,95\n", r"lat not .* 90 in 1 of 1 .*\(2.8, 95\)"),
            ("category,lon,lat\ncare/hospital,280,50\n", "lon not from -180 to 180"),
            (
                "category,lon,lat\ncare/hospital,,50\n",
                r"position missing in 1 of 1 rows; first row 1",
            ),
            ("category,lon,lat\ncare/hospital,NaN,50\n", "position missing"),
            ("category,lon,lat\ncare/hospital,east,50\n", "lon is no number in 1 of 1 .*'east'"),
            ("category,lon,lat\ncare/hopital,2.8,50\n", "did you mean 'care/hospital', in 1 row"),
            ("category,lon,lat\n,2.8,50\n", "category missing in 1 row"),
            ("TYPEQU,lon,lat\nD199,2.8,50\n", "unknown BPE code 'D199' in 1 row"),
            (
                "TYPEQU,lon,lat\nD201,2.8,50.4\nD307,2.9,50.4\nD101,2.9,50.4\n",
                "BPE codes of two vintages: D307 came with 2024, D201 had gone by then",
            ),
            (
                "id,category,lon,lat\n1,care/hospital,2.8,50\n1,care/hospital,2.9,50\n",
                "id stands before with the same category in 1 of 2 rows; first row 2: '1'",
            ),
            ("category,lon,lat,capacity\ncare/ehpad,2.8,50,-5\n", "capacity is negative .*: -5"),
            ("category,lon,lat,capacity\ncare/ehpad,2.8,50,many\n", "capacity is no number"),
            ("category,lon,lat\ncare/hospital,2.8,50,1,2\n", "row 1 has more columns than the"),
            ("category,lon,lat\ncare/hospital,2.8,50\ncare,2,3,4,5,6,7\n", "cannot be read"),
            ('category,lon,lat\ncare/hospital,2.8,"50' + "0" * 200_000, "cannot be read"),
        ],
    )
    def test_faulty_tables(self, tmp_path, text, message):
        with pytest.raises(PlacesError, match=message):
            read_sites(self.write(tmp_path, text))

    def test_all_problems_are_listed_at_once(self, tmp_path):
        text = "category,lon,lat,capacity\nx,200,50,-1\ncare/ehpad,2.8,,many\n"
        with pytest.raises(PlacesError, match=r"sites.csv has 4 problems") as caught:
            read_sites(self.write(tmp_path, text))
        for what in (
            "Unknown category 'x'",
            "lon not",
            "no number",
            "negative",
        ):
            assert what in str(caught.value)

    def test_another_encoding_is_named(self, tmp_path):
        path = self.write(tmp_path, "category,nom\ncare/ehpad,Médiathèque\n", encoding="latin-1")
        with pytest.raises(PlacesError, match="not written in UTF-8"):
            read_sites(path)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("missing.csv", "does not exist"),
            ("sites.xlsx", "of no known kind.*csv"),
            ("broken.gpkg", "cannot be read as a layer"),
            ("broken.parquet", "cannot be read as Parquet"),
            ("folder.csv", "is a folder"),
        ],
    )
    def test_faulty_files(self, tmp_path, name, message):
        for broken in ("sites.xlsx", "broken.gpkg", "broken.parquet"):
            (tmp_path / broken).write_bytes(b"no table")
        (tmp_path / "folder.csv").mkdir()
        with pytest.raises(PlacesError, match=message):
            read_sites(tmp_path / name)

    def test_two_layers_are_one_too_many(self, tmp_path):
        points = gpd.GeoDataFrame(
            {"category": ["care/ehpad"]}, geometry=[shapely.Point(2.8, 50.4)], crs="EPSG:4326"
        )
        for layer in ("a", "b"):
            points.to_file(tmp_path / "two.gpkg", layer=layer)
        with pytest.raises(PlacesError, match=r"has 2 layers \(a, b\)"):
            read_sites(tmp_path / "two.gpkg")

    def test_geometry_without_a_system(self, tmp_path):
        points = gpd.GeoDataFrame({"category": ["care/ehpad"]}, geometry=[shapely.Point(2.8, 50.4)])
        points.to_parquet(tmp_path / "sites.parquet")
        with pytest.raises(PlacesError, match="no coordinate system"):
            read_sites(tmp_path / "sites.parquet")

    def test_swapped_abroad_is_seen_against_the_extract(self, tmp_path):
        path = self.write(tmp_path, "category,lon,lat\ncare/ehpad,35.9,14.5\n")
        assert len(read_sites(path)) == 1
        with pytest.raises(PlacesError, match="look swapped"):
            read_sites(path, bounds_deg=(14.1, 35.7, 14.6, 36.1))

    def test_a_column_named_twice_is_refused(self, tmp_path):
        path = self.write(tmp_path, 'category,lon,lat,"lon"\ncare/ehpad,2.8,50.4,2.9\n')
        with pytest.raises(PlacesError, match="names the column 'lon' twice"):
            read_sites(path)

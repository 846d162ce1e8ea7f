"""Good bytes to start hostile input from, for each target of `tests/fuzz_targets.py`."""

import functools
import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np

import artois_mobility as am
from artois_mobility.network.examples import crossroads
from artois_mobility.network.keeping import save_network
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.storage import save_hierarchy
from graph_worlds import town
from study_worlds import STUDY, link_text, place, site_text, write_town
from transit_worlds import write_feed


@functools.cache
def seeds_of(name):
    """Good bytes to start from."""
    with tempfile.TemporaryDirectory() as folder:
        return tuple(_SEEDS[name](Path(folder)))


def _town_as(suffix):
    def seeds(folder):
        write_town(folder)
        packed = folder / "data" / "town.osm.pbf"
        if suffix == ".osm.pbf":
            return [packed.read_bytes()]
        import osmium

        path = folder / "town.osm"
        with osmium.SimpleWriter(str(path)) as writer:
            osmium.apply(str(packed), writer)
        text = path.read_bytes()
        return [gzip.compress(text, mtime=0)] if suffix == ".osm.gz" else [text]

    return seeds


def _residents(folder):
    write_town(folder)
    lines = (folder / "data" / "residents.csv").read_bytes().splitlines(keepends=True)
    insee = b"idcar_200m,ind,lcog_geo\nCRS3035RES200mN3048400E3793600,12.5,62001\n"
    return [b"".join(lines[:7]), insee, b"lon;lat;population\n2,83;50,42;7\n"]


def _sites(folder):
    return [
        f"category,lon,lat,name,capacity\ncare/hospital,{place(1, 1)[0]},{place(1, 1)[1]},A,3\n"
        "culture/library,2.8,50.4,=1+1,\n".encode(),
        b"TYPEQU;LAMBERT_X;LAMBERT_Y;AN\nD101;690000;7040000;2024\nD307;690100;7040100;2024\n",
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"category":'
        b'"care/hospital"},"geometry":{"type":"Point","coordinates":[2.8,50.4]}}]}',
    ]


def _parquet(folder):
    import pandas as pd

    table = pd.DataFrame({"lon": [2.83, 2.84], "lat": [50.42, 50.43], "population": [3.0, 4.0]})
    table.to_parquet(folder / "residents.parquet")
    return [(folder / "residents.parquet").read_bytes()]


def _profiles(folder):
    return [b'like = "car"\nmax_kmh = 80.0\n[class_kmh]\nresidential = [25.0, 20.0]\n']


def _studies(folder):
    more = '[territory]\nepci = ["111111111"]\nbuffer_min = 10\n'
    return [(STUDY + more).encode()]


def _scenarios(folder):
    changes = [link_text((3, 2), (3, 3)), site_text(5, 1)]
    changes.append('[[changes]]\nkind = "close_ways"\nids = [300]\nbegin = 2027-03-01\n')
    changes.append(
        '[[changes]]\nkind = "add_line"\nname = "N"\nstops = ["Gare", [2.8, 50.4]]\n'
        'headways = [["06:00", "25:00", 10]]\nminutes = [5]\ndays = "Mo-Fr"\n'
    )
    return [f'name = "W"\nquestion = "?"\n{each}'.encode() for each in changes]


def _network_files(folder):
    place_of = save_network(am.build_network(crossroads(), "walk"), folder / "kept")
    return [_tagged(path) for path in sorted(place_of.iterdir())]


def _hierarchy_files(folder):
    place_of = save_hierarchy(build_hierarchy(town(6, 6)), folder / "kept")
    return [_tagged(path) for path in sorted(place_of.iterdir())]


def _tagged(path):
    return path.name.encode() + b"\0" + path.read_bytes()


def _journals(folder):
    part = {"block": 0, "rows": 1, "sha256": "0" * 64}
    lines = [{"format": 1, "job": "k"}, part, {**part, "block": 1}]
    manifest = {"format": 1, "job": "k", "parts": [part]}
    return [
        "".join(f"{json.dumps(line)}\n" for line in lines).encode(),
        json.dumps(manifest).encode(),
    ]


def feed_seeds(folder):
    calls = {"t": [("a", 28_800, 28_800), ("b", 29_100, 29_160, *"10"), ("c", 90_000, 90_000)]}
    more = {
        "frequencies": "trip_id,start_time,end_time,headway_secs\nt,07:00:00,09:00:00,600\n",
        "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\na,b,2,60\n",
        "calendar_dates": "service_id,date,exception_type\nall,20260105,2\n",
    }
    files = sorted(write_feed(folder / "feed", calls, more=more).iterdir())
    return [_packed(files), *map(_tagged, files)]


def _packed(files):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.writestr(path.name, path.read_bytes())
    return whole.getvalue()


def _layers(folder):
    import geopandas as gpd
    import shapely

    lines = [shapely.LineString([place(3, 2), place(3, 3)])] * 2
    table = gpd.GeoDataFrame({"id": [1, 2], "nom": ["x", "y"]}, geometry=lines, crs=4326)
    for ending in ("gpkg", "fgb", "geojson"):
        table.to_file(folder / f"drawn.{ending}")
    table.to_parquet(folder / "drawn.parquet")
    with closing(sqlite3.connect(folder / "drawn.gpkg", isolation_level=None)) as base:
        base.execute("PRAGMA page_size = 512")  # short, so that mutants strike what matters
        base.execute("VACUUM")
    return [
        (folder / f"drawn.{each}").read_bytes() for each in ("gpkg", "fgb", "geojson", "parquet")
    ]


def _rasters(folder):
    import rasterio
    from affine import Affine

    heights = np.arange(400, dtype=np.int16).reshape(20, 20)
    place_of = Affine(1e-3, 0, 2.82, 0, -1e-3, 50.43)
    made = {"driver": "GTiff", "height": 20, "width": 20, "count": 1, "dtype": "int16"}
    seeds = []
    for more in ({}, {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}):
        path = folder / "h.tif"
        with rasterio.open(
            path, "w", crs="EPSG:4326", transform=place_of, nodata=-9999, **made, **more
        ) as raster:
            raster.write(heights, 1)
        seeds.append(path.read_bytes())
    return seeds


def _polygons(**values):
    corners = [place(1, 1), place(3, 1), place(3, 2), place(1, 1)]
    shape = {"type": "Polygon", "coordinates": [corners]}
    feature = {"type": "Feature", "properties": values, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def _traffic(folder):
    return [b"way;factor;period\n100;1,5;08:00\n101;2;08:00\n", _polygons(factor=1.5)]


def _barriers(folder):
    return [_polygons(name="mur")]


def _locks(folder):
    return [
        b"lon,lat,length_m,width_m,name,minutes,opening_hours\n"
        b"2.83,50.42,144,12,A,20,Mo-Fr 07:00-19:00\n"
    ]


def _categories(folder):
    path = Path(am.__file__).parent / "places" / "categories.toml"
    return [path.read_bytes()[:6000].rpartition(b"\n\n")[0]]


def _indices(folder):
    around = {"type": "Polygon", "coordinates": [[[2, 50], [4, 50], [4, 51], [2, 51], [2, 50]]]}
    region = {"id": "x", "name": "X", "urls": {"pbf": "https://x.invalid/x.osm.pbf"}}
    feature = {"type": "Feature", "properties": region, "geometry": around}
    return [json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()]


_SEEDS = {
    "osm_pbf": _town_as(".osm.pbf"),
    "osm_xml": _town_as(".osm"),
    "osm_gz": _town_as(".osm.gz"),
    "residents": _residents,
    "residents_parquet": _parquet,
    "sites": _sites,
    "profile": _profiles,
    "study": _studies,
    "scenario": _scenarios,
    "network": _network_files,
    "hierarchy": _hierarchy_files,
    "journal": _journals,
    "feed": feed_seeds,
    "layer": _layers,
    "heights": _rasters,
    "traffic": _traffic,
    "barriers": _barriers,
    "locks": _locks,
    "categories": _categories,
    "index": _indices,
}

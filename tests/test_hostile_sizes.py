"""Small files that would fill the memory once unpacked are refused, or read piece by piece."""

import io
import tracemalloc

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import rasterio
import shapely
from affine import Affine
from PIL import Image
from pyarrow import parquet

import artois_mobility as am
from artois_mobility.errors import InputError, PlacesError, StudyError
from artois_mobility.network import slopes
from artois_mobility.places import parquet_sizes
from artois_mobility.places.parquet_sizes import find_excess
from artois_mobility.report.formats import check_formats
from artois_mobility.scenarios import layers
from artois_mobility.scenarios.layers import LayerSource, read_drawn

ROWS = 100_000
LONG = 20_000


def residents(rows, **columns):
    places = {"lon": np.full(rows, 2.83), "lat": np.full(rows, 50.43)}
    return pa.table({**places, "population": np.ones(rows), **columns})


def copies(text, rows=ROWS):
    return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([text]))


def in_lists(array):
    return pa.ListArray.from_arrays(np.arange(len(array) + 1, dtype=np.int32), array)


def in_records(array):
    return pa.StructArray.from_arrays([in_lists(array), pa.nulls(len(array))], ["a", "b"])


@pytest.mark.parametrize("shape", [lambda array: array, in_lists, in_records])
def test_texts_that_are_copied_a_hundred_thousand_times_are_not_read(tmp_path, shape):
    path = tmp_path / "residents.parquet"
    parquet.write_table(residents(ROWS, cell=shape(copies("x" * LONG))), path, compression="zstd")
    assert path.stat().st_size < 10_000
    with pytest.raises(PlacesError, match="has texts of more than 1073741824 bytes when unpacked"):
        am.read_residents(path)
    parquet.write_table(residents(ROWS, cell=shape(copies("x" * 20))), path)
    assert find_excess(path) is None


FIXED = pa.array([b"x" * LONG] * 2_000, pa.binary(LONG))
VARIABLE = FIXED.cast(pa.string())


@pytest.mark.parametrize("column", [FIXED, VARIABLE])
@pytest.mark.parametrize("encoding", [None, "DELTA_BYTE_ARRAY", "PLAIN"])
def test_texts_are_counted_as_unpacked_whatever_packs_them(tmp_path, monkeypatch, column, encoding):
    path = tmp_path / "residents.parquet"
    how = {"use_dictionary": False, "column_encoding": {"cell": encoding}} if encoding else {}
    parquet.write_table(residents(2_000, cell=column), path, compression="zstd", **how)
    monkeypatch.setattr(parquet_sizes, "MOST_TEXT_BYTES", 39_000_000)
    assert "has texts of more than 39000000 bytes" in find_excess(path)
    monkeypatch.setattr(parquet_sizes, "MOST_TEXT_BYTES", 45_000_000)
    assert find_excess(path) is None


def test_as_many_texts_as_there_are_bytes_for_are_read(tmp_path, monkeypatch):
    """The copies of a text are counted, neither more nor fewer."""
    monkeypatch.setattr(parquet_sizes, "_SMALL_BYTES", 0)
    path = tmp_path / "residents.parquet"
    numbers = np.arange(1000, dtype=np.int32) % 3
    texts = pa.DictionaryArray.from_arrays(numbers, pa.array(["a", "bb", "dddd"]))
    parquet.write_table(residents(1000, cell=texts), path)
    taken = 334 * 1 + 333 * 2 + 333 * 4
    monkeypatch.setattr(parquet_sizes, "MOST_TEXT_BYTES", taken)
    assert find_excess(path) is None
    monkeypatch.setattr(parquet_sizes, "MOST_TEXT_BYTES", taken - 1)
    assert find_excess(path) is not None


def test_a_table_of_few_rows_may_hold_long_lists(tmp_path, monkeypatch):
    path = tmp_path / "residents.parquet"
    lists = pa.ListArray.from_arrays(pa.array([0, 5_000], pa.int32()), np.zeros(5_000))
    parquet.write_table(residents(1, more=lists), path)
    assert find_excess(path) is None
    monkeypatch.setattr(parquet_sizes, "MOST_CELLS", 5_000)
    with pytest.raises(PlacesError, match="says that it has 5003 values; allowed are 5000"):
        am.read_residents(path)


def test_a_drawn_layer_that_claims_millions_of_features_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "many.parquet"
    monkeypatch.setattr(layers, "MOST_FEATURES", 2)
    gpd.GeoDataFrame(geometry=[shapely.Point(2.8, 50.4)] * 3, crs=4326).to_parquet(path)
    with pytest.raises(StudyError, match=r"'many\.parquet' says that it has 3 rows; allowed are 2"):
        read_drawn(LayerSource(file=path.name), tmp_path, "at")


def write_raster(path, height, width, seed=None, **how):
    """Heights from 2.80 E, 50.50 N in cells of a thousandth of a degree; all 0 without a seed."""
    cells = np.zeros((height, width), np.uint8)
    if seed is not None:
        cells = np.random.default_rng(seed).integers(0, 255, cells.shape, np.uint8)
    made = {"driver": "GTiff", "count": 1, "dtype": "uint8", "crs": "EPSG:4326", **how}
    transform = Affine(1e-3, 0, 2.8, 0, -1e-3, 50.5)
    with rasterio.open(path, "w", height=height, width=width, transform=transform, **made) as file:
        file.write(cells, 1)
    return path


@pytest.mark.parametrize("tile_cells", [1, 700, 5_000])
@pytest.mark.parametrize("how", [{}, {"tiled": True, "blockxsize": 32, "blockysize": 16}])
def test_heights_are_the_same_tile_by_tile(tmp_path, monkeypatch, tile_cells, how):
    heights = slopes.read_heights(write_raster(tmp_path / "h.tif", 90, 110, seed=1, **how))
    rng = np.random.default_rng(2)
    lon, lat = 2.8 + 0.12 * rng.random(3_000) - 0.005, 50.5 - 0.1 * rng.random(3_000) + 0.005
    lon[:3], lat[:3] = [2.8, 2.91, 2.91], [50.5, 50.41, 50.5]
    whole = heights.at(lon, lat)
    assert 2_000 < np.isfinite(whole).sum() < 3_000
    monkeypatch.setattr(slopes, "TILE_CELLS", tile_cells)
    np.testing.assert_array_equal(heights.at(lon, lat), whole)


def test_a_raster_of_millions_of_equal_cells_takes_little_memory(tmp_path):
    how = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate"}
    path = write_raster(tmp_path / "h.tif", 6_000, 6_000, **how)
    heights = slopes.read_heights(path)
    lon, lat = np.array([2.81, 8.79, 5.0]), np.array([50.49, 44.51, 48.0])
    tracemalloc.start()
    found = heights.at(lon, lat)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.tolist() == [0.0, 0.0, 0.0]
    assert peak_bytes < 100e6  # whole, it would take 300 million as numbers


def test_a_raster_that_is_one_block_of_too_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(slopes, "MOST_BLOCK_CELLS", 32 * 32 - 1)
    how = {"tiled": True, "blockxsize": 32, "blockysize": 32}
    heights = slopes.read_heights(write_raster(tmp_path / "h.tif", 90, 110, **how))
    with pytest.raises(InputError, match="packs 1024 cells as one block; allowed are 1023"):
        heights.at(np.array([2.85]), np.array([50.45]))


@pytest.mark.parametrize("side", [6_000, 13_000, 20_000])
def test_a_logo_of_too_many_pixels_is_not_unpacked(tmp_path, side):
    path = tmp_path / "logo.png"
    picture = io.BytesIO()
    Image.new("1", (side, side)).save(picture, "PNG")
    path.write_bytes(picture.getvalue())
    tracemalloc.start()
    with pytest.raises(InputError, match="pixels; allowed are 25000000"):
        check_formats("plain", ["a4"], logo=path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 10e6


def test_a_raster_whose_blocks_are_damaged_is_refused_in_words(tmp_path):
    how = {"tiled": True, "blockxsize": 32, "blockysize": 32, "compress": "deflate"}
    path = write_raster(tmp_path / "h.tif", 90, 110, seed=1, **how)
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(5_000) + content[middle + 5_000 :])
    with pytest.raises(InputError, match="cannot be read as a raster: "):
        slopes.read_heights(path).at(np.linspace(2.8, 2.9, 99), np.linspace(50.5, 50.42, 99))


def test_a_raster_whose_cells_have_no_size_is_refused_in_words(tmp_path):
    path = write_raster(tmp_path / "h.tif", 9, 9)
    with rasterio.open(path, "r+") as file:
        file.transform = Affine(1e-3, 0, 2.8, 0, 0, 50.5)
    with pytest.raises(InputError, match="has cells without a size"):
        slopes.read_heights(path)

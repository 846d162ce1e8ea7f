"""Nodes of large files come through a pipe: the same extract, the same messages, nothing left."""

import subprocess

import pytest

from artois_mobility.errors import ExtractError
from artois_mobility.osm import opl, piping
from artois_mobility.osm.reader import read_osm
from osm_files import write_osm

COUNT = 60_000
NODES = {osm_id: (2 + osm_id * 1e-6, 50.0) for osm_id in (-7, *range(1, COUNT))}
WAYS = {1: ([1, 2, -7], {"highway": "path"}), 2: ([COUNT - 1, 5, 2], {"highway": "track"})}


@pytest.fixture
def extract_file(tmp_path):
    return write_osm(tmp_path / "many.osm.pbf", NODES, WAYS)


@pytest.fixture
def pipes(monkeypatch):
    """Every file is a large one; the processes that were started."""
    started = []

    class Counted(subprocess.Popen):
        def __init__(self, *args, **named):
            super().__init__(*args, **named)
            started.append(self)

    monkeypatch.setattr(piping, "LARGE_FILE_BYTES", 0)
    monkeypatch.setattr(opl, "CHUNK_BYTES", 70_000)
    monkeypatch.setattr("subprocess.Popen", Counted)
    return started


def columns_of(extract):
    nodes, ways = extract.nodes, extract.ways
    return (
        nodes.osm_id.tolist(),
        nodes.lon_deg.tolist(),
        nodes.lat_deg.tolist(),
        ways.node_of_ref.tolist(),
        dict(extract.counts),
    )


def test_a_pipe_gives_the_same_extract(extract_file, pipes):
    piped = columns_of(read_osm(extract_file))
    assert [each.returncode for each in pipes] == [0]
    piping.LARGE_FILE_BYTES = 2**60
    assert columns_of(read_osm(extract_file)) == piped
    assert len(pipes) == 1
    assert piped[4]["nodes_in_file"] == COUNT


def test_nothing_lies_on_the_disk(extract_file, pipes, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    seen = []

    def look(*_):
        seen.extend(path.name for path in tmp_path.glob("artois-mobility-*/*"))

    read_osm(extract_file, progress=look)
    assert pipes
    assert set(seen) <= {"objects.opl", "in-use.lock"}


def test_a_damaged_block_is_told_in_the_same_words(extract_file, pipes, monkeypatch):
    content = bytearray(extract_file.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 64] = bytes(64)
    extract_file.write_bytes(content)
    with pytest.raises(ExtractError, match=r"many\.osm\.pbf is (not|cut)") as piped:
        list(_take(extract_file))
    monkeypatch.setattr(piping, "LARGE_FILE_BYTES", 2**60)
    with pytest.raises(ExtractError) as plain:
        read_osm(extract_file)
    assert str(piped.value) == str(plain.value)
    assert pipes[0].returncode == 1


def _take(path):
    """Read the nodes alone, as if the passes before had not met the damage."""
    from artois_mobility.osm.reader import _naming_faults

    with _naming_faults(path):
        yield from piping.pipe_nodes(path, "pbf")


def test_whoever_stops_early_leaves_no_process(extract_file, pipes):
    chunks = piping.pipe_nodes(extract_file, "pbf")
    assert next(chunks).osm_id.size
    chunks.close()
    assert pipes[0].returncode is not None


def test_a_module_that_lies_in_the_folder_is_not_run(extract_file, pipes, tmp_path, monkeypatch):
    (tmp_path / "osmium.py").write_text("open('was-run', 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    assert sum(each.osm_id.size for each in piping.pipe_nodes(extract_file, "pbf")) == COUNT
    assert not (tmp_path / "was-run").exists()


def test_a_process_that_is_killed_is_not_the_fault_of_the_file(extract_file, pipes):
    chunks = piping.pipe_nodes(extract_file, "pbf")
    next(chunks)
    pipes[0].kill()
    with pytest.raises(ExtractError, match=r"by signal 9, .* want of memory\. The file may"):
        list(chunks)


def test_a_text_without_its_end_is_not_taken_for_all(extract_file, monkeypatch):
    # as if the writer ended, rc 0, before it wrote anything
    monkeypatch.setattr(piping, "_WRITING", "")
    with pytest.raises(ExtractError, match="its nodes ended too early"):
        list(_take(extract_file))


@pytest.mark.realdata
def test_a_real_extract_through_a_pipe(realdata, monkeypatch):
    monkeypatch.setattr(piping, "LARGE_FILE_BYTES", 2**20)
    path = realdata / "osm" / "nantes-centre.osm.pbf"
    piped = columns_of(read_osm(path))
    monkeypatch.setattr(piping, "LARGE_FILE_BYTES", 2**60)
    assert columns_of(read_osm(path)) == piped

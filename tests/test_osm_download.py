"""Downloading, against a small server on this machine that can be made to misbehave."""

import functools
import hashlib
import json
import random
import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import osmnx
import pytest

from artois_mobility.errors import DownloadError, InputError
from artois_mobility.osm import download, transfer
from artois_mobility.osm.download import download_osm
from artois_mobility.osm.reader import read_osm
from artois_mobility.osm.transfer import Patience, fetch_file
from osm_files import write_osm

HASTY = Patience(tries=4, first_wait_s=0.01, longest_wait_s=1.5, timeout_s=2.0)
AREA = (2.795, 50.395, 2.815, 50.405)


@dataclass
class Behaviour:
    """What the server holds and how it behaves; `log` tells what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    knows_ranges: bool = True
    has_etag: bool = True
    etag: str = '"first"'
    length_error: int = 0
    length_text: str | None = None
    overpass: bytes = b""
    log: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    def asked_ranges(self):
        return [headers.get("Range", "") for _, path, headers in self.log if "md5" not in path]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, behaviour, *args):
        self.behaviour = behaviour
        super().__init__(*args)

    def log_message(self, *args):
        pass

    def refuses(self, path):
        if not self.behaviour.answers or path.endswith(".md5"):
            return False
        status, headers = self.behaviour.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return True

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.behaviour.log.append(("GET", path, dict(self.headers)))
        if self.refuses(path):
            return
        content = self.behaviour.files.get(path)
        if content is None:
            self.send_error(404)
            return
        self.serve(content, path)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.behaviour.log.append(("POST", self.path, dict(self.headers)))
        self.behaviour.forms.append(parse_qs(body))
        if not self.refuses(self.path):
            self.serve(self.behaviour.overpass, self.path)

    def serve(self, content, path):
        behaviour = self.behaviour
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range", behaviour.etag) == behaviour.etag
        if asked and behaviour.knows_ranges and is_same:
            start = int(asked[1])
            if start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        is_text = path.endswith((".md5", ".json", "/search"))
        if behaviour.has_etag and not is_text:
            self.send_header("ETag", behaviour.etag)
        error = 0 if is_text else behaviour.length_error
        length = behaviour.length_text
        length = str(len(content) - start + error) if length is None else length
        if length:
            self.send_header("Content-Length", length)
        self.close_connection = not length.isascii() or not length
        self.end_headers()
        if behaviour.cuts and not is_text:
            self.wfile.write(content[start : start + behaviour.cuts.pop(0)])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.wfile.write(content[start : len(content) + min(error, 0)])
        self.close_connection = self.close_connection or error != 0


@contextmanager
def serving(behaviour):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, behaviour))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def region(tmp_path_factory):
    """Streets of 60 nodes, 0.001 degrees apart from 2.77, 50.37 on; not so even from west to east.

    The unevenness and the notes only make the file long enough to be cut.
    """
    side = 60
    draw = random.Random(1)
    nodes = {
        1 + x + side * y: (
            round(2.77 + x / 1000 + draw.random() / 5000, 7),
            round(50.37 + y / 1000, 4),
        )
        for y in range(side)
        for x in range(side)
    }
    nodes[1] = (*nodes[1], {"barrier": "gate"})
    ways = {
        1 + y: (
            [1 + x + side * y for x in range(side)],
            {"highway": "residential", "note": draw.randbytes(100).hex()},
        )
        for y in range(side)
    }
    relations = {
        1: ([("w", 28, "outer"), ("w", 60, "outer")], {"type": "multipolygon", "leisure": "park"}),
        2: ([("w", 28, ""), ("w", 59, "")], {"type": "route", "route": "bicycle"}),
        3: ([("w", 59, "outer")], {"type": "multipolygon", "leisure": "park"}),
        4: ([("r", 2, "")], {"type": "route_master"}),
    }
    path = tmp_path_factory.mktemp("region") / "region.osm.pbf"
    return write_osm(path, nodes, ways, relations, generator="grid").read_bytes()


@pytest.fixture
def behaviour(region):
    md5 = f"{hashlib.md5(region, usedforsecurity=False).hexdigest()}  region.osm.pbf\n".encode()
    return Behaviour({"/region.osm.pbf": region, "/region.osm.pbf.md5": md5})


@pytest.fixture
def server(behaviour):
    with serving(behaviour) as address:
        yield address


@pytest.fixture
def part(tmp_path):
    return tmp_path / "region.part"


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- transfer


def test_whole_file(server, behaviour, region, part):
    seen = []
    md5 = fetch_file(
        f"{server}/region.osm.pbf", part, patience=HASTY, progress=lambda *step: seen.append(step)
    )
    assert seen[-1] == ("downloading region.osm.pbf", len(region), len(region))
    assert part.read_bytes() == region
    assert md5 == hashlib.md5(region, usedforsecurity=False).hexdigest()


def test_cut_connection_goes_on_where_it_stopped(server, behaviour, region, part):
    behaviour.cuts = [5000, 6000]
    fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert part.read_bytes() == region
    assert behaviour.asked_ranges() == ["", "bytes=4096-", "bytes=8192-"]


def test_broken_off_download_goes_on_at_the_next_call(server, behaviour, region, part):
    behaviour.cuts = [5000]
    once = Patience(tries=1)
    with pytest.raises(KeyboardInterrupt):
        fetch_file(f"{server}/region.osm.pbf", part, patience=once, progress=_break_off)
    assert part.stat().st_size == 4096
    fetch_file(f"{server}/region.osm.pbf", part, patience=once)
    assert part.read_bytes() == region
    assert behaviour.asked_ranges()[-1] == "bytes=4096-"


def test_part_of_an_older_version_is_not_continued(server, behaviour, region, part):
    behaviour.cuts = [5000]
    url = f"{server}/region.osm.pbf"
    with pytest.raises(KeyboardInterrupt):
        fetch_file(url, part, patience=HASTY, progress=_break_off)
    behaviour.etag = '"second"'
    behaviour.files["/region.osm.pbf"] = renewed = region[::-1]
    del behaviour.files["/region.osm.pbf.md5"]
    assert fetch_file(url, part, patience=HASTY) == ""
    assert part.read_bytes() == renewed


def test_part_of_unknown_version_is_not_continued(server, behaviour, region, part):
    part.write_bytes(b"something else")
    fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert part.read_bytes() == region
    assert behaviour.asked_ranges() == [""]


def test_part_of_another_address_is_not_continued(server, behaviour, region, part):
    behaviour.files["/other.osm.pbf"] = region[::-1]
    behaviour.cuts = [5000]
    with pytest.raises(KeyboardInterrupt):
        fetch_file(f"{server}/other.osm.pbf", part, patience=HASTY, progress=_break_off)
    fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert part.read_bytes() == region


def _break_off(what, done, total):
    raise KeyboardInterrupt


@pytest.mark.parametrize("has_etag", [True, False])
def test_server_that_knows_no_ranges_sends_all_again(server, behaviour, region, part, has_etag):
    behaviour.cuts = [5000, 6000]
    behaviour.knows_ranges, behaviour.has_etag = False, has_etag
    fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert part.read_bytes() == region


def test_complete_part_is_not_fetched_again(server, behaviour, region, part):
    url = f"{server}/region.osm.pbf"
    fetch_file(url, part, patience=HASTY)
    fetch_file(url, part, patience=HASTY)
    assert part.read_bytes() == region
    assert behaviour.asked_ranges() == ["", f"bytes={len(region)}-"]


def test_part_longer_than_the_file_starts_again(server, behaviour, region, part):
    url = f"{server}/region.osm.pbf"
    fetch_file(url, part, patience=HASTY)
    part.write_bytes(region + b"more")
    fetch_file(url, part, patience=HASTY)
    assert part.read_bytes() == region


def test_length_that_never_comes(server, behaviour, part):
    behaviour.length_error, behaviour.knows_ranges = 100, False
    with pytest.raises(DownloadError, match=r"connection failed .*4 times in a row.*Run the same"):
        fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)


def test_length_that_is_too_short_shows_in_the_checksum(server, behaviour, part):
    behaviour.length_error = -100
    with pytest.raises(DownloadError, match="came with the wrong checksum"):
        fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert names_in(part.parent) == []


def test_wrong_checksum(server, behaviour, part):
    behaviour.files["/region.osm.pbf.md5"] = b"0" * 32
    with pytest.raises(DownloadError, match=r"md5 \w{32}, where the server names 0{32}.*removed"):
        fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert names_in(part.parent) == []


def test_busy_server_is_asked_again(server, behaviour, region, part):
    behaviour.answers = [(500, {}), (503, {}), (429, {"Retry-After": "0"})]
    fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert part.read_bytes() == region


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_pause_that_the_server_names_is_kept(server, behaviour, part, monkeypatch, form):
    pauses = []
    monkeypatch.setattr(transfer.time, "sleep", pauses.append)
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    behaviour.answers = [(429, {"Retry-After": "40" if form == "seconds" else later})]
    fetch_file(f"{server}/region.osm.pbf", part, patience=Patience(first_wait_s=0.01))
    assert pauses == [pytest.approx(40, abs=3)]


def test_pauses_double(server, behaviour, part, monkeypatch):
    pauses = []
    monkeypatch.setattr(transfer.time, "sleep", pauses.append)
    behaviour.answers = [(503, {})] * 4
    fetch_file(f"{server}/region.osm.pbf", part, patience=Patience(first_wait_s=2))
    assert pauses == [2, 4, 8, 16]


def test_pause_that_is_too_long(server, behaviour, part):
    behaviour.answers = [(429, {"Retry-After": "900"})]
    with pytest.raises(DownloadError, match=r"asks to wait 900 s .*429"):
        fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)


def test_server_that_stays_busy(server, behaviour, part):
    behaviour.answers = [(500, {})] * 9
    with pytest.raises(DownloadError, match=r"answered 500 .*4 times in a row"):
        fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)


@pytest.mark.parametrize(("status", "message"), [(404, "does not exist"), (403, "was refused")])
def test_refusal_is_not_asked_again(server, behaviour, part, status, message):
    behaviour.answers = [(status, {})]
    with pytest.raises(DownloadError, match=message):
        fetch_file(f"{server}/region.osm.pbf", part, patience=HASTY)
    assert len(behaviour.log) == 1


def test_no_server_at_all(part):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/region.osm.pbf"
        with pytest.raises(DownloadError, match="connection failed"):
            fetch_file(url, part, patience=HASTY)
    assert names_in(part.parent) == []


# ---------------------------------------------------------------- a region, clipped


def test_region_is_clipped_to_whole_ways(server, tmp_path):
    path = download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/region.osm.pbf")
    extract = read_osm(path)
    rows_inside = range(26, 37)
    assert extract.ways.osm_id.tolist() == [*rows_inside, 60]  # 60 closes the park
    assert extract.relations.osm_id.tolist() == [1, 2]
    assert extract.counts["refs_to_missing_nodes"] == 0
    assert extract.nodes.osm_id.size == 60 * 12
    assert extract.source.generator.startswith("grid, clipped by artois_mobility")
    assert extract.source.timestamp == "2024-01-02T03:04:05Z"
    assert names_in(tmp_path) == ["area.osm.pbf", "area.osm.pbf.attribution.txt"]


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm", ".osm.gz", ".osm.bz2"])
def test_any_format_can_be_written(server, tmp_path, suffix):
    path = download_osm(AREA, tmp_path / f"area{suffix}", server=f"{server}/region.osm.pbf")
    assert read_osm(path).ways.osm_id.size == 12


def test_attribution_says_where_from_and_under_which_licence(server, tmp_path):
    path = download_osm(AREA, tmp_path / "area.osm", server=f"{server}/region.osm.pbf")
    text = (tmp_path / "area.osm.attribution.txt").read_text("utf-8")
    assert "© OpenStreetMap contributors" in text
    assert "Open Database License (ODbL) 1.0" in text
    assert f"{server}/region.osm.pbf" in text
    assert "west 2.795, south 50.395, east 2.815, north 50.405" in text
    assert "verified" in text
    assert hashlib.sha256(path.read_bytes()).hexdigest() in text


def test_index_names_the_smallest_region_that_covers(server, behaviour, tmp_path):
    behaviour.files["/index-v1.json"] = index_of(
        ("world", f"{server}/nothing.osm.pbf", (-180, -90, 180, 90)),
        ("grid", f"{server}/region.osm.pbf", (2.7, 50.3, 2.9, 50.5)),
        ("half", f"{server}/half.osm.pbf", (2.8, 50.3, 2.9, 50.5)),
    )
    path = download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/index-v1.json")
    assert read_osm(path).ways.osm_id.size == 12


def index_of(*regions):
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "name": name, "urls": {"pbf": url}},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[(w, s), (e, s), (e, n), (w, n), (w, s)]],
            },
        }
        for name, url, (w, s, e, n) in regions
    ]
    features.append({"type": "Feature", "properties": {"id": "no file"}, "geometry": None})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_index_without_a_region_that_covers(server, behaviour, tmp_path):
    behaviour.files["/index-v1.json"] = index_of(("far", f"{server}/far.osm.pbf", (7, 7, 8, 8)))
    with pytest.raises(InputError, match=r"No region of .* covers the area"):
        download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/index-v1.json")


@pytest.mark.parametrize("text", [b"<html>", b"[1, 2]", b'{"features": [{"id": 1}]}'])
def test_index_that_is_none(server, behaviour, tmp_path, text):
    behaviour.files["/index-v1.json"] = text
    with pytest.raises(DownloadError, match="is not an index of regional files"):
        download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/index-v1.json")


def test_index_with_a_region_of_no_known_shape(server, behaviour, tmp_path):
    region = {"id": "x", "urls": {"pbf": "https://x.invalid/x.osm.pbf"}}
    feature = {"properties": region, "geometry": {"type": "pol", "coordinates": []}}
    behaviour.files["/index-v1.json"] = json.dumps({"features": [feature]}).encode()
    with pytest.raises(DownloadError, match=r"is not an index .* a region without a polygon"):
        download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/index-v1.json")


def test_missing_index(server, tmp_path):
    with pytest.raises(DownloadError, match=r"index-v1\.json does not exist"):
        download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/index-v1.json")


def test_breaking_off_leaves_the_part_and_nothing_else(server, behaviour, region, tmp_path):
    path, url = tmp_path / "area.osm.pbf", f"{server}/region.osm.pbf"
    with pytest.raises(KeyboardInterrupt):
        download_osm(AREA, path, server=url, progress=_break_off)
    assert names_in(tmp_path) == ["area.osm.pbf.part", "area.osm.pbf.part.version"]
    download_osm(AREA, path, server=url)
    assert names_in(tmp_path) == ["area.osm.pbf", "area.osm.pbf.attribution.txt"]
    assert read_osm(path).ways.osm_id.size == 12


def test_breaking_off_while_clipping_keeps_the_download(server, behaviour, region, tmp_path):
    def interrupt(what, done, total):
        if (what, done) == ("clipping", 3):
            raise KeyboardInterrupt

    path, url = tmp_path / "area.osm.pbf", f"{server}/region.osm.pbf"
    path.write_text("an older file")
    with pytest.raises(KeyboardInterrupt):
        download_osm(AREA, path, server=url, progress=interrupt)
    assert path.read_text() == "an older file"
    assert (tmp_path / "area.osm.pbf.part").read_bytes() == region
    download_osm(AREA, path, server=url)
    assert behaviour.asked_ranges() == ["", f"bytes={len(region)}-"]


def test_regional_file_that_is_no_openstreetmap(server, behaviour, tmp_path):
    behaviour.files["/page.osm.pbf"] = b"<html>Please log in</html>" * 99
    with pytest.raises(DownloadError, match=r"sent no sound OpenStreetMap data \(PBF error"):
        download_osm(AREA, tmp_path / "area.osm.pbf", server=f"{server}/page.osm.pbf")
    assert names_in(tmp_path) == []


def test_area_outside_the_region(server, tmp_path):
    with pytest.raises(InputError, match="The data has nothing in the area"):
        download_osm((9, 9, 9.1, 9.1), tmp_path / "a.osm", server=f"{server}/region.osm.pbf")
    assert "a.osm" not in names_in(tmp_path)


@pytest.mark.realdata
def test_real_region_cut_in_the_middle(realdata, behaviour, server, tmp_path):
    content = (realdata / "osm" / "nantes-centre.osm.pbf").read_bytes()
    behaviour.files["/nantes.osm.pbf"] = content
    behaviour.cuts = [len(content) // 2]
    path = tmp_path / "north.osm.pbf"
    area = (-1.5750, 47.2105, -1.5360, 47.2220)
    download_osm(area, path, server=f"{server}/nantes.osm.pbf", patience=HASTY)
    whole = read_osm(realdata / "osm" / "nantes-centre.osm.pbf")
    clipped = read_osm(path)
    assert behaviour.asked_ranges()[-1].startswith("bytes=")
    assert 0 < clipped.ways.osm_id.size < whole.ways.osm_id.size
    tags_of_way = dict(zip(whole.ways.osm_id.tolist(), whole.ways.tags, strict=True))
    for osm_id, tags in zip(clipped.ways.osm_id.tolist(), clipped.ways.tags, strict=True):
        assert tags == tags_of_way[osm_id]


# ---------------------------------------------------------------- a town, from Overpass


@pytest.fixture
def town(tmp_path_factory):
    """What an Overpass server answers: XML, with nodes first."""
    path = tmp_path_factory.mktemp("town") / "town.osm"
    nodes = {1: (2.80, 50.40), 2: (2.81, 50.40)}
    return write_osm(path, nodes, {5: ([1, 2], {"highway": "path"})}).read_bytes()


def test_town_from_overpass(server, behaviour, town, tmp_path):
    behaviour.overpass = town
    behaviour.answers = [(429, {"Retry-After": "0"}), (504, {})]
    behaviour.cuts = [100]
    path = tmp_path / "town.osm.pbf"
    download_osm("2.795,50.395,2.815,50.405", path, server=f"{server}/api", patience=HASTY)
    assert read_osm(path).ways.tags == ({"highway": "path"},)
    assert {path for _, path, _ in behaviour.log} == {"/api/interpreter"}
    query = behaviour.forms[-1]["data"][0]
    assert query.startswith("[out:xml][timeout:")
    assert "50.3950000,2.7950000,50.4050000,2.8150000" in query
    assert names_in(tmp_path) == ["town.osm.pbf", "town.osm.pbf.attribution.txt"]


def test_overpass_that_gives_up(server, behaviour, town, tmp_path):
    remark = b'<remark> runtime error: Query timed out in "query" at line 3. </remark></osm>'
    behaviour.overpass = town.replace(b"</osm>", remark)
    with pytest.raises(DownloadError, match="gave up: runtime error: Query timed out"):
        download_osm(AREA, tmp_path / "a.osm", server=f"{server}/api", patience=HASTY)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (b"<html>", DownloadError, "sent no sound OpenStreetMap data"),
        (b'<osm version="0.6"></osm>', InputError, "has nothing in the area"),
    ],
)
def test_overpass_answers_of_no_use(server, behaviour, tmp_path, answer, error, message):
    behaviour.overpass = answer
    with pytest.raises(error, match=message):
        download_osm(AREA, tmp_path / "a.osm", server=f"{server}/api", patience=HASTY)
    assert names_in(tmp_path) == []


@pytest.fixture
def nominatim(server, monkeypatch):
    """Let OSMnx ask this machine, and put back what it changes in the process."""
    monkeypatch.setattr(osmnx.settings, "nominatim_url", f"{server}/")
    monkeypatch.setattr(osmnx.settings, "overpass_url", f"{server}/api")
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)
    monkeypatch.setattr("osmnx._nominatim.time.sleep", lambda pause: None)
    return server


def found(geometry):
    place = {
        "importance": 0.5,
        "lat": "50.4",
        "lon": "2.805",
        "boundingbox": ["50.395", "50.405", "2.795", "2.815"],
        "display_name": "Lens",
        "geojson": geometry,
    }
    return json.dumps([place]).encode()


def test_place_by_name(nominatim, behaviour, town, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    corners = [[2.795, 50.395], [2.815, 50.395], [2.815, 50.405], [2.795, 50.395]]
    behaviour.files["/search"] = found({"type": "Polygon", "coordinates": [corners]})
    behaviour.overpass = town
    path = download_osm("Lens, France", tmp_path / "lens.osm.pbf", patience=HASTY)
    assert read_osm(path).counts["ways_read"] == 1
    assert "50.3950000,2.7950000,50.4050000,2.8150000" in behaviour.forms[-1]["data"][0]
    assert "Lens, France: west 2.795" in (tmp_path / "lens.osm.pbf.attribution.txt").read_text()
    assert names_in(tmp_path) == ["lens.osm.pbf", "lens.osm.pbf.attribution.txt"]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"[]", InputError, r"No place 'Nowhere' was found.*Write it as in OpenStreetMap"),
        (found({"type": "Point", "coordinates": [2.8, 50.4]}), InputError, "is a point"),
        (b"no json", DownloadError, "could not look up 'Nowhere'"),
    ],
)
def test_place_that_is_not_found(nominatim, behaviour, tmp_path, content, error, message):
    behaviour.files["/search"] = content
    with pytest.raises(error, match=message):
        download_osm("Nowhere", tmp_path / "a.osm", server=f"{nominatim}/api")
    assert names_in(tmp_path) == []


def test_size_decides_between_town_and_region(server, behaviour, region, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "EXTRACT_INDEX_URL", f"{server}/index-v1.json")
    monkeypatch.setattr(download, "LARGEST_QUERY_KM2", 1.0)
    behaviour.files["/index-v1.json"] = index_of(
        ("grid", f"{server}/region.osm.pbf", (2.7, 50.3, 2.9, 50.5))
    )
    download_osm(AREA, tmp_path / "area.osm.pbf")
    assert [path for _, path, _ in behaviour.log][:2] == ["/index-v1.json", "/region.osm.pbf"]


# ---------------------------------------------------------------- bad input, before any request


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((2.8, 50.4, 2.9), "3 numbers are no bounding box"),
        ("2.8,50.4,2.9,50.5,1", "5 numbers are no bounding box"),
        ((2.9, 50.4, 2.8, 50.5), r"West 2\.9 is not below east 2\.8"),
        ((2.8, 50.5, 2.9, 50.4), r"South 50\.5 is not below north 50\.4"),
        ((2.8, 50.4, 2.8, 50.5), r"West 2\.8 is not below east 2\.8"),
        ((50.4, 2.8, 50.5, 200), "does not lie in the world"),
        ("2.8,nan,2.9,50.5", "does not lie in the world"),
        ("-inf,50.4,2.9,50.5", "does not lie in the world"),
        ((2.8, "x", 2.9, 50.5), "something that is no number"),
        ("  ", "name of the place is empty"),
    ],
)
def test_faulty_areas(tmp_path, asked, message):
    with pytest.raises(InputError, match=message):
        download_osm(asked, tmp_path / "a.osm.pbf")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "server", ["ftp://example.org/a.osm.pbf", "example.org/api", "https://example.org/page", ""]
)
def test_faulty_servers(tmp_path, server):
    with pytest.raises(InputError, match=r"is of no known kind\. Give the address"):
        download_osm(AREA, tmp_path / "a.osm.pbf", server=server)


def test_faulty_paths(tmp_path):
    with pytest.raises(InputError, match=r"does not end like .*allowed are \.osm\.pbf"):
        download_osm(AREA, tmp_path / "area.pbf.zip")
    with pytest.raises(InputError, match=r"folder .*missing does not exist\. Make it"):
        download_osm(AREA, tmp_path / "missing" / "a.osm.pbf")
    (tmp_path / "folder.osm").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        download_osm(AREA, tmp_path / "folder.osm")

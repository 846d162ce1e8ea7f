"""Feeds made faulty in every way: counted warnings or one clear message, never a traceback."""

import io
import zipfile
from contextlib import suppress
from datetime import date

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.errors import TransitError
from artois_mobility.transit.timetables import build_timetable
from transit_worlds import random_trips, write_feed

DAY = date(2025, 3, 4)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = write_feed(tmp_path_factory.mktemp("good"), random_trips(np.random.default_rng(1)))
    return {path.name: path.read_bytes() for path in folder.glob("*.txt")}


def write(folder, tables):
    folder.mkdir(exist_ok=True)
    for name, content in tables.items():
        (folder / name).write_bytes(content)
    return folder


def swap(name, old, new, count=1):
    return lambda tables: {**tables, name: tables[name].replace(old, new, count)}


def drop(name):
    return lambda tables: {key: value for key, value in tables.items() if key != name}


def add(name, text):
    return lambda tables: {**tables, name: tables.get(name, b"") + text}


def put(name, text):
    return lambda tables: {**tables, name: text}


HEADWAYS = b"trip_id,start_time,end_time,headway_secs\n"
PARENTS = b"stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
OTHERS = b"".join(b"s%d,S,50.4,2.%d,0,\n" % (n, 80 + n) for n in range(2, 7))
# What is done to the feed, and what is told: a notice that is counted, or words of the message.
COUNTED = [
    (swap("stop_times.txt", b"06:", b"6h", 3), "invalid_time"),
    (swap("stop_times.txt", b",s1,", b",s99,"), "foreign_key_violation"),
    (swap("trips.txt", b"r,all,", b"q,all,"), "foreign_key_violation"),
    (swap("trips.txt", b"r,all,", b"r,none,"), "foreign_key_violation"),
    (add("trips.txt", b"r,all,lonely\n"), "unusable_trip"),
    (add("trips.txt", b"r,all,\n"), "missing_required_field"),
    (add("trips.txt", b"r,all\n"), "invalid_row_length"),
    (add("trips.txt", b"r,all,x,y,z,u\n"), "invalid_row_length"),
    (add("stops.txt", b"nowhere,Nowhere,,\n"), "stop_without_location"),
    (add("stops.txt", b"null,Null Island,0,0\n"), "stop_without_location"),
    (add("stops.txt", b"mars,Mars,120,500\n"), "number_out_of_range"),
    (add("stops.txt", b"s0,Again,50,2\n"), "duplicate_key"),
    (add("stops.txt", b"inf,Inf,inf,nan\n"), "stop_without_location"),
    (add("routes.txt", b"r,Again,3\n"), "duplicate_key"),
    (add("routes.txt", b"odd,Odd,boat\n"), "unexpected_enum_value"),
    (add("stop_times.txt", b"t0_0,10:00:00,10:00:00,s1,0,0,0\n"), "duplicate_key"),
    (add("stop_times.txt", b"t0_0,10:00:00,10:00:00,s1,first,0,0\n"), "invalid_integer"),
    (add("stop_times.txt", b"t0_0,00:00:01,00:00:01,s1,99,0,0\n"),
     "stop_time_with_arrival_before_previous_departure_time"),
    (add("stop_times.txt", b"t0_0,,,s1,99,0,0\n"), "missing_trip_edge"),
    (add("stop_times.txt", b"t0_0,99:99:99,,s1,99,0,0\n"), "invalid_time"),
    (add("stop_times.txt", b"t0_0,-1:00:00,-1:00:00,s1,99,0,0\n"), "invalid_time"),
    (add("stop_times.txt", b"t0_0,500:00:00,500:00:00,s1,99,0,0\n"), "invalid_time"),
    (add("calendar.txt", b"x,1,1,1,1,1,1,1,20250230,20251231\n"), "invalid_date"),
    (add("calendar.txt", b"x,1,1,1,1,1,1,1,04/03/2025,20251231\n"), "invalid_date"),
    (add("calendar.txt", b"x,1,1,1,1,1,1,1,20251231,20250101\n"),
     "start_and_end_range_out_of_order"),
    (add("calendar.txt", b"all,1,1,1,1,1,1,1,20250101,20251231\n"), "duplicate_key"),
    (put("calendar_dates.txt", b"service_id,date,exception_type\nall,2025-03-04,1\n"),
     "invalid_date"),
    (put("calendar_dates.txt", b"service_id,date,exception_type\nall,20250304,7\n"),
     "unexpected_enum_value"),
    (put("frequencies.txt", b"trip_id,start_time,end_time,headway_secs\nno,1:00:00,2:00:00,60\n"),
     "foreign_key_violation"),
    (put("frequencies.txt", b"trip_id,start_time,end_time,headway_secs\nt0_0,1:00:00,2:00:00,0\n"),
     "number_out_of_range"),
    (put("frequencies.txt", b"trip_id,start_time,end_time,headway_secs\nt0_0,2:00:00,1:00:00,60\n"),
     "start_and_end_range_out_of_order"),
    (put("frequencies.txt", b"trip_id,start_time,end_time,headway_secs\nt0_0,x,1:00:00,60\n"),
     "invalid_time"),
    (put("transfers.txt", b"from_stop_id,to_stop_id,transfer_type,min_transfer_time\ns0,no,2,60\n"),
     "foreign_key_violation"),
    (put("transfers.txt", b"from_stop_id,to_stop_id,transfer_type,min_transfer_time\ns0,s1,2,-5\n"),
     "number_out_of_range"),
    (put("transfers.txt", b"from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"),
     "empty_file"),
    (put("feed_info.txt", b""), "empty_file"),
    (swap("calendar.txt", b"all,1", b"all,true"), "unexpected_enum_value"),
    (swap("calendar.txt", b"all,1", b"all,2"), "unexpected_enum_value"),
    (swap("calendar.txt", b"all,1", b"all,"), "missing_required_field"),
    (put("frequencies.txt", HEADWAYS + b"t0_0,1:00:00,2:00:00,60\nt0_0,1:00:00,2:00:00,60\n"),
     "duplicate_key"),
    (put("frequencies.txt", HEADWAYS + b"t0_0,1:30:00,3:00:00,60\nt0_0,1:00:00,2:00:00,60\n"),
     "overlapping_frequency"),
    (add("stop_times.txt", b"t0_0,23:00:00,23:00:00,s1,99,7,0\n"), "unexpected_enum_value"),
    (add("stop_times.txt", b"t0_0,23:00:00,23:00:00,s1,99,0,9\n"), "unexpected_enum_value"),
    (add("stop_times.txt", b"t0_0,23:00:00,23:00:00,s1,99.5,0,0\n"), "invalid_integer"),
    (add("routes.txt", b"odd,Odd,9999\n"), "unexpected_enum_value"),
    (put("stops.txt", PARENTS + b"s0,s0,50.4,2.8,0,s1\ns1,s1,50.4,2.81,0,s1\n" + OTHERS),
     "wrong_parent_location_type"),
    (swap("agency.txt", b"Europe/Paris", b"Europe/Lens"), "invalid_timezone"),
    (add("agency.txt", b"b,B,http://b,Asia/Tokyo\n"), "inconsistent_agency_timezone"),
    (swap("stops.txt", b"s0,s0", b"s0,Gare de B\xe9thune"), "invalid_character"),
]  # fmt: skip
REFUSED = [
    (drop("stops.txt"), "stops.txt is not in it"),
    (drop("trips.txt"), "trips.txt is not in it"),
    (drop("stop_times.txt"), "stop_times.txt is not in it"),
    (drop("calendar.txt"), "says on no day"),
    (put("stops.txt", b""), "stops.txt holds no row"),
    (put("trips.txt", b"route_id,service_id,trip_id\n"), "trips.txt holds no row"),
    (put("stop_times.txt", b"\x00\x01\x02\x03"), "stop_times.txt holds no row"),
    (
        swap("stops.txt", b"stop_id,stop_name", b"stop_id,stop_id"),
        "names its column 'stop_id' twice",
    ),
    (swap("stops.txt", b"stop_id", b"id"), "no trip that can be used"),
    (swap("trips.txt", b"trip_id", b"trip"), "no trip that can be used"),
    (swap("stop_times.txt", b"arrival_time,departure_time", b"a,d"), "no trip that can be used"),
    (swap("routes.txt", b"r,R", b"other,R"), "no trip that can be used"),
    (put("stop_times.txt", b'trip_id,stop_id\n"t0_0,s1\n'), "stop_times.txt"),
]


@pytest.mark.parametrize(("change", "notice"), COUNTED)
def test_faults_are_counted_and_the_rest_is_used(good, tmp_path, change, notice):
    feed = am.read_gtfs(write(tmp_path / "feed", change(good)))
    found = feed.faults.set_index("notice")
    assert notice in found.index
    assert (found["count"] > 0).all()
    assert found["first"].astype(str).str.len().gt(0).all()
    timetable = build_timetable(feed, DAY)
    assert timetable.trip_count > 20


def test_headways_one_after_the_other_and_known_types_are_no_fault(good, tmp_path):
    tables = {
        **good,
        "frequencies.txt": HEADWAYS + b"t0_0,2:00:00,3:00:00,60\nt0_0,1:00:00,2:00:00,60\n",
        "routes.txt": good["routes.txt"] + b"coach,Coach,200\nboat,Boat,4\n",
    }
    feed = am.read_gtfs(write(tmp_path / "feed", tables))
    assert not len(feed.faults), feed.faults
    assert feed.routes["kind"].tolist() == [3, 200, 4]


def test_services_that_end_before_they_begin_are_in_force_on_no_day(good, tmp_path):
    turned = good["calendar.txt"] + b"x,1,1,1,1,1,1,1,20301231,20200101\n"
    feed = am.read_gtfs(write(tmp_path / "feed", {**good, "calendar.txt": turned}))
    with pytest.raises(TransitError, match="in force from 2025-01-01 to 2025-12-31"):
        build_timetable(feed, date(2028, 3, 4))


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_a_feed_of_no_use_is_refused(good, tmp_path, change, said):
    with pytest.raises(TransitError) as caught:
        am.read_gtfs(write(tmp_path / "feed", change(good)))
    assert said in str(caught.value)


@pytest.mark.parametrize("seed", range(60))
def test_torn_feeds_are_read_or_refused(good, tmp_path, seed):
    """Bytes lost, doubled and changed anywhere: counted, or refused with a message."""
    draw = np.random.default_rng(seed)
    tables = dict(good)
    for _ in range(int(draw.integers(1, 4))):
        name = str(draw.choice(sorted(tables)))
        content = bytearray(tables[name])
        at, size = int(draw.integers(len(content))), int(draw.integers(1, 40))
        if draw.random() < 0.4:
            del content[at : at + size]
        elif draw.random() < 0.5:
            content[at:at] = bytes(draw.integers(0, 256, size).tolist())
        else:
            content[at:at] = content[at : at + size]
        tables[name] = bytes(content)
    with suppress(TransitError):  # anything else fails the test
        build_timetable(am.read_gtfs(write(tmp_path / "feed", tables)), DAY)


def make_zip(path, tables, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(options.get("folder", "") + name, content)
    return path


def test_zip_files_are_read_as_folders_are(good, tmp_path):
    plain = am.read_gtfs(write(tmp_path / "feed", good))
    zipped = am.read_gtfs(make_zip(tmp_path / "feed.zip", good))
    assert zipped.stop_times.equals(plain.stop_times)
    nested = am.read_gtfs(make_zip(tmp_path / "nested.zip", good, folder="gtfs/"))
    assert nested.stop_times.equals(plain.stop_times)
    assert "invalid_input_files_in_subfolder" in nested.faults["notice"].tolist()


def test_hostile_zip_files_are_refused(good, tmp_path):
    bomb = make_zip(tmp_path / "bomb.zip", {**good, "stops.txt": b"0" * (300 * 2**20)})
    with pytest.raises(TransitError, match="that is no timetable"):
        am.read_gtfs(bomb)
    crowd = make_zip(tmp_path / "crowd.zip", {**good, **{f"{n}.txt": b"" for n in range(1200)}})
    with pytest.raises(TransitError, match="a feed has at most 1000"):
        am.read_gtfs(crowd)
    twice = make_zip(tmp_path / "twice.zip", {**good, "old/stops.txt": good["stops.txt"]})
    with pytest.raises(TransitError, match=r"holds stops\.txt twice"):
        am.read_gtfs(twice)
    whole = make_zip(tmp_path / "whole.zip", good).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TransitError, match="no zip file that can be read"):
        am.read_gtfs(tmp_path / "cut.zip")
    at = whole.index(b"stop_times.txt") + 60
    (tmp_path / "torn.zip").write_bytes(whole[:at] + b"\xff\xff\xff" + whole[at + 3 :])
    with pytest.raises(TransitError, match="Fetch the feed again"):
        am.read_gtfs(tmp_path / "torn.zip")
    outside = io.BytesIO()
    with zipfile.ZipFile(outside, "w") as archive:
        for name, content in good.items():
            archive.writestr(f"../../{name}", content)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "outside.zip").write_bytes(outside.getvalue())
    before = set(tmp_path.rglob("*"))
    am.read_gtfs(tmp_path / "deep" / "outside.zip")  # read in memory: nothing is written anywhere
    assert set(tmp_path.rglob("*")) == before


def test_many_wrong_rows_end_the_reading(good, tmp_path):
    long = {**good, "stops.txt": good["stops.txt"] + b"ab\n" * 100_000}
    with pytest.raises(TransitError, match="more than 10000 rows with too many or too few values"):
        am.read_gtfs(write(tmp_path / "feed", long))


def test_a_large_table_that_is_squeezed_hard_is_not_unpacked(good, tmp_path):
    noise = np.random.default_rng(13).bytes(250_000)
    path = make_zip(tmp_path / "bomb.zip", {**good, "stops.txt": noise + b"ab\n" * 2**23})
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo("stops.txt")
    assert 60 < member.file_size / member.compress_size < 200
    with pytest.raises(TransitError, match="that is no timetable"):
        am.read_gtfs(path)


def test_more_columns_than_any_table_has_are_not_read(good, tmp_path):
    wide = {**good, "stops.txt": b"," * 10**6 + good["stops.txt"]}
    with pytest.raises(TransitError, match=r"stops\.txt names more than 1000 columns"):
        am.read_gtfs(write(tmp_path / "feed", wide))

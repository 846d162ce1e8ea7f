"""Studies of the small town with a bus line on either bank, and scenarios of all kinds for them."""

from study_worlds import STUDY, place, write_town
from transit_worlds import write_feed

TRANSIT = """
[transit]
feeds = ["bus"]
day = 2025-03-04
from = 07:00:00
to = 08:00:00
"""
# Stops of a bus along the south bank and over the bridge to the north, every ten minutes.
STOPS = {"west": place(0, 0), "east": place(7, 0), "north": place(0, 5), "far": place(7, 5)}
RIDES = {"S": ("west", "east", 180), "N": ("north", "far", 240)}
SCENARIOS = {
    "footbridge": f"""
kind = "add_link"
geometry = [{list(place(7, 2))}, {list(place(7, 3))}]
profiles = ["walk"]
""",
    "closed": """
kind = "close_ways"
ids = [300]
""",
    "site": f"""
kind = "add_site"
category = "care/pharmacy"
name = "Pharmacie du port"
at = {list(place(4, 1))}
""",
    "shut": """
kind = "close_ways"
ids = [105]
""",
    "gone": """
kind = "remove_site"
site = "n9002"
""",
    "often": """
kind = "set_frequency"
lines = ["S"]
factor = 2
""",
    "without": """
kind = "remove_line"
lines = ["N"]
""",
    "line": """
kind = "add_line"
name = "M"
stops = ["west", "far"]
headways = [["06:30", "09:00", 10]]
minutes = [4]
""",
}


def write_bus(folder):
    """A bus each way, every ten minutes from half past six to nine, line by line."""
    trips, route_of = {}, {}
    for line, (here, there, seconds) in RIDES.items():
        for begin, end, way in ((here, there, "out"), (there, here, "back")):
            for number in range(15):
                at = 23_400 + 600 * number
                name = f"{line}-{way}-{number}"
                trips[name] = [(begin, at, at), (end, at + seconds, at + seconds)]
                route_of[name] = line
    more = {
        "routes": "route_id,route_short_name,route_type\nS,S,3\nN,N,3\n",
        "trips": "route_id,service_id,trip_id\n"
        + "".join(f"{line},all,{name}\n" for name, line in route_of.items()),
    }
    return write_feed(folder, trips, stops=STOPS, more=more)


def study_text(more="", profiles='["car", "transit", "walk"]', nearest=1):
    text = STUDY.replace("nearest = 2", f"nearest = {nearest}")
    return text.replace('["car", "walk"]', profiles) + TRANSIT + more


def write_study(folder, text=None):
    path = write_town(folder)
    write_bus(folder / "bus")
    path.write_text(study_text() if text is None else text, encoding="utf-8")
    return path


def write_scenario(folder, name):
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\n[[changes]]{SCENARIOS[name]}', encoding="utf-8")
    return path


def rides_of(table, key):
    own = table[(table["scenario"] == key) & (table["profile"] == "transit")]
    return own.reset_index(drop=True)

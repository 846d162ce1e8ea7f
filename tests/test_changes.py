"""The schema of changes: what is refused, in which words, and what each change says it did."""

import re
import string
from datetime import date
from pathlib import Path
from typing import Literal, get_origin

import pytest

import artois_mobility
from artois_mobility.changes.coordinates import place_in_degrees
from artois_mobility.changes.fields import FileModel, Text
from artois_mobility.changes.hints import EXAMPLE_OF_KEY, suggest
from artois_mobility.changes.notices import LANGUAGES, Notice, read_texts
from artois_mobility.changes.people_schema import (
    AddResidents,
    MoveResidents,
    ScaleResidents,
    SetCapacity,
    SetHours,
)
from artois_mobility.changes.schema import (
    MODEL_OF_KIND,
    AddLink,
    AddSite,
    Change,
    CloseWays,
    Congestion,
    MoveSite,
    RemoveSite,
    SetSpeed,
)
from artois_mobility.changes.sentences import sentence
from artois_mobility.changes.street_schema import (
    AddBarrier,
    RemoveBarrier,
    SetAccess,
    SetOneway,
    SetTurn,
)
from artois_mobility.changes.toml_files import raise_problems, read_toml
from artois_mobility.changes.transit_schema import (
    AddLine,
    MoveStop,
    RemoveLine,
    SetFrequency,
    ShiftTimes,
    SpeedUpSegment,
    Truncate,
)
from artois_mobility.changes.water_schema import (
    AddQuay,
    AddReach,
    AddStop,
    CloseReach,
    LockHours,
    LockTime,
    SetClass,
    SetDimension,
)
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.files import ScenarioContent
from artois_mobility.scenarios.layers import LayerSource

SITE = {"kind": "add_site", "category": "care/doctor", "name": "Cabinet", "at": (2.8, 50.4)}
ENDS = ((2.9290, 50.4668), (2.9291, 50.4702))
RING = ((2.7, 50.4), (2.9, 50.4), (2.9, 50.5))


class File(FileModel):
    name: Text
    changes: tuple[Change, ...] = ()


def problems_of(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "works.toml"
    path.write_bytes(text.encode(encoding))
    return "\n".join(read_toml(path, File).problems)


BLOCK = 'name = "Works"\n\n[[changes]]\n'
ADD = BLOCK + 'kind = "add_site"\ncategory = "care/doctor"\nname = "Cabinet"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "a\n', "line 1, column"),
        ("name = 'a'\ncapacity = 4,5\n", "line 2, column 13.* It reads 'capacity = 4,5'"),
        ('name = "a"\nname = "b"\n', "Cannot overwrite a value"),
        ("name = 3", 'line 1, name is 3; allowed is text in "quotes"'),
        ('name = "  "', "line 1, name is '  '; allowed is text that is not empty"),
        ("", "name is missing"),
        ('nam = "a"', "line 1, nam is no key here. Did you mean name"),
        ('name = "a"\nspeed = 3', "speed is no key here. Allowed: name, changes"),
        ('name = "a"\n[changes]\nkind = "add_site"', r"one block that begins with \[\[changes\]\]"),
        (
            BLOCK
            + 'kind = "add_link"\ngeometry = [[2.8, 50.4], [2.8, 50.4]]\nprofiles = ["walk"]\n',
            r"line 3, changes\[1\] has all its points at \[2.8, 50.4\]. Give two ends that differ",
        ),
        (BLOCK, r"line 3, changes\[1\].kind is missing. Allowed: add_link"),
        (
            BLOCK + 'kind = "add_sit"',
            r"line 4, changes\[1\].kind is 'add_sit'. Did you mean add_site",
        ),
        (ADD + "at = [2.8]", r"line 7, changes\[1\].at has \[2.8\], allowed is a point of two"),
        (
            ADD + "at = [2.8, 50.4, 3.0]",
            r"changes\[1\].at is \[2.8, 50.4, 3.0\]; allowed is a point",
        ),
        (ADD + 'at = ["2.8", 50.4]', r"changes\[1\].at\[1\] is '2.8'; allowed is a number"),
        (ADD + "at = [2.8, true]", r"changes\[1\].at\[2\] is true; allowed is a number"),
        (ADD + "at = [2.8, nan]", r"changes\[1\].at\[2\] is nan; allowed is a finite number"),
        (ADD + "at = [2.8, 50.4]\ncapacity = -1", "capacity is -1; allowed is 0 or more"),
        (ADD + 'at = [2.8, 50.4]\ncapacity = "4"', "capacity is '4'; allowed is a number"),
        (ADD + "at = [2.8, 50.4]\ncapacit = 4", "capacit is no key here. Did you mean capacity"),
        (ADD, r"changes\[1\].at is missing"),
        (BLOCK + 'kind = "close_ways"', r"changes\[1\] says no way to close. Give ids"),
        (BLOCK + 'kind = "close_ways"\nids = ["12"]', "ids.1. is '12'; allowed is a whole number"),
        (BLOCK + 'kind = "close_ways"\nids = [12.0]', "ids.1. is 12.0; allowed is a whole number"),
        (BLOCK + 'kind = "close_ways"\nids = 12', r"ids is 12; allowed is a list in \[brackets\]"),
        (
            BLOCK + 'kind = "close_ways"\nids = [99999999999999999999]',
            "ids.1. is 99999999999999999999",
        ),
        (BLOCK + 'kind = "close_ways"\nids = [1]\nprofiles = []', "a list of at least 1 entry"),
        (BLOCK + 'kind = "set_speed"\nids = [1]', "needs exactly one of kmh, limit_kmh and factor"),
        (
            BLOCK + 'kind = "set_speed"\nids = [1]\nkmh = 3\nfactor = 2',
            "exactly one of kmh, limit_kmh and factor",
        ),
        (BLOCK + 'kind = "set_speed"\nkmh = 30', "says no way. Give ids, names, classes"),
        (BLOCK + 'kind = "set_speed"\nkmh = 0\nids = [1]', "is 0; allowed is 0.5 to 300 km/h"),
        (
            BLOCK + 'kind = "set_speed"\nkmh = 900\nids = [1]',
            "kmh is 900; allowed is 0.5 to 300 km/h",
        ),
        (
            BLOCK + 'kind = "set_speed"\nkmh = 9\nids = [1]\nonly = "up"',
            "only is 'up'; allowed is 'faster'",
        ),
        (
            BLOCK + 'kind = "add_link"\nprofiles = ["walk"]\ngeometry = [[2.8, 50.4]]',
            "at least 2 entries",
        ),
        (
            BLOCK + 'kind = "add_link"\nprofiles = "walk"\ngeometry = [[2, 50], [2, 51]]',
            "profiles is 'walk'",
        ),
        (
            BLOCK + 'kind = "add_link"\ngeometry = [[2, 50], 3]',
            r"geometry\[2\] is 3; allowed is a point",
        ),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "9" * 5000, "is not TOML"),
    ],
)
def test_a_faulty_file_is_told_what_where_and_what_is_allowed(tmp_path, text, expected):
    import re

    found = problems_of(tmp_path, text)
    assert re.search(expected, found), found
    assert "pydantic" not in found
    assert "Traceback" not in found


def test_all_problems_of_a_file_come_at_once_each_with_its_line(tmp_path):
    text = (
        ADD + "at = [1.0]\n\n[[changes]]\nkind = 'close_ways'\n\n[[changes]]\nkind = 'move_site'\n"
    )
    found = problems_of(tmp_path, text).splitlines()
    assert [each.partition(",")[0] for each in found] == ["line 7", "line 9", "line 12", "line 12"]


def test_lines_of_points_are_not_taken_for_headers(tmp_path):
    text = (
        BLOCK + 'kind = "add_link"\ngeometry = [\n  [2.8, 50.4],\n  [2.9, 50.4],\n]\nprofiles = 3\n'
    )
    assert "line 9, changes[1].profiles is 3" in problems_of(tmp_path, text)


def test_text_that_is_not_utf_8_is_told_so(tmp_path):
    assert "line 1 is not UTF-8" in problems_of(tmp_path, 'name = "é"', "latin-1")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    assert problems_of(tmp_path, 'name = "é"\r\n', "utf-8-sig") == ""


def test_a_missing_file_names_its_neighbour(tmp_path):
    (tmp_path / "passerelle.toml").write_text("")
    assert read_toml(tmp_path / "paserelle.toml", File).problems == (
        "there is no such file. Did you mean passerelle.toml?",
    )
    assert "this is a folder" in read_toml(tmp_path, File).problems[0]


def test_one_error_lists_the_problems_of_several_files():
    with pytest.raises(StudyError, match=r"(?s)a has 1 problem:\n  x\nb has 2 problems:\n  y\n  z"):
        raise_problems([("a", ["x"]), ("fine", []), ("b", ["y", "z"])])


def test_every_kind_has_its_model_and_says_its_kind():
    for kind, model in MODEL_OF_KIND.items():
        assert model.model_fields["kind"].annotation.__args__ == (kind,)


def test_a_change_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        AddSite(**SITE).name = "Other"


def test_coordinates_in_another_system_become_degrees():
    metres = (688_000.0, 7_036_000.0)
    change = MoveSite(kind="move_site", site="w1", to=metres)
    placed, problems = place_in_degrees(change, "EPSG:2154")
    assert problems == []
    assert placed.to == pytest.approx((2.8307, 50.4224), abs=1e-3)
    line = AddLink(kind="add_link", geometry=(metres, (688_100.0, 7_036_000.0)), profiles=("walk",),
                   crs="EPSG:2154")  # fmt: skip
    assert place_in_degrees(line, None)[0].geometry[0] == placed.to


def test_coordinates_that_lie_nowhere_are_refused():
    _, problems = place_in_degrees(
        MoveSite(kind="move_site", site="w1", to=(688_000, 7_036_000)), None
    )
    assert problems[0].startswith("to is [688000.0, 7036000.0], which lies nowhere on Earth")
    _, problems = place_in_degrees(AddSite(**SITE, crs="EPSG:999999"), None)
    assert problems == [
        "crs is 'EPSG:999999', which is no known coordinate system. Write crs = \"EPSG:2154\"."
    ]
    far = SetSpeed(kind="set_speed", kmh=3, within=((0, 0), (1, 0), (1, 91)))
    assert "within[3] is [1.0, 91.0]" in place_in_degrees(far, None)[1][0]


SENTENCES = [
    (
        AddSite(**{**SITE, "category": "care/general_practitioner"}, capacity=4),
        "Ouvre « Cabinet » (Médecin généraliste, capacité 4) au point 2,8000 ; 50,4000.",
        "Opens “Cabinet” (General practitioner, capacity 4) at 2.8000, 50.4000.",
    ),
    (
        MoveSite(kind="move_site", site="Hôpital", to=(2.81, 50.4)),
        "Déplace « Hôpital » au point 2,8100 ; 50,4000.",
        "Moves “Hôpital” to 2.8100, 50.4000.",
    ),
    (
        RemoveSite(kind="remove_site", site="Hôpital"),
        "Ferme « Hôpital ».",
        "Closes “Hôpital”.",
    ),
    (
        AddLink(kind="add_link", geometry=ENDS, profiles=("walk", "bicycle"), name="Passerelle"),
        "Ouvre la liaison « Passerelle » de 378 m (marche et vélo).",
        "Opens the link “Passerelle” of 378 m (walk and bicycle).",
    ),
    (
        AddLink(kind="add_link", geometry=ENDS, profiles=("mine",), speed_kmh=4.5, oneway=True),
        "Ouvre une liaison de 378 m (mine, 4,5 km/h, sens unique).",
        "Opens a link of 378 m (mine, 4.5 km/h, one way).",
    ),
    (
        CloseWays(kind="close_ways", ids=(1, 2), names=("Pont",)),
        "Ferme à la circulation les voies 1 et 2 et « Pont » (tous les modes).",
        "Closes ways 1 and 2 and “Pont” to traffic (all modes).",
    ),
    (
        SetSpeed(kind="set_speed", kmh=30, only="slower", classes=("residential",),
                 profiles=("car",)),
        "Fixe à 30 km/h la vitesse sur les rues résidentielles "
        "(voiture, sans accélérer personne).",
        "Sets the speed to 30 km/h on ways of class residential (car, nobody gets faster).",
    ),
    (
        SetSpeed(kind="set_speed", factor=0.5, within=RING),
        "Multiplie par 0,5 la vitesse sur toutes les voies dans un périmètre de 3 sommets "
        "(tous les modes).",
        "Multiplies the speed by 0.5 on all ways inside a polygon of 3 corners (all modes).",
    ),
    (
        CloseWays(kind="close_ways", classes=("primary",), within=RING, end=date(2027, 3, 9)),
        "Ferme à la circulation les routes principales dans un périmètre de 3 sommets "
        "(tous les modes) jusqu'au 09/03/2027.",
        "Closes ways of class primary inside a polygon of 3 corners to traffic (all modes) until "
        "2027-03-09.",
    ),
    (
        Congestion(kind="congestion", factor=1.3, ids=(7,)),
        "Multiplie par 1,3 les temps de parcours sur la voie 7 (modes motorisés).",
        "Multiplies the times along way 7 by 1.3 (motor traffic).",
    ),
    (
        Congestion(kind="congestion", factor=2, classes=("primary",), profiles=("walk",)),
        "Multiplie par 2 les temps de parcours sur les routes principales (marche).",
        "Multiplies the times along ways of class primary by 2 (walk).",
    ),
    (
        SetClass(kind="set_class", names=("Canal de Lens",), cemt="IV", with_locks=True),
        "Porte à la classe IV « Canal de Lens », écluses comprises.",
        "Upgrades “Canal de Lens” to class IV, locks included.",
    ),
    (
        SetDimension(kind="set_dimension", ids=(7,), length_m=144.6, draught_m=3),
        "Fixe la longueur admise à 144,6 m et l'enfoncement admis à 3 m sur la voie 7.",
        "Sets the length allowed to 144.6 m and the draught allowed to 3 m on way 7.",
    ),
    (
        LockTime(kind="lock_time", names=("Écluse de Don",), minutes=12.5),
        "Fixe à 12,5 min la durée d'une éclusée : « Écluse de Don ».",
        "Sets the time of one locking to 12.5 min: “Écluse de Don”.",
    ),
    (
        LockHours(kind="lock_hours", names=("Écluse de Don",), hours="Mo-Sa 07:00-19:00"),
        "Donne l'horaire « Mo-Sa 07:00-19:00 » à l'écluse : « Écluse de Don ».",
        "Gives the lock the hours “Mo-Sa 07:00-19:00”: “Écluse de Don”.",
    ),
    (
        CloseReach(kind="close_reach", names=("Lys",), begin=date(2027, 3, 1),
                   end=date(2027, 3, 9)),
        "Ferme à la navigation « Lys » du 01/03/2027 au 09/03/2027.",
        "Closes “Lys” to vessels from 2027-03-01 to 2027-03-09.",
    ),
    (
        CloseReach(kind="close_reach", ids=(7,), end=date(2027, 3, 9)),
        "Ferme à la navigation la voie 7 jusqu'au 09/03/2027.",
        "Closes way 7 to vessels until 2027-03-09.",
    ),
    (
        AddReach(kind="add_reach", geometry=ENDS, name="Jonction", cemt="Vb", speed_kmh=8),
        "Ouvre la voie d'eau « Jonction » de 378 m (classe Vb, 8 km/h).",
        "Opens the waterway “Jonction” of 378 m (class Vb, 8 km/h).",
    ),
    (
        AddQuay(kind="add_quay", name="Quai", at=(2.81, 50.4)),
        "Ouvre le quai « Quai » au point 2,8100 ; 50,4000.",
        "Opens the quay “Quai” at 2.8100, 50.4000.",
    ),
    (
        AddStop(kind="add_stop", name="Halte", at=(2.81, 50.4)),
        "Ouvre la halte fluviale « Halte » au point 2,8100 ; 50,4000.",
        "Opens the boat stop “Halte” at 2.8100, 50.4000.",
    ),
    (
        SetAccess(kind="set_access", names=("Rue Haute",), to="pedestrians_and_bicycles"),
        "Réserve aux piétons et aux vélos « Rue Haute ».",
        "Keeps “Rue Haute” for people on foot and bicycles.",
    ),
    (
        SetOneway(kind="set_oneway", ids=(12,), direction="against", profiles=("car",)),
        "Met en sens unique la voie 12, à rebours du tracé (voiture).",
        "Makes way 12 one-way, against the way it is drawn (car).",
    ),
    (
        SetTurn(kind="set_turn", from_way=1, via=5, to_way=2, allowed=False),
        "Interdit de tourner de la voie 1 dans la voie 2 (tous les modes dont les mouvements "
        "tournants sont connus).",
        "Forbids turning from way 1 into way 2 (all modes that know turns).",
    ),
    (
        AddBarrier(kind="add_barrier", geometry=ENDS),
        "Pose un obstacle de 378 m que nul ne franchit à pied hors des voies.",
        "Sets up a barrier of 378 m that nobody walks across off the streets.",
    ),
    (
        RemoveBarrier(kind="remove_barrier", within=((2.8, 50.4), (2.81, 50.4), (2.81, 50.41))),
        "Supprime les obstacles dans un périmètre de 3 sommets.",
        "Takes away the barriers inside a polygon of 3 corners.",
    ),
    (
        AddResidents(
            kind="add_residents", population=1200, at=ENDS[0], name="Écoquartier",
            columns={"ind_80p": 40},
        ),
        "Ajoute 1 200 habitants, dont ind_80p : 40, au point 2,9290 ; 50,4668 (« Écoquartier »).",
        "Adds 1,200 residents, of whom ind_80p: 40, at 2.9290, 50.4668 (“Écoquartier”).",
    ),
    (
        AddResidents(kind="add_residents", population=1, within=RING),
        "Ajoute 1 habitant dans un périmètre de 3 sommets.",
        "Adds 1 resident inside a polygon of 3 corners.",
    ),
    (
        ScaleResidents(kind="scale_residents", factor=1.05),
        "Multiplie par 1,05 la population dans tout le territoire.",
        "Multiplies by 1.05 the population in the whole territory.",
    ),
    (
        ScaleResidents(kind="scale_residents", population=40_000, communes=("62498",), within=RING),
        "Porte à 40 000 habitants la population dans la commune 62498, dans un périmètre de 3 "
        "sommets.",
        "Brings to 40,000 residents the population in the commune 62498, inside a polygon of 3 "
        "corners.",
    ),
    (
        MoveResidents(
            kind="move_residents", share=0.1, communes=("62498", "62510"), to_within=RING
        ),
        "Déplace 10 % des habitants : aujourd'hui dans les communes 62498 et 62510, demain dans un "
        "périmètre de 3 sommets.",
        "Moves 10% of residents: today in the communes 62498 and 62510, then inside a polygon of "
        "3 corners.",
    ),
    (
        MoveResidents(kind="move_residents", population=50, within=RING, to_communes=("62498",)),
        "Déplace 50 habitants : aujourd'hui dans un périmètre de 3 sommets, demain dans la commune "
        "62498.",
        "Moves 50 residents: today inside a polygon of 3 corners, then in the commune 62498.",
    ),
    (
        MoveResidents(kind="move_residents", population=50, within=RING, to=ENDS[0]),
        "Déplace 50 habitants : aujourd'hui dans un périmètre de 3 sommets, demain au point 2,9290 "
        "; 50,4668.",
        "Moves 50 residents: today inside a polygon of 3 corners, then at 2.9290, 50.4668.",
    ),
    (
        SetCapacity(kind="set_capacity", site="EHPAD", factor=1.5),
        "Multiplie par 1,5 la capacité de « EHPAD ».",
        "Multiplies the capacity of “EHPAD” by 1.5.",
    ),
    (
        SetHours(kind="set_hours", site="EHPAD", hours="24/7"),
        "Ouvre « EHPAD » aux heures « 24/7 ».",
        "Opens “EHPAD” at the hours “24/7”.",
    ),
    (
        AddLine(
            kind="add_line", name="Bulle 8", stops=("bus:Lens", ENDS[0], ENDS[1]), days="Mo-Fr",
            headways=(("06:00", "09:00", 7.5), ("09:00", "20:00", 15)), speed_kmh=22,
        ),
        "Crée la ligne « Bulle 8 » (bus, 3 arrêts, dans les deux sens, toutes les 7,5 min de 06:00 "
        "à 09:00 et toutes les 15 min de 09:00 à 20:00, du lundi au vendredi).",
        "Opens the line “Bulle 8” (bus, 3 stops, both ways, every 7.5 min from 06:00 to 09:00 and "
        "every 15 min from 09:00 to 20:00, Monday to Friday).",
    ),
    (
        AddLine(
            kind="add_line", name="T", stops=("a", "b"), vehicle="tram", minutes=(4,),
            headways=(("06:00", "20:00", 10),), both_ways=False,
        ),
        "Crée la ligne « T » (tramway, 2 arrêts, dans un seul sens, toutes les 10 min de 06:00 à "
        "20:00).",
        "Opens the line “T” (tram, 2 stops, one way, every 10 min from 06:00 to 20:00).",
    ),
    (
        RemoveLine(kind="remove_line", lines=("B7",), days="We,Sa-Su"),
        "Supprime la ligne « B7 » (mercredi, samedi et dimanche).",
        "Takes away the line “B7” (Wednesday, Saturday and Sunday).",
    ),
    (
        SetFrequency(kind="set_frequency", lines=("B1", "B2"), factor=1.5, days="Mo-Fr"),
        "Multiplie par 1,5 la fréquence : les lignes « B1 » et « B2 » (du lundi au vendredi).",
        "Multiplies the frequency by 1.5: the lines “B1” and “B2” (Monday to Friday).",
    ),
    (
        SetFrequency(kind="set_frequency", lines=("B1",), headways=(("21:00", "25:00", 30),)),
        "Fixe la fréquence : la ligne « B1 », toutes les 30 min de 21:00 à 25:00.",
        "Sets the frequency: the line “B1”, every 30 min from 21:00 to 25:00.",
    ),
    (
        ShiftTimes(kind="shift_times", lines=("K50",), minutes=-5),
        "Avance de 5 min la ligne « K50 ».",
        "Runs the line “K50” 5 min earlier.",
    ),
    (
        ShiftTimes(kind="shift_times", lines=("K50",), minutes=2.5, days="Su"),
        "Retarde de 2,5 min la ligne « K50 » (dimanche).",
        "Runs the line “K50” 2.5 min later (Sunday).",
    ),
    (
        AddStop(kind="add_stop", name="Lycée", at=(2.81, 50.4), lines=("B1",), dwell_s=15),
        "Crée l'arrêt « Lycée » au point 2,8100 ; 50,4000, arrêt de 15 s : la ligne « B1 ».",
        "Opens the stop “Lycée” at 2.8100, 50.4000, standing 15 s: the line “B1”.",
    ),
    (
        MoveStop(kind="move_stop", stop="Gare", to=(2.81, 50.4)),
        "Déplace l'arrêt « Gare » au point 2,8100 ; 50,4000.",
        "Moves the stop “Gare” to 2.8100, 50.4000.",
    ),
    (
        SpeedUpSegment(
            kind="speed_up_segment", lines=("B1",), from_stop="Lens", to_stop="Harnes", percent=20
        ),
        "Réduit de 20 % le temps de marche entre « Lens » et « Harnes » : la ligne « B1 ».",
        "Cuts driving time between “Lens” and “Harnes” by 20%: the line “B1”.",
    ),
    (
        SpeedUpSegment(
            kind="speed_up_segment", lines=("B1",), from_stop="Lens", to_stop="Harnes", minutes=3,
            both_ways=False, days="Mo-Fr",
        ),
        "Fait gagner 3 min entre « Lens » et « Harnes » : la ligne « B1 », dans ce sens seulement "
        "(du lundi au vendredi).",
        "Saves 3 min between “Lens” and “Harnes”: the line “B1”, that way only (Monday to Friday).",
    ),
    (
        Truncate(kind="truncate", lines=("B2",), from_stop="Béthune", to_stop="Beuvry"),
        "Limite au tronçon entre « Béthune » et « Beuvry » la ligne « B2 ».",
        "Limits the line “B2” to the part between “Béthune” and “Beuvry”.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "french", "english"), SENTENCES)
def test_every_change_says_what_it_does_in_both_languages(change, french, english):
    assert sentence(change, "fr").replace("\u00a0", " ").replace("\u202f", " ") == french
    assert sentence(change, "en") == english


def test_long_lists_of_ways_are_cut_short():
    closed = CloseWays(kind="close_ways", ids=tuple(range(1, 10)))
    assert sentence(closed, "en") == "Closes ways 1, 2, 3, 4 and 5 more to traffic (all modes)."
    assert "; et" not in sentence(closed)
    assert {type(change) for change, _, _ in SENTENCES} == set(MODEL_OF_KIND.values())


WATER_FAULTS = [
    (SetClass, {"kind": "set_class", "cemt": "IV"}, "says no waterway"),
    (SetClass, {"kind": "set_class", "names": ["Lys"], "cemt": "XI"}, "allowed is one of I, II"),
    (SetDimension, {"kind": "set_dimension", "names": ["Lys"]}, "sets nothing"),
    (SetDimension, {"kind": "set_dimension", "names": ["Lys"], "beam_m": 0.0}, "greater than 0"),
    (LockHours, {"kind": "lock_hours", "names": ["Don"], "hours": "often"}, "is no timetable"),
    (LockTime, {"kind": "lock_time", "names": ["Don"], "minutes": -1.0}, "greater than 0"),
    (CloseReach, {"kind": "close_reach", "ids": [1], "begin": "2027-03-02", "end": "2027-03-01"},
     "before it begins"),
    (AddReach, {"kind": "add_reach", "geometry": [(2.8, 50.4), (2.8, 50.4)], "name": "R",
                "cemt": "I"}, "two ends that differ"),
    (AddReach, {"kind": "add_reach", "geometry": ENDS, "name": "R", "cemt": "big"},
     "allowed is one of"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "content", "said"), WATER_FAULTS)
def test_changes_on_water_that_mean_nothing_are_refused(model, content, said):
    with pytest.raises(ValueError, match=said):
        model.model_validate(content)


def test_hints_do_not_mind_capitals():
    assert suggest("WALK", ["walk", "car"]) == " Did you mean walk?"


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(read_texts()))
def test_every_notice_is_said_in_both_languages_with_the_same_values(key):
    texts = read_texts()[key]
    assert set(texts) == set(LANGUAGES)
    assert placeholders(texts["fr"]) == placeholders(texts["en"])


def test_every_notice_is_used_and_none_is_missing():
    package = Path(artois_mobility.__file__).parent
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("changes", "access", "scenarios", "study", "quality", "report", "cli", "why")
        for path in (package / folder).glob("*.py")
    )
    assert set(re.findall(r'Notice\(\s*"([a-z_]+)"', code)) <= set(read_texts())
    assert [key for key in read_texts() if f'"{key}"' not in code] == []


def test_notices_write_counts_and_lists_as_the_language_does():
    names = ("a", "b", "c", "d", "e", "f", "g")
    assert Notice("no_speed_set", {"profiles": names}).say("en") == (
        "sets the speed of 0 ways for a, b, c, d, e and 2 more: it has no effect."
    )
    edge = Notice("edge", {"profile": "car", "count": 1234, "total": 2000})
    assert edge.say("fr").startswith("Voiture : 1\u202f234 carreaux sur 2\u202f000 sont")
    assert str(edge).startswith("car: 1,234 of 2,000 cells")


def test_every_key_that_must_be_there_has_an_example_or_choices():
    """A message that says what is missing says what to write."""
    models = [*MODEL_OF_KIND.values(), ScenarioContent, LayerSource]
    required = {
        name
        for model in models
        for name, field in model.model_fields.items()
        if field.is_required() and get_origin(field.annotation) is not Literal
    }
    assert required <= EXAMPLE_OF_KEY.keys()

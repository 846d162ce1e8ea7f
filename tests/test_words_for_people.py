"""What the files say in the words of OpenStreetMap or of this library, told as people say it."""

import pytest

from artois_mobility.changes.notices import Notice
from artois_mobility.report.touched import _say_length
from artois_mobility.report.water import _say_limit
from artois_mobility.report.words import read_words


@pytest.mark.parametrize(
    ("limit", "french", "english"),
    [
        ("Canal de Lens: class I", "Canal de Lens : classe I", "Canal de Lens: class I"),
        (
            "Canal d'Aire, Cuinchy: maxlength=140.0 (VNF)",
            "Canal d'Aire, Cuinchy : longueur limitée à 140 m (VNF)",
            "Canal d'Aire, Cuinchy: length limited to 140 m (VNF)",
        ),
        (
            "Canal: maxlength=38.5",
            "Canal : longueur limitée à 38,5 m",
            "Canal: length limited to 38.5 m",
        ),
        ("", "", ""),
        ("as nobody writes it", "as nobody writes it", "as nobody writes it"),
    ],
)
def test_what_limits_a_vessel_is_said_without_tags(limit, french, english):
    assert _say_limit(limit, read_words("fr")) == french
    assert _say_limit(limit, read_words("en")) == english


@pytest.mark.parametrize(
    ("kilometres", "said"),
    [(0.00001, "1 m"), (0.049, "49 m"), (0.9994, "999 m"), (1.0, "1,0 km"), (12.34, "12,3 km")],
)
def test_a_short_length_is_said_in_metres(kilometres, said):
    assert _say_length(kilometres, read_words("fr")) == said


def test_a_warning_begins_with_what_people_call_the_mode():
    values = {"profile": "car", "count": 2, "total": 9}
    assert Notice("edge", values).say("fr").startswith("Voiture : 2 carreaux sur 9")
    assert Notice("edge", values).say("en").startswith("car: 2 of 9 cells")
    own = Notice("edge", {**values, "profile": "mon_bus"})
    assert own.say("fr").startswith("mon_bus : 2 carreaux")


def test_the_word_of_a_file_stays_where_it_is_meant():
    notice = Notice("focus_profile", {"profile": "car"})
    assert notice.say("fr").endswith("l'étude ne demande pas car.")

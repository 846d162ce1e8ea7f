"""What public transport is called where it stands among the profiles."""

from typing import Final

# By which studies, scenario files and tables name it.
TRANSIT: Final = "transit"
# What people read.
LABEL: Final = {"fr": "transports collectifs", "en": "public transport"}

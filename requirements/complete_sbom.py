"""Add to a bill of materials what the lock file does not say: our version, everyone's licence."""

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Final

OURS: Final = "artois-mobility"
# Longer ones are the whole text of the licence, which the classifier names.
LONGEST_NAME: Final = 60


def licences_of(name: str) -> list[dict[str, Any]]:
    """List the licences that an installed distribution declares, as CycloneDX writes them.

    Parameters
    ----------
    name
        Of the distribution.

    Returns
    -------
    licences
        Empty where it is not installed, or declares none.
    """
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expression := told.get("License-Expression"):
        return [{"expression": expression, "acknowledgement": "declared"}]
    kinds = [each for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    short = told.get("License") or ""
    is_name = 0 < len(short) <= LONGEST_NAME and "\n" not in short
    names = [short] if is_name else [each.rpartition(" :: ")[2] for each in kinds]
    return [{"license": {"name": each, "acknowledgement": "declared"}} for each in names]


def complete(bill: dict[str, Any]) -> list[str]:
    """Write versions and licences into a bill.

    Parameters
    ----------
    bill
        As cyclonedx-py writes it; changed.

    Returns
    -------
    unknown
        Components whose licence is not known here, as they are for other systems.
    """
    bill["metadata"]["component"]["version"] = metadata.version(OURS)
    for component in bill["components"]:
        if licences := licences_of(component["name"]):
            component["licenses"] = licences
    return sorted({each["name"] for each in bill["components"] if "licenses" not in each})


if __name__ == "__main__":
    path = Path(sys.argv[1])
    bill_of_materials = json.loads(path.read_text(encoding="utf-8"))
    unknown = complete(bill_of_materials)
    path.write_text(json.dumps(bill_of_materials, indent=2) + "\n", encoding="utf-8")
    if unknown:
        sys.stdout.write(f"not installed here, licence unknown: {', '.join(unknown)}\n")

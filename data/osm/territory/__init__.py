"""The schematic territory: from small tables of facts to an OpenStreetMap extract."""

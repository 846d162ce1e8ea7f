"""Ordinary French street names, dealt out by a fixed rule."""

WORDS = (
    "Rue Jean-Jaurès", "Rue Victor-Hugo", "Rue Émile-Zola", "Rue Pasteur", "Rue de la République",
    "Rue Roger-Salengro", "Rue Jules-Ferry", "Rue Voltaire", "Rue Jean-Moulin", "Rue de la Gare",
    "Rue des Mineurs", "Rue de l'Église", "Rue du Moulin", "Rue des Lilas", "Rue des Tilleuls",
    "Rue du 8-Mai-1945", "Rue du 11-Novembre", "Rue de la Paix", "Rue de la Liberté",
    "Rue Marie-Curie", "Rue Louise-Michel", "Rue Pierre-Curie", "Rue Alfred-de-Musset",
    "Rue Lamartine", "Rue Racine", "Rue Molière", "Rue La Fontaine", "Rue Anatole-France",
    "Rue Romain-Rolland", "Rue Henri-Barbusse", "Rue Paul-Éluard", "Rue Jacques-Prévert",
    "Rue Georges-Brassens", "Rue Pablo-Picasso", "Rue Claude-Monet", "Rue des Bleuets",
    "Rue des Coquelicots", "Rue des Acacias", "Rue des Érables", "Rue du Marais", "Rue du Bois",
    "Rue des Prés", "Rue du Stade", "Rue des Écoles", "Rue de la Fosse", "Rue du Coron",
    "Rue de Londres", "Rue de Varsovie", "Rue de Rome", "Rue de Bruxelles", "Rue des Hirondelles",
    "Rue des Alouettes", "Rue du Chemin-Vert", "Rue de la Source", "Rue Gustave-Delory",
    "Rue Ambroise-Croizat", "Rue Martha-Desrumaux", "Rue Charles-Debarge", "Rue Casimir-Beugnet",
    "Rue Basly", "Rue Lamendin", "Rue Uriane-Sorriaux", "Rue du Terril",
)  # fmt: skip


def of_place(thing: str, place: str) -> str:
    """Return "Route de Lens", "Route d'Oignies": elided before a vowel and a silent h."""
    return f"{thing} d'{place}" if place[0] in "AEÉIOUYH" else f"{thing} de {place}"


def street_name(town_row: int, axis: int, line: int) -> str:
    """Return the name of a street of a town's grid: no name comes twice in a small town."""
    place = town_row * 17 + 2 * line + (1 if line < 0 else 0) + axis * 31
    return WORDS[place % len(WORDS)]

"""What QGIS itself reads in a project and in a GeoPackage; run by Debian's Python, which has it.

    python3 qgis_reader.py FOLDER PICTURE

prints JSON about FOLDER's results.qgz and results.gpkg and draws the project's first view.
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def describe_layer(layer):
    renderer = layer.renderer()
    rules = renderer.rootRule().children() if renderer.type() == "RuleRenderer" else []
    return {
        "is_valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "count": layer.featureCount(),
        "title": layer.metadata().title(),
        "rights": layer.metadata().rights(),
        "styles": sorted(layer.styleManager().styles()),
        "style": layer.styleManager().currentStyle(),
        "labels": [layer.attributeDisplayName(i) for i in range(layer.fields().count())],
        "tip": layer.mapTipTemplate(),
        "values": values_of(layer),
        "rules": [[rule.label(), rule.filterExpression()] for rule in rules],
        "symbols": [rule.symbol().symbolLayer(0).layerType() for rule in rules],
        "drawn": drawn(layer, rules),
    }


def values_of(layer):
    """What the attribute table shows for the values of fields that have words of their own."""
    shown = {}
    for field in layer.fields():
        setup = field.editorWidgetSetup()
        if setup.type() == "ValueMap":
            shown[field.name()] = [next(iter(each.items())) for each in setup.config()["map"]]
    return shown


def drawn(layer, rules):
    """Count the features that each rule draws."""
    counts = []
    for rule in rules:
        if rule.filterExpression():
            layer.setSubsetString(rule.filterExpression())
        counts.append(layer.featureCount())
        layer.setSubsetString("")
    return counts


def draw(project, picture):
    settings = QgsMapSettings()
    nodes = project.layerTreeRoot().findLayers()
    settings.setLayers([node.layer() for node in nodes if node.isVisible()])
    settings.setDestinationCrs(project.crs())
    settings.setOutputSize(QSize(440, 304))
    settings.setExtent(project.viewSettings().defaultViewExtent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(picture))


def main():
    folder, picture = Path(sys.argv[1]), Path(sys.argv[2])
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    told = {"read": project.read(str(folder / "results.qgz")), "crs": project.crs().authid()}
    root = project.layerTreeRoot()
    told["groups"] = [group.name() for group in root.findGroups()]
    told["shown"] = [node.layerId() for node in root.findLayers() if node.isVisible()]
    told["project"] = {key: describe_layer(each) for key, each in project.mapLayers().items()}
    draw(project, picture)
    told["package"] = {}
    for layer in project.mapLayers().values():
        name = layer.id().removeprefix("artois_mobility_")
        source = f"{folder / 'results.gpkg'}|layername={name}"
        told["package"][name] = describe_layer(QgsVectorLayer(source, name, "ogr"))
    sys.stdout.write(json.dumps(told) + "\n")
    project.clear()
    application.exitQgis()


if __name__ == "__main__":
    main()

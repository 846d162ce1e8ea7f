#!/bin/sh
# Run the tests with other versions of the dependencies than the locked ones.
# usage: try_versions.sh lowest-direct|highest FOLDER [TESTS ...]
set -eu
resolution=$1
folder=$2
shift 2
uv venv --quiet --clear --python 3.11 "$folder"
export VIRTUAL_ENV="$folder"
# What the library needs, in the versions asked for; the tests' own tools in their newest.
uv pip install --quiet --only-binary :all: --no-binary artois-mobility --resolution "$resolution" \
    '.[distributed,heights,xarray]'
uv pip freeze --exclude-editable | grep -vi '^artois' > "$folder/library.txt"
uv pip install --quiet --only-binary :all: --no-binary artois-mobility --constraint "$folder/library.txt" \
    '.[peers,notebooks,postgis]' pytest pytest-xdist hypothesis nbclient nbformat ipykernel \
    openpyxl playwright axe-playwright-python
grep -iE '^(numpy|pandas|numba|shapely|geopandas|pyarrow|osmium|scipy)==' "$folder/library.txt"
if [ $# -eq 0 ]; then
    set -- tests --ignore tests/test_readme.py --ignore tests/test_package_files.py --ignore tests/test_notebooks.py
fi
# Old versions warn of newer ones; here only failures count.
"$folder/bin/python" -m pytest -o addopts= -o filterwarnings=default -q -n 2 --dist loadfile "$@"

// The map: Leaflet moves it by mouse, finger and keyboard; one canvas is drawn anew at each step.

const FAR = { minZoom: -9, maxZoom: -1, zoomSnap: 0, zoomDelta: 0.5 };
const PRINT_RATIO = 3;
const LEAST_WIDTH = 6000; // metres
const NEAR = 3000; // metres

function makeMap(state) {
  const element = document.getElementById("map");
  const canvas = make("canvas", { className: "ink", attributes: { "aria-hidden": "true" } });
  element.append(canvas);
  const map = new vendor.Map(element, {
    ...FAR,
    crs: vendor.CRS.Simple,
    attributionControl: false,
    zoomControl: false,
    zoomAnimation: false,
    fadeAnimation: false,
    boxZoom: false,
    inertia: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    scrollWheelZoom: false,
    // With one finger a reader scrolls the page; two fingers move the map.
    dragging: !matchMedia("(pointer: coarse)").matches,
  });
  const shown = { map, canvas, element, ratio: null, whole: wholeBounds() };
  map.fitBounds(boundsOfChange(state), { animate: false });
  vendor.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  // The wheel scrolls the page until the reader has taken the map in hand.
  element.addEventListener("focus", () => map.scrollWheelZoom.enable());
  element.addEventListener("blur", () => map.scrollWheelZoom.disable());
  shown.drawNow = () => drawMap(shown, state);
  shown.redraw = inNextFrame(shown.drawNow);
  map.on("move zoom resize", shown.redraw);
  return shown;
}

function wholeBounds() {
  return vendor.latLngBounds([0, 0], [extent.height, extent.width]);
}

// Where a scenario changes something for the chosen pair: the whole where that is most of it.
function boundsOfChange({ scenario, profile, category }) {
  const { before, after } = changeOf(scenario, profile, category);
  const people = peopleOf(scenario);
  const corners = sitesOf(scenario, category)
    .filter(({ kind }) => kind !== "site")
    .map(({ x, y }) => [y, x]);
  for (let cell = 0; cell < cells.count; cell += 1) {
    const isSame = Object.is(before[cell], after[cell]);
    const isFelt = !isSame && !(Math.abs(before[cell] - after[cell]) < given.classes.change.bounds[0]);
    if (isFelt && !Number.isNaN(people[cell])) corners.push([cells.y[cell], cells.x[cell]]);
  }
  const bounds = vendor.latLngBounds(corners);
  if (!bounds.isValid()) return wholeBounds();
  const middle = bounds.getCenter();
  const reach = Math.max(LEAST_WIDTH / 2, 0.65 * (bounds.getEast() - bounds.getWest()), 0.65 * (bounds.getNorth() - bounds.getSouth()));
  if (reach > 0.4 * Math.min(extent.width, extent.height)) return wholeBounds();
  return vendor.latLngBounds(
    [middle.lat - reach, middle.lng - reach],
    [middle.lat + reach, middle.lng + reach],
  );
}

function inNextFrame(work) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      work();
    });
  };
}

function drawMap(shown, state) {
  const { map, canvas } = shown;
  const ratio = shown.ratio ?? Math.max(window.devicePixelRatio, 1);
  const view = viewOf(map, ratio);
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(view.height * ratio);
  Object.assign(canvas.style, { width: `${view.width}px`, height: `${view.height}px` });
  const ink = canvas.getContext("2d");
  const isOfCells = ["minutes", "gain", "people"].includes(state.show);
  drawGround(ink, view);
  if (isOfCells) drawStreets(ink, view);
  forEachSide(ink, view, state, (when) => SHOWS[state.show].draw(ink, view, state, when));
  if (!isOfCells) drawStreets(ink, view);
  drawLines(ink, view);
  forEachSide(ink, view, state, (when) => {
    drawWays(ink, view, when === "before" ? 0 : state.scenario);
    drawSites(ink, view, state, when);
  });
  drawNames(ink, view, state);
}

// Today on the left of the slider, the scenario on its right.
function forEachSide(ink, view, state, draw) {
  if (!isSplit(state)) {
    draw("after");
    return;
  }
  const middle = state.split * view.width;
  for (const [left, width, when] of [
    [0, middle, "before"],
    [middle, view.width - middle, "after"],
  ]) {
    ink.save();
    view.inPoints(ink);
    ink.beginPath();
    ink.rect(left, 0, width, view.height);
    ink.clip();
    draw(when);
    ink.restore();
  }
}

const isSplit = (state) => Boolean(state.scenario && SHOWS[state.show].isSplit);

// The populated cell under a point of the map's frame, -1 for none.
const cellsBySquare = once(() => {
  const squares = new Map();
  for (let cell = 0; cell < cells.count; cell += 1) {
    const key = squareKey(cells.x[cell], cells.y[cell]);
    if (!squares.has(key)) squares.set(key, []);
    squares.get(key).push(cell);
  }
  return squares;
});

const squareKey = (x, y) => `${Math.floor(x / cells.side)} ${Math.floor(y / cells.side)}`;

function cellAt(x, y, people) {
  let [best, least] = [-1, cells.side * 0.75];
  for (const dx of [-1, 0, 1]) {
    for (const dy of [-1, 0, 1]) {
      const key = squareKey(x + dx * cells.side, y + dy * cells.side);
      for (const cell of cellsBySquare().get(key) ?? []) {
        const distance = Math.max(Math.abs(cells.x[cell] - x), Math.abs(cells.y[cell] - y));
        if (distance < least && !Number.isNaN(people[cell])) [best, least] = [cell, distance];
      }
    }
  }
  return best;
}

function zoneAt(x, y) {
  const ink = make("canvas").getContext("2d");
  const found = outlinePaths.find(({ path }) => ink.isPointInPath(path, x, y, "evenodd"));
  return found ? found.zone : -1;
}

// What lies outside the communes is told by the nearest place that has a name.
function nearestName(x, y) {
  const distance = (place) => Math.hypot(place.x - x, place.y - y);
  const near = otherPlaces.filter((place) => distance(place) <= NEAR);
  if (!near.length) return say(communes.length ? "web.others" : "web.here");
  return say("web.near", { name: near.reduce((a, b) => (distance(b) < distance(a) ? b : a)).name });
}

// Say in words what lies under a point, in metres from the south-west.
function describePlace(x, y, state) {
  const people = peopleOf(state.scenario);
  const cell = cellAt(x, y, people);
  const place = cell >= 0 ? cells.commune[cell] : zoneAt(x, y);
  const name = place >= 0 ? zones[place].name : nearestName(x, y);
  if (SHOWS[state.show].draw === drawZones || state.show === "people") {
    return place >= 0 ? [name, ...describeZone(zones[place], state)] : [name];
  }
  if (cell < 0) return [name, say("web.no_residents")];
  const { before, after } = changeOf(state.scenario, state.profile, state.category);
  const [was, is] = [before[cell], after[cell]];
  const count = Math.round(people[cell]);
  const lines = [name, say("web.people_count", { count }), describeMinutes(was, is, state.scenario)];
  const isNoise = noiseOf(state.scenario, state.profile, state.category).has(cell);
  return isNoise ? [...lines, say("web.noise")] : lines;
}

function describeMinutes(was, is, scenario) {
  const text = (minutes) =>
    Number.isNaN(minutes)
      ? say("map.not_reached")
      : say("web.minutes_count", { minutes: writeMinutes(minutes) });
  if (!scenario) return text(is);
  return `${say("web.before")} ${text(was)} – ${say("web.after").toLowerCase()} ${text(is)}`;
}

function describeZone(zone, state) {
  const figures = zoneFigures(state, zone);
  const count = Math.round(figures.population);
  const lines = [say("web.people_count", { count })];
  const minutes = (value) =>
    Number.isNaN(value) ? NO_VALUE : say("web.minutes_count", { minutes: writeMinutes(value) });
  if (state.show === "within") {
    const share = (when) => writeShare(zoneValue(state, zone, when), 100);
    lines.push(state.scenario ? `${share("before")} → ${share("after")}` : share("before"));
  } else if (state.scenario) {
    lines.push(`${minutes(figures.minutes_before)} → ${minutes(figures.minutes_after)}`);
    lines.push(describeFinding(figures));
  } else {
    lines.push(minutes(figures.minutes_before));
  }
  return lines;
}

// Who gains and who loses, in one sentence, as the report says it.
function describeFinding(figures) {
  const count = (name) => Math.round(figures[`people_${name}`]);
  const [gaining, losing] = [count("gaining"), count("losing")];
  const one = (key, number) => say(`finding.${key}`, { count: number });
  if (gaining && losing) return one("gaining", gaining) + one("and_losing", losing);
  if (gaining) return one("gaining", gaining);
  if (losing) return one("losing", losing);
  if (count("newly_reaching")) return one("only_newly", count("newly_reaching"));
  if (count("no_longer_reaching")) return one("only_no_longer", count("no_longer_reaching"));
  return say("finding.nothing");
}

// On paper the map has the paper's width, and finer points than a screen.
function printMap(shown) {
  const before = { center: null, zoom: null };
  window.addEventListener("beforeprint", () => {
    Object.assign(before, { center: shown.map.getCenter(), bounds: shown.map.getBounds() });
    shown.element.parentElement.classList.add("on-paper");
    shown.map.invalidateSize({ animate: false, pan: false });
    shown.map.fitBounds(before.bounds, { animate: false });
    shown.ratio = PRINT_RATIO;
    shown.drawNow();
  });
  window.addEventListener("afterprint", () => {
    shown.ratio = null;
    shown.element.parentElement.classList.remove("on-paper");
    shown.map.invalidateSize({ animate: false, pan: false });
    shown.map.fitBounds(before.bounds, { animate: false });
    shown.redraw();
  });
}

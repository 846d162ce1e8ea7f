// What the map can show, and how each way of showing is drawn, one over the other.

const WAYS = {
  speeds: { colour: given.colours.speeds, width: 1.4, dashes: [] },
  closed: { colour: given.colours.closed, width: 3, dashes: [6, 4] },
  links: { colour: given.colours.links, width: 3, dashes: [] },
  shut: { colour: given.colours.closed, width: 4, dashes: [6, 4] },
};
const LARGEST_CIRCLE = 24;
const GROUND = "#e3e8eb";
const STREET = "rgba(120, 128, 134, .32)";
const WIDEST_WITH_STREETS = 16_000; // metres
const WATER = "#c3d9e6";
// Lines of the ground, over the squares: what each is called stands in the legend.
const GROUND_LINES = {
  shores: { name: "water", colour: "rgba(70, 130, 170, .6)", width: 1.3, dashes: [] },
  railways: { name: "railways", colour: "rgba(60, 60, 60, .6)", width: 1, dashes: [4, 3] },
  roads: { name: "main_roads", colour: "rgba(110, 100, 90, .7)", width: 1.4, dashes: [] },
};
// Where people live from whom a site is farther than the last line.
const FARTHER = "#fbfbf8";

// Every way of showing: what is compared side by side, by which classes, and how it is drawn.
const SHOWS = {
  minutes: { isSplit: true, hasClasses: true, draw: drawCellMinutes },
  isochrones: { isSplit: true, draw: drawIsochrones },
  gain: { needsScenario: true, draw: drawCellGains },
  commune_minutes: { isSplit: true, hasClasses: true, draw: drawZones },
  within: { isSplit: true, hasClasses: true, draw: drawZones },
  commune_gain: { needsScenario: true, draw: drawZones },
  people: { needsScenario: true, draw: drawPeople },
};

function scaleOf(state) {
  const { scenario, profile, category, show, classes } = state;
  if (show === "gain" || show === "commune_gain") return changeScale();
  if (show === "minutes") {
    return minutesScale(minutesBefore(profile, category), peopleOf(scenario), classes);
  }
  const values = communes.map((zone) => zoneValue(state, zone, "before"));
  const people = communes.map((zone) => zoneFigures(state, zone).population);
  const scale = show === "within" ? shareScale : minutesScale;
  return scale(values, people, classes);
}

const zoneFigures = ({ scenario, profile, category }, zone) =>
  figuresOf(scenario, profile, category)[zone.place];

// What a commune's colour stands for, before or after.
function zoneValue(state, zone, when) {
  const figures = zoneFigures(state, zone);
  if (state.show === "commune_gain") return figures.minutes_before - figures.minutes_after;
  if (state.show === "commune_minutes") return figures[`minutes_${when}`];
  return shareWithin(figures, state.threshold, when, figuresOf(0, 0, 0)[zone.place].population);
}

// Per cent of the residents within some minutes; before, of those who live there today.
function shareWithin(figures, threshold, when, populationToday) {
  const whole = when === "before" ? populationToday : figures.population;
  return whole > 0 ? (100 * figures[`within_${threshold}_${when}`]) / whole : NaN;
}

function drawCellMinutes(ink, view, state, when) {
  const { scenario, profile, category } = state;
  const people = peopleOf(when === "before" ? 0 : scenario);
  const minutes = changeOf(scenario, profile, category)[when];
  fillCells(ink, view, minutes, people, scaleOf(state));
}

function drawCellGains(ink, view, state) {
  const { before, after, gained } = changeOf(state.scenario, state.profile, state.category);
  const people = peopleOf(state.scenario);
  fillCells(ink, view, gained, people, scaleOf(state));
  view.inPoints(ink);
  for (let cell = 0; cell < cells.count; cell += 1) {
    const [was, is] = [!Number.isNaN(before[cell]), !Number.isNaN(after[cell])];
    if (was === is || Number.isNaN(people[cell])) continue;
    drawMark(ink, view.x(cells.x[cell]), view.y(cells.y[cell]), is ? "newly" : "no_longer");
  }
  for (const cell of noiseOf(state.scenario, state.profile, state.category)) {
    if (Number.isNaN(people[cell])) continue;
    const radius = Math.max(0.17 * cells.side * view.scale, 0.8);
    fillCircle(ink, view.x(cells.x[cell]), view.y(cells.y[cell]), radius, "#fff", 0.6);
  }
}

function isochroneColour(bound) {
  const { bounds, colours } = given.classes.access;
  return colours[bounds.filter((each) => each < bound).length];
}

function drawIsochrones(ink, view, { scenario, profile, category }, when) {
  const rings = isochronesOf(when === "before" ? 0 : scenario, profile, category, when);
  fillPath(ink, view, rings.inhabited, FARTHER);
  for (const { bound, path } of [...rings.within].reverse()) {
    ink.save();
    ink.globalAlpha = 0.9;
    fillPath(ink, view, path, isochroneColour(bound));
    ink.restore();
    strokePath(ink, view, path, "#1d2a35", 0.8);
  }
}

function drawZones(ink, view, state, when) {
  const scale = scaleOf(state);
  for (const outline of outlinePaths) {
    if (outline.zone < 0) continue;
    const place = scale.classOf(zoneValue(state, zones[outline.zone], when));
    fillPath(ink, view, outline.path, fillOf(scale, place, view.ratio));
  }
}

// Where the people of a commune live, on average.
const middleOf = once(() => {
  const sums = zones.map(() => [0, 0, 0]);
  peopleOf(0).forEach((people, cell) => {
    if (cells.commune[cell] < 0 || !(people > 0)) return;
    const sum = sums[cells.commune[cell]];
    sum[0] += people;
    sum[1] += people * cells.x[cell];
    sum[2] += people * cells.y[cell];
  });
  return sums.map(([people, x, y]) => (people ? [x / people, y / people] : null));
});

function circleRadius(people, largest) {
  return largest > 0 ? LARGEST_CIRCLE * Math.sqrt(people / largest) : 0;
}

function largestCircle(state) {
  const counts = communes.map((zone) => zoneFigures(state, zone));
  return Math.max(0, ...counts.map((each) => Math.max(each.people_gaining, each.people_losing)));
}

// Circles of who gains and who loses in each commune, side by side where both are there.
function circlesOf(view, state) {
  const largest = largestCircle(state);
  return communes.flatMap((zone) => {
    const middle = middleOf()[zone.place];
    if (!middle) return [];
    const figures = zoneFigures(state, zone);
    const counts = [figures.people_gaining, figures.people_losing].map((count) => Math.max(count, 0));
    const both = counts.every((count) => count >= 0.5);
    return counts.flatMap((count, side) => {
      const radius = Math.max(circleRadius(count, largest), 2);
      const x = view.x(middle[0]) + (both ? (2 * side - 1) * radius : 0);
      return count >= 0.5 ? [{ x, y: view.y(middle[1]), radius, isGain: !side }] : [];
    });
  });
}

function drawPeople(ink, view, state) {
  view.inPoints(ink);
  for (const { x, y, radius, isGain } of circlesOf(view, state)) {
    fillCircle(ink, x, y, radius, isGain ? GAIN_HUE : hatchOf(LOSS_HUE, "slanted", 1));
  }
}

const outlinePaths = outlines.map(({ zone, rings }) => ({ zone, path: pathOf(rings, true) }));
const waterPath = pathOf(waters, true);
const linePaths = Object.fromEntries(Object.entries(lines).map(([kind, own]) => [kind, pathOf(own)]));

// Where many cells lie outside the communes, all is land: white squares need a darker ground.
const isAtHome = cells.commune.filter((zone) => zone < 0).length <= 0.05 * cells.count;

function drawGround(ink, view) {
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = isAtHome ? "#f4f6f7" : GROUND;
  ink.fillRect(0, 0, view.width * view.ratio, view.height * view.ratio);
  for (const { path } of outlinePaths) fillPath(ink, view, path, GROUND);
  fillPath(ink, view, waterPath, WATER);
}

// Streets lie under squares, but over areas, which would hide them.
function drawStreets(ink, view) {
  const isNear = view.width / view.scale <= WIDEST_WITH_STREETS;
  if (isNear) strokePath(ink, view, linePaths.streets, STREET, 1);
  strokePath(ink, view, linePaths.middle, STREET, isNear ? 2 : 1);
}

function drawLines(ink, view) {
  for (const [kind, { colour, width, dashes }] of Object.entries(GROUND_LINES)) {
    strokePath(ink, view, linePaths[kind], colour, width, dashes);
  }
  for (const { path } of outlinePaths) strokePath(ink, view, path, "rgba(60, 70, 80, .5)", 0.6);
}

const wayPaths = once((scenario) =>
  Object.fromEntries(Object.entries(waysOf(scenario)).map(([kind, own]) => [kind, pathOf(own)])),
);

function drawWays(ink, view, scenario) {
  for (const [kind, path] of Object.entries(wayPaths(scenario))) {
    const { colour, width, dashes } = WAYS[kind];
    if (kind !== "speeds") strokePath(ink, view, path, "#fff", width + 2.4);
    strokePath(ink, view, path, colour, width, dashes);
  }
  // A lock is too short to be seen as a line.
  view.inPoints(ink);
  for (const points of waysOf(scenario).shut ?? []) {
    const middle = 2 * Math.floor(points.length / 4);
    drawMark(ink, view.x(points[middle]), view.y(points[middle + 1]), "removed");
  }
}

function drawSites(ink, view, { scenario, category }, when) {
  view.inPoints(ink);
  for (const site of sitesOf(when === "before" ? 0 : scenario, category)) {
    drawMark(ink, view.x(site.x), view.y(site.y), site.kind);
  }
}

// What no name may cover: circles, and the marks of sites that a scenario changes.
function obstaclesOf(view, state) {
  const boxOf = ({ x, y, radius }) => [x - radius, y - radius, x + radius, y + radius];
  const marks = sitesOf(state.scenario, state.category)
    .filter(({ kind }) => kind !== "site")
    .map((site) => ({ x: view.x(site.x), y: view.y(site.y), radius: 9 }));
  const circles = state.show === "people" ? circlesOf(view, state) : [];
  return [...marks, ...circles].map(boxOf);
}

const meets = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

// Names of places, the largest first, none over another nor over what is counted.
function drawNames(ink, view, state) {
  const taken = obstaclesOf(view, state);
  view.inPoints(ink);
  const size = view.scale > 0.03 ? 13 : 11;
  Object.assign(ink, { font: `600 ${size}px system-ui, "Liberation Sans", Arial, sans-serif` });
  Object.assign(ink, { textAlign: "center", lineWidth: 3, strokeStyle: "rgba(255, 255, 255, .9)" });
  ink.fillStyle = "#1d2a35";
  const most = Math.max(8, view.width / 40);
  let count = 0;
  for (const { name, x, y } of namedPlaces()) {
    const half = ink.measureText(name).width / 2 + 12;
    // In its middle, else as far below or above it as needed.
    const boxes = [0, 1, -1, 2, -2, 3, -3].map((step) => {
      const middle = view.y(y) + 1.4 * size * step;
      return [view.x(x) - half, middle - size, view.x(x) + half, middle + size];
    });
    const isInside = (b) => b[0] >= 0 && b[1] >= 0 && b[2] <= view.width && b[3] <= view.height;
    const box = boxes.find((each) => isInside(each) && !taken.some((other) => meets(each, other)));
    if (!box) continue;
    taken.push(box);
    ink.strokeText(name, view.x(x), (box[1] + box[3]) / 2 + 4);
    ink.fillText(name, view.x(x), (box[1] + box[3]) / 2 + 4);
    count += 1;
    if (count >= most) break;
  }
}

// Places with a name: communes, those of most people first, then what else has one.
const namedPlaces = once(() => {
  const people = figuresOf(0, 0, 0);
  const named = [...communes]
    .sort((a, b) => people[b.place].population - people[a.place].population)
    .filter((zone) => middleOf()[zone.place])
    .map((zone) => ({ name: zone.name, x: middleOf()[zone.place][0], y: middleOf()[zone.place][1] }));
  return [...named, ...otherPlaces];
});

// What the map can show, and how each way of showing is drawn, one over the other.

const WAYS = {
  speeds: { colour: given.colours.speeds, width: 1.4, dashes: [] },
  closed: { colour: given.colours.closed, width: 3, dashes: [6, 4] },
  links: { colour: given.colours.links, width: 3, dashes: [] },
};
const LARGEST_CIRCLE = 24;

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
  for (const { bound, path } of [...rings].reverse()) {
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

function drawPeople(ink, view, state) {
  const largest = largestCircle(state);
  view.inPoints(ink);
  for (const zone of communes) {
    const middle = middleOf()[zone.place];
    if (!middle) continue;
    const { people_gaining: gaining, people_losing: losing } = zoneFigures(state, zone);
    const [x, y] = [view.x(middle[0]), view.y(middle[1])];
    const both = gaining >= 0.5 && losing >= 0.5;
    for (const [count, fill, side] of [
      [gaining, GAIN_HUE, -1],
      [losing, hatchOf(LOSS_HUE, "slanted", 1), 1],
    ]) {
      const radius = circleRadius(count, largest);
      if (count >= 0.5) fillCircle(ink, x + (both ? side * radius : 0), y, Math.max(radius, 2), fill);
    }
  }
}

const outlinePaths = outlines.map(({ zone, rings }) => ({ zone, path: pathOf(rings, true) }));
const linePaths = { roads: pathOf(lines.roads), barriers: pathOf(lines.barriers) };

function drawGround(ink, view) {
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = "#f4f6f7";
  ink.fillRect(0, 0, view.width * view.ratio, view.height * view.ratio);
  for (const { path } of outlinePaths) fillPath(ink, view, path, "#e3e8eb");
}

function drawLines(ink, view) {
  strokePath(ink, view, linePaths.barriers, "rgba(70, 130, 170, .55)", 1.3);
  strokePath(ink, view, linePaths.roads, "rgba(90, 90, 90, .55)", 1);
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
}

function drawSites(ink, view, { scenario, category }) {
  view.inPoints(ink);
  for (const site of sitesOf(scenario, category)) {
    drawMark(ink, view.x(site.x), view.y(site.y), site.kind);
  }
}

// Names of communes, those of most people first, none over another.
function drawNames(ink, view) {
  const taken = [];
  view.inPoints(ink);
  const size = view.scale > 0.03 ? 13 : 11;
  Object.assign(ink, { font: `600 ${size}px system-ui, "Liberation Sans", Arial, sans-serif` });
  Object.assign(ink, { textAlign: "center", lineWidth: 3, strokeStyle: "rgba(255, 255, 255, .9)" });
  const people = figuresOf(0, 0, 0);
  const order = [...communes].sort((a, b) => people[b.place].population - people[a.place].population);
  for (const zone of order) {
    const middle = middleOf()[zone.place];
    if (!middle) continue;
    const [x, y] = [view.x(middle[0]), view.y(middle[1])];
    const half = ink.measureText(zone.name).width / 2 + 12;
    const box = [x - half, y - 1.3 * size, x + half, y + 1.3 * size];
    if (box[0] < 0 || box[2] > view.width || box[1] < 0 || box[3] > view.height) continue;
    if (taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) continue;
    taken.push(box);
    ink.strokeText(zone.name, x, y + 4);
    ink.fillStyle = "#1d2a35";
    ink.fillText(zone.name, x, y + 4);
    if (taken.length >= Math.max(8, view.width / 40)) break;
  }
}

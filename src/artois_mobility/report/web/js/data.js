// The packed numbers of the page, unpacked when they are first asked for.

// Whole numbers of seven bits a byte, the lowest first, the sign in the lowest bit.
function unpack(text) {
  const bytes = atob(text);
  const values = [];
  let coded = 0;
  let weight = 1;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes.charCodeAt(i);
    coded += (byte & 127) * weight;
    weight *= 128;
    if (byte < 128) {
      values.push(coded % 2 ? -(coded + 1) / 2 : coded / 2);
      coded = 0;
      weight = 1;
    }
  }
  return values;
}

function unpackSteps(text) {
  let sum = 0;
  return unpack(text).map((step) => (sum += step));
}

// A line as a flat list x, y, x, y ... in metres from the south-west of the map.
function unpackLine(text) {
  const steps = unpack(text);
  const count = steps.length / 2;
  const points = [];
  for (let i = 0, x = 0, y = 0; i < count; i += 1) {
    points.push((x += steps[i]), (y += steps[count + i]));
  }
  return points;
}

const once = (compute) => {
  const known = new Map();
  return (...key) => {
    const name = key.join(" ");
    if (!known.has(name)) known.set(name, compute(...key));
    return known.get(name);
  };
};

const cells = {
  count: given.cells.count,
  side: given.cells.side,
  x: unpackSteps(given.cells.x),
  y: unpackSteps(given.cells.y),
  commune: unpack(given.cells.commune),
  epci: unpack(given.cells.epci),
};

// How many people live in each cell of a situation; NaN where it has no such cell.
const peopleOf = once((scenario) => {
  const people = unpack(given.cells.people).map((thousandths) => thousandths / 1000);
  const own = given.cells.situations[scenario];
  const values = unpack(own.people.values);
  unpackSteps(own.people.cells).forEach((cell, i) => (people[cell] = values[i] / 1000));
  unpackSteps(own.absent).forEach((cell) => (people[cell] = NaN));
  return people;
});

// Minutes of today, NaN where no site is reached.
const minutesBefore = once((profile, category) => {
  const packed = given.cells.before[profile][category];
  const minutes = unpackSteps(packed.tenths).map((tenths) => tenths / 10);
  unpackSteps(packed.missing).forEach((cell) => (minutes[cell] = NaN));
  return minutes;
});

// Minutes of a situation and what each cell gains, NaN where it reaches no site in one of the two.
const changeOf = once((scenario, profile, category) => {
  const before = minutesBefore(profile, category);
  const after = before.slice();
  const gained = before.map((minutes) => (Number.isNaN(minutes) ? NaN : 0));
  const packed = given.cells.situations[scenario].changes[profile][category];
  if (packed) {
    const codes = unpack(packed.codes);
    unpackSteps(packed.cells).forEach((cell, i) => {
      [after[cell], gained[cell]] = decodeChange(codes[i], before[cell]);
    });
  }
  return { before, after, gained };
});

function decodeChange(code, before) {
  if (code === 0) return [NaN, NaN];
  if (Number.isNaN(before)) return [(code - 1) / 10, NaN];
  const rest = ((code - 1) % 3) - 1;
  const zigzag = Math.floor((code - 1) / 3);
  const steps = zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
  return [(Math.round(before * 10) - steps + rest) / 10, steps / 10];
}

// Cells whose difference is within the noise of the computation, where the study asks.
const noiseOf = once((scenario, profile, category) => {
  const packed = given.cells.situations[scenario].noise;
  return new Set(packed ? unpackSteps(packed[profile][category]) : []);
});

const curled = (text) => text.replace(/(?<=\p{L})'(?=\p{L})/gu, "’");
const zones = given.zones.names.map((name, place) => ({
  name: curled(name),
  given: name,
  place,
  code: given.zones.codes[place],
  scope: given.zones.scopes[place],
  parent: given.zones.parents[place],
}));
const communes = zones.filter((zone) => zone.scope === "commune");
const agglomerations = zones.filter((zone) => zone.scope === "epci");

// Figures come in thousandths, one more than they are; nought stands for no value.
const unpackFigures = (text) => unpack(text).map((each) => (each ? (each - 1) / 1000 : NaN));

// The summary's figures of every zone: a list of { minutes_before, people_gaining ... }.
const figuresOf = once((scenario, profile, category) => {
  const { columns, before, situations } = given.zones;
  const own = situations[scenario];
  const values = unpackFigures(before[profile][category]);
  const changed = own.changes[profile][category];
  if (changed) {
    const rows = unpackSteps(changed.rows);
    unpackFigures(changed.values).forEach((value, i) => {
      const row = rows[Math.floor(i / columns.length)];
      values[row * columns.length + (i % columns.length)] = value;
    });
  }
  const population = unpackFigures(own.population);
  return zones.map((zone, row) => {
    const figures = { population: population[row] };
    columns.forEach((name, i) => (figures[name] = values[row * columns.length + i]));
    figures.isChanged = ["gaining", "losing", "newly_reaching", "no_longer_reaching"].some(
      (name) => figures[`people_${name}`] >= 0.5,
    );
    return figures;
  });
});

// Sites that count for a category in a situation: unchanged, new or moved; and today's that are
// no longer where they were.
const sitesOf = once((scenario, category) => {
  const { names, categories, situations } = given.sites;
  const [x, y] = [unpack(given.sites.x), unpack(given.sites.y)];
  const take = (places, kind) =>
    places
      .filter((place) => categories[place].includes(category))
      .map((place) => ({ kind, name: names[place], x: x[place], y: y[place] }));
  const [today, own] = [0, scenario].map((row) => new Set(unpackSteps(situations[row].sites)));
  const added = situations[scenario].added;
  const unchanged = [...own].filter((place) => !added.includes(place));
  const gone = [...today].filter((place) => !own.has(place));
  return [...take(unchanged, "site"), ...take(gone, "removed"), ...take(added, "added")];
});

const waysOf = once((scenario) =>
  Object.fromEntries(
    Object.entries(given.ways[scenario]).map(([kind, lines]) => [kind, lines.map(unpackLine)]),
  ),
);

const lines = {
  roads: given.shapes.roads.map(unpackLine),
  shores: given.shapes.shores.map(unpackLine),
  railways: given.shapes.railways.map(unpackLine),
  middle: given.shapes.middle.map(unpackLine),
  streets: given.shapes.streets.map(unpackLine),
};
const waters = given.shapes.water.map(unpackLine);
const [placesX, placesY] = [unpack(given.places.x), unpack(given.places.y)];
// Quarters, hamlets and other places that are no communes of the study.
const otherPlaces = given.places.names.map((name, i) => ({ name: curled(name), x: placesX[i], y: placesY[i] }));
const outlines = given.shapes.outlines.map(({ zone, rings }) => ({
  zone,
  rings: rings.map(unpackLine),
}));
const extent = {
  width: given.shapes.window[2] - given.shapes.window[0],
  height: given.shapes.window[3] - given.shapes.window[1],
};

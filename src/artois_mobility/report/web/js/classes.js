// Classes of what the map shows: bounds, colours and labels, fixed or with as many people in each.

const GAIN_HUE = given.classes.change.colours.at(-2);
const LOSS_HUE = given.classes.change.colours[1];
const SHARE_BOUNDS = [20, 40, 60, 80, 90, 99];
const UNCHANGED = (given.classes.change.colours.length - 1) / 2;

// Classes that rise with the value: the first holds what is at most the first bound.
function risingScale(bounds, colours, labels) {
  return {
    colours,
    labels,
    bounds,
    isHatched: () => false,
    classOf: (value) => {
      const place = bounds.findIndex((bound) => value <= bound);
      return Number.isNaN(value) ? -1 : place < 0 ? bounds.length : place;
    },
  };
}

function minutesScale(values, people, kind) {
  const { bounds, colours, labels } = given.classes.access;
  if (kind === "fixed") return risingScale(bounds, colours, labels);
  return quantileScale(values, people, "web.minutes_count");
}

// Shares in per cent; the largest shares have the colour of the shortest times.
function shareScale(values, people, kind) {
  const colours = [...given.classes.access.colours].reverse();
  if (kind === "fixed") {
    return risingScale(SHARE_BOUNDS, colours, rangeLabels(SHARE_BOUNDS, percentText));
  }
  const scale = quantileScale(values, people, null);
  return { ...scale, colours: spreadColours([...colours], scale.bounds.length + 1) };
}

function quantileScale(values, people, unit) {
  const { colours } = given.classes.access;
  const bounds = weightedQuantiles(values, people, colours.length);
  const write = unit ? (value) => writeNumber(value, 1) : (value) => percentText(writeNumber(value, 1));
  const labels = rangeLabels(bounds, write, unit);
  return risingScale(bounds, spreadColours(colours, bounds.length + 1), labels);
}

// Bounds, to a tenth, between classes that hold about as many people each.
function weightedQuantiles(values, people, count) {
  const places = [...values.keys()].filter((i) => !Number.isNaN(values[i]) && people[i] > 0);
  const rows = places.sort((a, b) => values[a] - values[b]);
  const total = rows.reduce((sum, i) => sum + people[i], 0);
  const bounds = new Set();
  let sum = 0;
  for (const i of rows) {
    const before = Math.floor((sum / total) * count);
    sum += people[i];
    if (Math.floor((sum / total) * count) > before) bounds.add(Math.round(values[i] * 10) / 10);
  }
  const last = rows.length ? values[rows.at(-1)] : 0;
  return [...bounds].filter((bound) => bound < last);
}

function rangeLabels(bounds, write, unit = null) {
  const withUnit = (text) => (unit ? say(unit, { minutes: text }) : text);
  if (!bounds.length) return [say("web.all")];
  const labels = [say("web.up_to", { most: withUnit(write(bounds[0])) })];
  for (let i = 1; i < bounds.length; i += 1) {
    const [least, most] = [write(bounds[i - 1]), withUnit(write(bounds[i]))];
    labels.push(say("web.from_to", { least, most }));
  }
  labels.push(say("web.more_than", { least: withUnit(write(bounds.at(-1))) }));
  return labels;
}

function spreadColours(colours, count) {
  if (count >= colours.length) return colours;
  const step = (colours.length - 1) / Math.max(count - 1, 1);
  return Array.from({ length: count }, (_, i) => colours[Math.round(i * step)]);
}

// Differences around "unchanged"; losses are hatched, so that a print in grey tells them apart.
function changeScale() {
  const { bounds, colours, labels } = given.classes.change;
  return {
    colours,
    labels,
    bounds,
    isHatched: (place) => place < UNCHANGED,
    classOf: (value) => {
      if (Number.isNaN(value)) return -1;
      const steps = bounds.filter((bound) => Math.abs(value) >= bound).length;
      return UNCHANGED + Math.sign(value) * steps;
    },
  };
}

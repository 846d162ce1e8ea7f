// Classes of what the map shows: bounds, colours and labels, fixed or with as many people in each.

const GAIN_HUE = given.classes.change.colours.at(-2);
const LOSS_HUE = given.classes.change.colours[1];
const SHARE_BOUNDS = [20, 40, 60, 80, 90, 99];
const LEAST_BOUNDS = 2;
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
  const fixed = risingScale(bounds, colours, labels);
  return kind === "fixed" ? fixed : quantileScale(values, people, fixed, minutesLabels);
}

// Shares in per cent; the largest shares have the colour of the shortest times.
function shareScale(values, people, kind) {
  const colours = [...given.classes.access.colours].reverse();
  const fixed = risingScale(SHARE_BOUNDS, colours, shareLabels(SHARE_BOUNDS));
  return kind === "fixed" ? fixed : quantileScale(values, people, fixed, shareLabels);
}

const minutesLabels = (bounds) => rangeLabels(bounds, writeNumber, "web.minutes_count");
const shareLabels = (bounds) => {
  const labels = rangeLabels(bounds, percentText);
  // Nothing is less than nought.
  return bounds[0] === 0 ? [percentText(0), ...labels.slice(1)] : labels;
};

// As many people in each class; round bounds where too many people have the same value.
function quantileScale(values, people, fixed, writeLabels) {
  const bounds = weightedQuantiles(values, people, fixed.colours.length);
  if (bounds.length < LEAST_BOUNDS) return { ...fixed, isInstead: true };
  return risingScale(bounds, spreadColours(fixed.colours, bounds.length + 1), writeLabels(bounds));
}

// Whole bounds between classes that hold about as many people each, at most `count` of them.
function weightedQuantiles(values, people, count) {
  const places = [...values.keys()].filter((i) => !Number.isNaN(values[i]) && people[i] > 0);
  const rows = places.sort((a, b) => values[a] - values[b]);
  const total = rows.reduce((sum, i) => sum + people[i], 0);
  const bounds = new Set();
  let [sum, part] = [0, 1];
  for (const i of rows) {
    sum += people[i];
    for (; part < count && sum >= (part * total) / count; part += 1) bounds.add(Math.ceil(values[i]));
  }
  const most = rows.length ? values[rows.at(-1)] : 0;
  return [...bounds].filter((bound) => bound < most);
}

function rangeLabels(bounds, write, unit = null) {
  const withUnit = (text) => (unit ? say(unit, { minutes: text }) : text);
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

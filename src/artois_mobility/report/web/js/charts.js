// Three charts of the chosen pair: how times are spread, how evenly, and who gains or loses.

const CHART = { width: 340, height: 250, left: 74, right: 20, top: 28, bottom: 44 };
const BIN_MIN = 5;
const MOST_BINS = 12;
const LEAST_BINS = 4;

function fillCharts(state) {
  const { scenario, profile, category } = state;
  const { before, after } = changeOf(scenario, profile, category);
  const sides = scenario
    ? [
        { when: "before", minutes: before, people: peopleOf(0) },
        { when: "after", minutes: after, people: peopleOf(scenario) },
      ]
    : [{ when: "before", minutes: before, people: peopleOf(0) }];
  placeChart("chart-distribution", drawDistribution(sides));
  // Where nobody is left to compare, today's index still stands.
  const [was, is] = given.gini[scenario][profile][category];
  const gini = [was ?? given.gini[0][profile][category][0], is];
  placeChart("chart-lorenz", drawLorenz(sides, gini, scenario));
  const isCompared = scenario > 0;
  document.getElementById("chart-people").hidden = !isCompared;
  if (isCompared) placeChart("chart-people", drawWinners(state));
}

// Put a chart in its place, with a sentence and a table of its figures for whom no picture helps.
function placeChart(id, { picture, summary, headers, rows, key = [] }) {
  const place = document.getElementById(id);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", summary);
  const entries = key.map(([swatch, label]) => make("li", {}, [swatch, label]));
  const legend = entries.length ? [make("ul", { className: "legend" }, entries)] : [];
  place.querySelector(".picture").replaceChildren(picture, ...legend);
  place.querySelector(".summary").textContent = summary;
  place.querySelector("thead").replaceChildren(
    make("tr", {}, headers.map((text) => make("th", { scope: "col", textContent: text }))),
  );
  place.querySelector("tbody").replaceChildren(
    ...rows.map(([name, ...figures]) =>
      make("tr", {}, [
        make("th", { scope: "row", textContent: name }),
        ...figures.map((text) => make("td", { textContent: text })),
      ]),
    ),
  );
}

function frame(maxX, maxY, { xName, yName, writeX, writeY, xTicks, yTicks }) {
  const { width, height, left, right, top, bottom } = CHART;
  const x = (value) => left + (value / maxX) * (width - left - right);
  const y = (value) => height - bottom - (value / (maxY || 1)) * (height - top - bottom);
  const picture = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart" });
  const text = (attributes, words) => makeSvg("text", attributes, words);
  for (const tick of yTicks) {
    picture.append(makeSvg("path", { d: `M${left} ${y(tick)}H${width - right}`, class: "grid" }));
    picture.append(text({ x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, writeY(tick)));
  }
  for (const tick of xTicks) {
    picture.append(text({ x: x(tick), y: height - bottom + 16, "text-anchor": "middle" }, writeX(tick)));
  }
  picture.append(text({ x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, xName));
  picture.append(
    text({ x: 0, y: 0, "text-anchor": "middle", transform: `translate(11 ${(top + height - bottom) / 2}) rotate(-90)` }, yName),
  );
  return { picture, x, y };
}

// How many bins of minutes hold everybody; beyond the last, one more holds the rest.
function binsFor(sides) {
  const longest = sides.flatMap(({ minutes, people }) =>
    minutes.filter((value, cell) => people[cell] > 0 && !Number.isNaN(value)),
  );
  const most = longest.reduce((a, b) => Math.max(a, b), 0);
  const bins = Math.min(Math.max(Math.ceil(most / BIN_MIN), LEAST_BINS), MOST_BINS);
  return { bins, isOpen: most > bins * BIN_MIN };
}

function countByTime({ minutes, people }, bins) {
  const counts = new Array(bins + 1).fill(0);
  let missed = 0;
  people.forEach((number, cell) => {
    if (!(number > 0)) return;
    if (Number.isNaN(minutes[cell])) missed += number;
    // A bin holds its upper bound, as the classes of the map do.
    else counts[Math.min(Math.max(Math.ceil(minutes[cell] / BIN_MIN) - 1, 0), bins)] += number;
  });
  return [...counts, missed];
}

function drawDistribution(sides) {
  const { bins, isOpen } = binsFor(sides);
  const shown = bins + Number(isOpen);
  const counts = sides.map((side) => countByTime(side, bins));
  const largest = Math.max(...counts.flatMap((each) => each.slice(0, shown)));
  const { picture, x, y } = frame(shown, largest, {
    xName: say("web.axis_minutes"),
    yName: say("web.axis_people"),
    xTicks: Array.from({ length: bins + 1 }, (_, bin) => bin).filter((bin) => bins <= 6 || bin % 2 === 0),
    yTicks: vendor.ticks(0, largest, 5),
    writeX: (bin) => (isOpen && bin === bins ? `${bin * BIN_MIN} +` : writeNumber(bin * BIN_MIN)),
    writeY: (people) => writeNumber(people),
  });
  const wide = x(1) - x(0);
  sides.forEach(({ when }, side) => {
    const bar = (0.84 * wide) / sides.length;
    for (let bin = 0; bin < shown; bin += 1) {
      const [left, top] = [x(bin) + 0.08 * wide + side * bar, y(counts[side][bin])];
      picture.append(makeSvg("rect", { x: left, y: top, width: bar, height: y(0) - top, class: when }));
    }
  });
  picture.append(makeSvg("path", { d: `M${x(0)} ${y(0)}H${x(shown)}`, class: "axis" }));
  addKey(picture, sides, "rect");
  const names = Array.from({ length: bins }, (_, bin) =>
    say("web.from_to", { least: writeNumber(bin * BIN_MIN), most: say("web.minutes_count", { minutes: writeNumber((bin + 1) * BIN_MIN) }) }),
  );
  const last = say("web.more_than", { least: say("web.minutes_count", { minutes: writeNumber(bins * BIN_MIN) }) });
  const rows = [...names, last, say("map.not_reached")]
    .map((name, row) => [name, ...counts.map((each) => writeNumber(each[row]))])
    .filter((_, row) => isOpen || row !== bins);
  return {
    picture,
    summary: sides.map((side) => describeMiddle(side, sides.length > 1)).join(" "),
    headers: [say("web.axis_minutes"), ...sides.map(({ when }) => say(`web.${when}`))],
    rows,
  };
}

// Half of the people who reach a site need no more than these minutes.
function describeMiddle({ minutes, people, when }, isCompared) {
  const rows = [...people.keys()].filter((i) => people[i] > 0 && !Number.isNaN(minutes[i]));
  if (!rows.length) return say("web.nobody");
  rows.sort((a, b) => minutes[a] - minutes[b]);
  const half = rows.reduce((sum, i) => sum + people[i], 0) / 2;
  let sum = 0;
  const middle = rows.find((i) => (sum += people[i]) >= half);
  const text = say("web.chart_distribution", { minutes: writeMinutes(minutes[middle]) });
  if (!isCompared) return text[0].toUpperCase() + text.slice(1);
  return `${say(`web.${when}`)}${language === "fr" ? " " : ""}: ${text}`;
}

// Shares of the people, those who travel least first, and of all minutes travelled.
function lorenzCurve({ minutes, people }) {
  const rows = [...people.keys()].filter((i) => people[i] > 0 && !Number.isNaN(minutes[i]));
  rows.sort((a, b) => minutes[a] - minutes[b]);
  const whole = rows.reduce(([p, m], i) => [p + people[i], m + people[i] * minutes[i]], [0, 0]);
  const points = [[0, 0]];
  let [who, what] = [0, 0];
  for (const i of rows) {
    who += people[i];
    what += people[i] * minutes[i];
    points.push([who / whole[0], whole[1] ? what / whole[1] : who / whole[0]]);
  }
  return points;
}

function drawLorenz(sides, [giniBefore, giniAfter], scenario) {
  const share = (value) => percentText(writeNumber(100 * value));
  const quarters = [0, 0.25, 0.5, 0.75, 1];
  const { picture, x, y } = frame(1, 1, {
    xName: say("web.lorenz_people"),
    yName: say("web.lorenz_minutes"),
    xTicks: quarters,
    yTicks: quarters,
    writeX: share,
    writeY: share,
  });
  picture.append(makeSvg("path", { d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}`, class: "equal" }));
  const curves = sides.map(lorenzCurve);
  sides.forEach(({ when }, side) => {
    const step = Math.max(1, Math.floor(curves[side].length / 400));
    const points = curves[side].filter((_, i) => i % step === 0 || i === curves[side].length - 1);
    const d = points.map(([a, b]) => `${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("L");
    picture.append(makeSvg("path", { d: `M${d}`, class: `curve ${when}` }));
  });
  addKey(picture, sides, "path");
  const gini = { before: writeNumber(giniBefore, 3), after: writeNumber(giniAfter, 3) };
  const rows = [0.1, 0.25, 0.5, 0.75, 0.9].map((who) => [
    share(who),
    ...curves.map((points) => share(shareAt(points, who))),
  ]);
  return {
    picture,
    summary: say(scenario ? "web.gini" : "web.gini_today", gini),
    headers: [say("web.share_people"), ...sides.map(({ when }) => `${say("web.share_minutes")} – ${say(`web.${when}`).toLowerCase()}`)],
    rows,
  };
}

// The height of a curve between two of its points.
function shareAt(points, who) {
  const next = points.findIndex(([people]) => people >= who - 1e-9);
  if (next < 1) return 0;
  const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]];
  return x1 > x0 ? y0 + ((y1 - y0) * (who - x0)) / (x1 - x0) : y1;
}

function addKey(picture, sides, shape) {
  if (sides.length < 2) return;
  sides.forEach(({ when }, side) => {
    const [x, y] = [CHART.left + 90 * side, 12];
    const mark =
      shape === "rect"
        ? makeSvg("rect", { x, y: y - 8, width: 18, height: 10, class: when })
        : makeSvg("path", { d: `M${x} ${y - 3}h18`, class: `curve ${when}` });
    picture.append(mark, makeSvg("text", { x: x + 24, y: y + 1 }, say(`web.${when}`)));
  });
}

// Classes of people by what becomes of their time, from the heaviest loss to the largest gain:
// on either end who reaches a site in only one of the two.
function changeKinds() {
  const { labels, colours } = changeScale();
  const kinds = labels.map((label, place) => ({ label, colour: colours[place], side: Math.sign(place - UNCHANGED) }));
  return [
    { label: say("map.no_longer"), colour: given.colours.no_longer, side: -1, isEnd: true },
    ...kinds,
    { label: say("map.newly"), colour: given.colours.newly, side: 1, isEnd: true },
  ];
}

// Which of these classes a cell is in, -1 where it reaches a site neither before nor after.
function kindOf(was, is, gained, scale) {
  if (Number.isNaN(was)) return Number.isNaN(is) ? -1 : scale.colours.length + 1;
  return Number.isNaN(is) ? 0 : scale.classOf(gained) + 1;
}

// People by what they gain or lose, for the whole and for each agglomeration.
function drawWinners({ scenario, profile, category }) {
  const scale = changeScale();
  const kinds = changeKinds();
  const { before, after, gained } = changeOf(scenario, profile, category);
  const people = peopleOf(scenario);
  const named = agglomerations.length > 1 ? agglomerations : [];
  const sums = new Map([zones[0], ...named].map((zone) => [zone, kinds.map(() => 0)]));
  people.forEach((number, cell) => {
    const place = kindOf(before[cell], after[cell], gained[cell], scale);
    if (!(number > 0) || place < 0) return;
    sums.get(zones[0])[place] += number;
    const own = sums.get(zones[cells.epci[cell]]);
    if (own && cells.epci[cell] > 0) own[place] += number;
  });
  const isShown = ({ side, isEnd }, place) => side && (!isEnd || sums.get(zones[0])[place] >= 0.5);
  const places = [...kinds.keys()].filter((place) => isShown(kinds[place], place)).reverse();
  const key = places.filter((place) => sums.get(zones[0])[place] >= 0.5);
  return {
    picture: drawBars(sums, kinds),
    summary: `${describeFinding(figuresOf(scenario, profile, category)[0])}.`,
    headers: [say("web.change"), ...[...sums.keys()].map(zoneTitle)],
    rows: places.map((place) => [
      kinds[place].label,
      ...[...sums.values()].map((counts) => writeNumber(counts[place])),
    ]),
    key: key.map((place) => [square(kinds[place].colour), kinds[place].label]),
  };
}

const zoneTitle = (zone) => (zone.place ? zone.name : say("table.territory"));

// What stands beside a bar: who loses or gains, and who reaches a site in only one of the two.
function sideText(kinds, counts, side) {
  const count = (isWanted) =>
    Math.round(counts.reduce((sum, each, i) => sum + (kinds[i].side === side && isWanted(kinds[i]) ? each : 0), 0));
  const [felt, ends] = [count(({ isEnd }) => !isEnd), count(({ isEnd }) => isEnd)];
  const [own, end] = side < 0 ? ["web.lost", "web.no_longer"] : ["web.gained", "web.newly"];
  const texts = felt || !ends ? [say(own, { count: felt })] : [];
  return [...texts, ...(ends ? [say(end, { count: ends })] : [])].join(", ");
}

function drawBars(sums, kinds) {
  // Where somebody reaches a site in only one of the two, the texts need a line each.
  const isLong = [...sums.values()].some((counts) => kinds.some(({ isEnd }, i) => isEnd && counts[i] >= 0.5));
  const [width, row] = [CHART.width, isLong ? 76 : 60];
  const height = sums.size * row;
  const picture = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart" });
  const sideOf = (counts, side) => counts.reduce((sum, each, i) => sum + (kinds[i].side === side ? each : 0), 0);
  const all = [...sums.values()].flatMap((counts) => [sideOf(counts, 1), sideOf(counts, -1)]);
  const largest = Math.max(...all);
  const half = width / 2 - 1;
  const middle = (kinds.length - 1) / 2;
  const length = (people) => (largest ? (people / largest) * half : 0);
  [...sums].forEach(([zone, counts], place) => {
    const top = place * row + 12;
    const bar = top + row - 38;
    picture.append(makeSvg("text", { x: 1, y: top, class: "name" }, zoneTitle(zone)));
    for (const side of [-1, 1]) {
      let at = width / 2;
      for (let i = middle + side; i >= 0 && i < counts.length; i += side) {
        const own = length(counts[i]);
        const left = side > 0 ? at : at - own;
        const box = { x: left, y: bar, width: own, height: 14 };
        if (own) picture.append(makeSvg("rect", { ...box, fill: kinds[i].colour, class: "segment" }));
        at += side * own;
      }
    }
    picture.append(makeSvg("path", { d: `M${width / 2} ${bar - 2}v18`, class: "axis" }));
    picture.append(makeSvg("text", { x: 1, y: top + 16 }, sideText(kinds, counts, -1)));
    picture.append(makeSvg("text", { x: width - 1, y: bar - 6, "text-anchor": "end" }, sideText(kinds, counts, 1)));
  });
  return picture;
}

// Three charts of the chosen pair: how times are spread, how evenly, and who gains or loses.

const CHART = { width: 340, height: 250, left: 74, right: 20, top: 28, bottom: 44 };
const BIN_MIN = 5;
const BINS = 12;

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
  placeChart("chart-lorenz", drawLorenz(sides, given.gini[scenario][profile][category], scenario));
  const isCompared = scenario > 0;
  document.getElementById("chart-people").hidden = !isCompared;
  if (isCompared) placeChart("chart-people", drawWinners(state));
}

// Put a chart in its place, with a sentence and a table of its figures for whom no picture helps.
function placeChart(id, { picture, summary, headers, rows }) {
  const place = document.getElementById(id);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", summary);
  place.querySelector(".picture").replaceChildren(picture);
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

function countByTime({ minutes, people }) {
  const counts = new Array(BINS + 1).fill(0);
  let missed = 0;
  people.forEach((number, cell) => {
    if (!(number > 0)) return;
    if (Number.isNaN(minutes[cell])) missed += number;
    // A bin holds its upper bound, as the classes of the map do.
    else counts[Math.min(Math.max(Math.ceil(minutes[cell] / BIN_MIN) - 1, 0), BINS)] += number;
  });
  return [...counts, missed];
}

function drawDistribution(sides) {
  const counts = sides.map(countByTime);
  const largest = Math.max(...counts.flatMap((each) => each.slice(0, BINS + 1)));
  const { picture, x, y } = frame(BINS + 1, largest, {
    xName: say("web.axis_minutes"),
    yName: say("web.axis_people"),
    xTicks: [0, 2, 4, 6, 8, 10, 12],
    yTicks: vendor.ticks(0, largest, 5),
    writeX: (bin) => (bin === BINS ? `${bin * BIN_MIN} +` : writeNumber(bin * BIN_MIN)),
    writeY: (people) => writeNumber(people),
  });
  const wide = x(1) - x(0);
  sides.forEach(({ when }, side) => {
    const bar = (0.84 * wide) / sides.length;
    for (let bin = 0; bin <= BINS; bin += 1) {
      const [left, top] = [x(bin) + 0.08 * wide + side * bar, y(counts[side][bin])];
      picture.append(makeSvg("rect", { x: left, y: top, width: bar, height: y(0) - top, class: when }));
    }
  });
  picture.append(makeSvg("path", { d: `M${x(0)} ${y(0)}H${x(BINS + 1)}`, class: "axis" }));
  addKey(picture, sides, "rect");
  const names = Array.from({ length: BINS }, (_, bin) =>
    say("web.from_to", { least: writeNumber(bin * BIN_MIN), most: say("web.minutes_count", { minutes: writeNumber((bin + 1) * BIN_MIN) }) }),
  );
  const last = say("web.more_than", { least: say("web.minutes_count", { minutes: writeNumber(BINS * BIN_MIN) }) });
  const rows = [...names, last, say("map.not_reached")].map((name, row) => [
    name,
    ...counts.map((each) => writeNumber(each[row])),
  ]);
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
  const at = (points, who) => points.find(([people]) => people >= who - 1e-9)?.[1] ?? 0;
  const rows = [0.1, 0.25, 0.5, 0.75, 0.9].map((who) => [
    share(who),
    ...curves.map((points) => share(at(points, who))),
  ]);
  return {
    picture,
    summary: say(scenario ? "web.gini" : "web.gini_today", gini),
    headers: [say("web.share_people"), ...sides.map(({ when }) => `${say("web.share_minutes")} – ${say(`web.${when}`).toLowerCase()}`)],
    rows,
  };
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

// People by what they gain or lose, for the whole and for each agglomeration.
function drawWinners({ scenario, profile, category }) {
  const scale = changeScale();
  const { gained } = changeOf(scenario, profile, category);
  const people = peopleOf(scenario);
  const named = agglomerations.length > 1 ? agglomerations : [];
  const sums = new Map([zones[0], ...named].map((zone) => [zone, scale.colours.map(() => 0)]));
  people.forEach((number, cell) => {
    const place = scale.classOf(gained[cell]);
    if (!(number > 0) || place < 0) return;
    sums.get(zones[0])[place] += number;
    const own = sums.get(zones[cells.epci[cell]]);
    if (own && cells.epci[cell] > 0) own[place] += number;
  });
  const places = [...scale.labels.keys()].filter((place) => place !== UNCHANGED).reverse();
  const picture = drawBars(sums, scale);
  const rows = [...sums].map(([zone, counts]) => [
    zoneTitle(zone),
    ...places.map((place) => writeNumber(counts[place])),
  ]);
  return {
    picture,
    summary: `${describeFinding(figuresOf(scenario, profile, category)[0])}.`,
    headers: [say("table.epci"), ...places.map((place) => scale.labels[place])],
    rows,
  };
}

const zoneTitle = (zone) => (zone.place ? zone.name : say("table.territory"));

function drawBars(sums, scale) {
  const [width, row] = [CHART.width, 60];
  const height = sums.size * row;
  const picture = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart" });
  const sideOf = (counts, sign) =>
    counts.reduce((sum, each, i) => sum + (Math.sign(i - UNCHANGED) === sign ? each : 0), 0);
  const all = [...sums.values()].flatMap((counts) => [sideOf(counts, 1), sideOf(counts, -1)]);
  const largest = Math.max(...all);
  const half = width / 2 - 1;
  const length = (people) => (largest ? (people / largest) * half : 0);
  [...sums].forEach(([zone, counts], place) => {
    const top = place * row + 12;
    const bar = top + 22;
    picture.append(makeSvg("text", { x: 1, y: top, class: "name" }, zoneTitle(zone)));
    for (const sign of [-1, 1]) {
      let at = width / 2;
      for (let i = UNCHANGED + sign; i >= 0 && i < counts.length; i += sign) {
        const own = length(counts[i]);
        const left = sign > 0 ? at : at - own;
        const box = { x: left, y: bar, width: own, height: 14 };
        if (own) picture.append(makeSvg("rect", { ...box, fill: scale.colours[i], class: "segment" }));
        at += sign * own;
      }
    }
    picture.append(makeSvg("path", { d: `M${width / 2} ${bar - 2}v18`, class: "axis" }));
    const [lost, won] = [sideOf(counts, -1), sideOf(counts, 1)];
    picture.append(makeSvg("text", { x: 1, y: top + 17 }, say("web.lost", { people: Math.round(lost) })));
    picture.append(makeSvg("text", { x: width - 1, y: top + 17, "text-anchor": "end" }, say("web.gained", { people: Math.round(won) })));
  });
  return picture;
}

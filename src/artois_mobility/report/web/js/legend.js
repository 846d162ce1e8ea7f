// The legend: every colour, pattern and mark that the map uses, and nothing else.

function fillLegend(state) {
  const items = document.getElementById("legend-items");
  const entries = [...themeEntries(state), ...markEntries(state), ...groundEntries()];
  items.replaceChildren(...entries.map(([swatch, label]) => make("li", {}, [swatch, label])));
  document.getElementById("legend-title").textContent = showName(state.show, state.threshold);
}

function showName(show, threshold) {
  return say(`web.${show}`, { minutes: Number(threshold) });
}

// People whom the legend shows circles for, as shares of the most.
const SHOWN_SHARES = [1, 0.25, 0.05];

function themeEntries(state) {
  if (state.show === "isochrones") {
    const most = say("web.minutes_count", { minutes: given.thresholds.at(-1) });
    return [
      ...given.thresholds.map((bound) => [
        square(isochroneColour(bound)),
        say("web.isochrone_within", { minutes: bound }),
      ]),
      [square(FARTHER), say("web.more_than", { least: most })],
      [square(GROUND), say("web.no_residents")],
    ];
  }
  if (state.show === "people") return circleEntries(state);
  const scale = scaleOf(state);
  const places = [...scale.labels.keys()];
  if (state.show.endsWith("gain")) places.reverse();
  const entries = places.map((place) => [
    square(scale.colours[place], scale.isHatched(place) ? "slanted" : ""),
    scale.labels[place],
  ]);
  if (hasMissing(state)) {
    const text = state.show === "minutes" ? "map.not_reached" : "web.no_data";
    entries.push([square(given.classes.missing, "crossed"), say(text)]);
  }
  if (scale.isInstead) entries.push(["", say("web.classes_instead")]);
  return entries;
}

function hasMissing(state) {
  const { scenario, profile, category, show } = state;
  if (show === "minutes" || show === "gain") {
    const { before, after, gained } = changeOf(scenario, profile, category);
    const people = peopleOf(scenario);
    const isMissing = (cell) =>
      !Number.isNaN(people[cell]) &&
      (show === "gain"
        ? Number.isNaN(gained[cell])
        : Number.isNaN(before[cell]) || Number.isNaN(after[cell]));
    return people.some((_, cell) => isMissing(cell));
  }
  return communes.some((zone) => Number.isNaN(zoneValue(state, zone, "after")));
}

function circleEntries(state) {
  const largest = largestCircle(state);
  const size = Math.round(2 * LARGEST_CIRCLE) + 4;
  const draw = (people, fill) => {
    const circle = { cx: size / 2, cy: size / 2, r: circleRadius(people, largest), fill };
    return makeSvg("svg", { width: size, height: size, class: "swatch", "aria-hidden": "true" }, [
      makeSvg("circle", { ...circle, stroke: "#1d2a35" }),
    ]);
  };
  const entries = [
    [square(GAIN_HUE), say("table.gaining")],
    [square(LOSS_HUE, "slanted"), say("table.losing")],
  ];
  for (const people of new Set(SHOWN_SHARES.map((share) => Math.max(1, roundCount(share * largest))))) {
    if (largest >= 1) entries.push([draw(people, "#fff"), say("web.circle", { count: people })]);
  }
  return entries;
}

// The roundest number that is not above another: 1, 2 or 5 and noughts, as on the plates.
function roundCount(count) {
  const power = 10 ** Math.floor(Math.log10(count));
  return power * [5, 2, 1].find((step) => step * power <= count);
}

function markEntries(state) {
  const kinds = new Set(sitesOf(state.scenario, state.category).map((site) => site.kind));
  const names = { site: "map.site", added: "map.added_site", removed: "web.gone_site" };
  const entries = Object.entries(names)
    .filter(([kind]) => kinds.has(kind))
    .map(([kind, key]) => [markSwatch(kind), say(key)]);
  if (state.show === "gain") {
    const { before, after } = changeOf(state.scenario, state.profile, state.category);
    for (const [kind, from, to] of [
      ["newly", before, after],
      ["no_longer", after, before],
    ]) {
      if (from.some((minutes, i) => Number.isNaN(minutes) && !Number.isNaN(to[i]))) {
        entries.push([markSwatch(kind), say(`map.${kind}`)]);
      }
    }
    if (noiseOf(state.scenario, state.profile, state.category).size) {
      entries.push([circleSwatch(), say("web.noise")]);
    }
  }
  const ways = Object.entries(waysOf(state.scenario)).filter(([, own]) => own.length);
  const swatch = (kind) => (kind === "shut" ? markSwatch("removed") : lineSwatch(WAYS[kind]));
  return [...entries, ...ways.map(([kind]) => [swatch(kind), say(`map.${kind}`)])];
}

// Lines of the ground that the territory has.
function groundEntries() {
  const isThere = (kind) => lines[kind].length;
  const entries = Object.entries(GROUND_LINES)
    .filter(([kind]) => isThere(kind) || (kind === "shores" && waters.length))
    .map(([, line]) => [lineSwatch(line), say(`map.${line.name}`)]);
  if (!isThere("middle") && !isThere("streets")) return entries;
  return [...entries, [lineSwatch({ colour: STREET, width: 2, dashes: [] }), say("map.streets")]];
}

function square(colour, hatch = "") {
  const lines = { slanted: "M-2 10 10-2M2 18 20 0M12 18 22 8", crossed: "M0 0 20 20M10-4 24 10M0 10 8 18M0 16 16 0M6 18 22 2" };
  const children = [makeSvg("rect", { width: 22, height: 16, fill: colour, stroke: "#4d5a65" })];
  if (hatch) children.push(makeSvg("path", { d: lines[hatch], stroke: "#1d2a35", "stroke-width": 1 }));
  return makeSvg("svg", { width: 22, height: 16, class: "swatch", "aria-hidden": "true" }, children);
}

function circleSwatch() {
  const circle = { cx: 11, cy: 8, r: 4, fill: "#fff", stroke: "#1d2a35" };
  const box = { width: 22, height: 16, class: "swatch", "aria-hidden": "true" };
  return makeSvg("svg", box, [makeSvg("circle", circle)]);
}

function lineSwatch({ colour, width, dashes }) {
  const line = { d: "M0 8H22", stroke: colour, "stroke-width": width, "stroke-dasharray": dashes };
  const box = { width: 22, height: 16, class: "swatch", "aria-hidden": "true" };
  return makeSvg("svg", box, [makeSvg("path", line)]);
}

function markSwatch(kind) {
  const canvas = make("canvas", {
    width: 44,
    height: 32,
    className: "swatch",
    attributes: { "aria-hidden": "true" },
  });
  const ink = canvas.getContext("2d");
  ink.scale(2, 2);
  drawMark(ink, 11, 8, kind);
  return canvas;
}

// The page comes alive: every choice draws the map, the legend, the charts and the table anew.

function explore() {
  const state = firstState();
  const middle = Math.floor(given.thresholds.length / 2);
  state.threshold = String(given.thresholds[middle] ?? "");
  document.getElementById("explore").hidden = false;
  for (const link of document.querySelectorAll(".needs-script")) link.hidden = false;
  fillChoices();
  const shown = makeMap(state);
  const update = () => {
    writeChoices(state);
    writeFinding(state);
    fillLegend(state);
    fillCharts(state);
    fillTable(state, (zone) => goTo(shown, zone, state));
    writeSplit(state);
    shown.drawNow();
    shown.tell();
    markEdges();
  };
  for (const name of CHOICES) {
    choice(name).addEventListener("change", () => {
      readChoices(state, name);
      update();
      if (name === "scenario") shown.map.fitBounds(boundsOfChange(state), { animate: false });
    });
  }
  followSplit(shown, state);
  followMap(shown, state);
  followTable(shown, state);
  followLinks(shown, state, update);
  printMap(shown);
  update();
}

function writeSplit(state) {
  const isOn = isSplit(state);
  for (const part of document.querySelectorAll(".split")) part.hidden = !isOn;
  const slider = document.getElementById("split");
  const percent = Math.round(100 * state.split);
  slider.value = percent;
  slider.setAttribute("aria-valuetext", say("web.slider_value", { share: percentText(percent) }));
  document.getElementById("split-line").style.left = `${percent}%`;
  document.getElementById("after-name").textContent =
    `${say("web.after")} – ${given.scenarios[state.scenario].name}`;
}

function followSplit(shown, state) {
  document.getElementById("split").addEventListener("input", (event) => {
    state.split = Number(event.target.value) / 100;
    writeSplit(state);
    shown.redraw();
  });
}

// Show a commune, and say its figures.
function goTo({ map, element, tell, speak }, zone, state) {
  const outline = outlines.find((each) => each.zone === zone.place);
  if (!outline) return;
  const xs = outline.rings.flatMap((ring) => ring.filter((_, i) => i % 2 === 0));
  const ys = outline.rings.flatMap((ring) => ring.filter((_, i) => i % 2 === 1));
  const corners = [
    [Math.min(...ys), Math.min(...xs)],
    [Math.max(...ys), Math.max(...xs)],
  ];
  map.fitBounds(corners, { padding: [40, 40], maxZoom: -3, animate: false });
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "center" });
  tell(() => [zone.name, ...describeZone(zone, state)]);
  speak();
}

// Tell what is under the mouse; for who moves the map by keyboard, what is in its middle.
function followMap(shown, state) {
  const { map, element, whole } = shown;
  const reading = document.getElementById("reading");
  const spoken = document.getElementById("spoken");
  const isTouch = matchMedia("(pointer: coarse)").matches;
  let texts = () => [say(isTouch ? "web.hint_touch" : "web.hint")];
  // What is told of a place is asked anew with every choice.
  shown.tell = (own = texts) => {
    texts = own;
    const lines = texts();
    reading.replaceChildren(
      ...lines.map((text, i) => make(i ? "span" : "strong", { textContent: text })),
    );
  };
  shown.speak = () => (spoken.textContent = texts().join(", "));
  const describe = ({ lat, lng }) => describePlace(lng, lat, state);
  map.on("mousemove click", ({ latlng }) => shown.tell(() => describe(latlng)));
  map.on("moveend", () => {
    if (document.activeElement !== element) return;
    const centre = map.getCenter();
    shown.tell(() => describe(centre));
    spoken.textContent = `${say("web.centre")} ${texts().join(", ")}`;
  });
  for (const [id, act] of [
    ["zoom-in", () => map.zoomIn()],
    ["zoom-out", () => map.zoomOut()],
    ["zoom-whole", () => map.fitBounds(whole, { animate: false })],
  ]) {
    document.getElementById(id).addEventListener("click", act);
  }
}

function followTable(shown, state) {
  document.getElementById("communes-part").hidden = !communes.length;
  const refill = () => fillTable(state, (zone) => goTo(shown, zone, state));
  document.getElementById("filter-name").addEventListener("input", refill);
  document.getElementById("filter-epci").addEventListener("change", refill);
  document.getElementById("filter-changed").addEventListener("change", refill);
  document.getElementById("export").addEventListener("click", () => saveCsv(state));
}

// "See it on the map" of each question sets what the question is about.
function followLinks({ map }, state, update) {
  for (const link of document.querySelectorAll("a[data-scenario]")) {
    link.addEventListener("click", () => {
      state.scenario = given.scenarios.findIndex(({ key }) => key === link.dataset.scenario);
      [state.profile, state.category] = given.scenarios[state.scenario].pair;
      state.show = "gain";
      update();
      map.fitBounds(boundsOfChange(state), { animate: false });
    });
  }
}

explore();

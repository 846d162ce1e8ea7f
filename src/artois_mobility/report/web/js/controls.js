// What the reader chooses: scenario, mode, destination, what the map shows, and by which classes.

const CHOICES = ["scenario", "profile", "category", "show", "classes"];

// Scenarios about which the map has something to say: those of the water alone have maps of
// their own.
const mappedScenarios = () => [...given.scenarios.keys()].filter((row) => !given.scenarios[row].is_water);

// The first scenario that changes anything.
function firstState() {
  const [, ...rows] = mappedScenarios();
  const isFelt = (row) => figuresOf(row, ...given.scenarios[row].pair)[0].isChanged;
  const scenario = rows.find(isFelt) ?? rows[0] ?? 0;
  const [profile, category] = given.scenarios[scenario].pair;
  return { scenario, profile, category, show: "minutes", threshold: "", classes: "fixed", split: 0.5 };
}

const choice = (name) => document.getElementById(`choose-${name}`);

function fillChoices() {
  const rows = mappedScenarios();
  choice("scenario").replaceChildren(...rows.map((row) => new Option(given.scenarios[row].name, row)));
  fillOptions(choice("profile"), given.profiles);
  fillOptions(choice("category"), given.categories);
  const epci = document.getElementById("filter-epci");
  epci.append(...agglomerations.map(({ name, place }) => new Option(name, place)));
  epci.parentElement.hidden = agglomerations.length < 2;
}

function fillOptions(select, names) {
  select.replaceChildren(...names.map((name, place) => new Option(name, place)));
}

// What can be shown of a scenario; today, nothing is gained or lost.
function fillShows(state) {
  const names = Object.keys(SHOWS).flatMap((show) => {
    if (SHOWS[show].needsScenario && !state.scenario) return [];
    if (SHOWS[show].draw === drawZones && !outlines.some(({ zone }) => zone >= 0)) return [];
    if (SHOWS[show].draw === drawPeople && !communes.length) return [];
    if (show === "within") return given.thresholds.map((bound) => [show, String(bound)]);
    return show === "isochrones" && !given.thresholds.length ? [] : [[show, state.threshold]];
  });
  const options = names.map(([show, threshold]) => {
    const value = show === "within" ? `${show} ${threshold}` : show;
    return new Option(showName(show, threshold), value);
  });
  choice("show").replaceChildren(...options);
}

// Take what was chosen into the state; a scenario brings the pair that it is about.
function readChoices(state, changed) {
  state.scenario = Number(choice("scenario").value);
  if (changed === "scenario") [state.profile, state.category] = given.scenarios[state.scenario].pair;
  else {
    state.profile = Number(choice("profile").value);
    state.category = Number(choice("category").value);
    const [show, threshold] = choice("show").value.split(" ");
    state.show = show;
    if (threshold) state.threshold = threshold;
    state.classes = choice("classes").value;
  }
  if (SHOWS[state.show].needsScenario && !state.scenario) state.show = "minutes";
}

function writeChoices(state) {
  fillShows(state);
  choice("scenario").value = state.scenario;
  choice("profile").value = state.profile;
  choice("category").value = state.category;
  choice("show").value = state.show === "within" ? `within ${state.threshold}` : state.show;
  choice("classes").value = state.classes;
  choice("classes").disabled = !SHOWS[state.show].hasClasses;
}

function writeFinding(state) {
  const figures = figuresOf(state.scenario, state.profile, state.category)[0];
  const text = state.scenario ? describeFinding(figures) : describeToday(figures, state);
  document.getElementById("finding").textContent = `${text}.`;
  document.getElementById("finding-pair").textContent =
    `${given.scenarios[state.scenario].name} – ${pairName(state)}`;
}

function describeToday(figures, { threshold }) {
  if (threshold === "") {
    const reached = writeShare(figures.people_reached_before, figures.population);
    return say("finding.today_reached", { share: reached });
  }
  const share = writeShare(figures[`within_${threshold}_before`], figures.population);
  return say("finding.today", { share, minutes: Number(threshold) });
}

// The table of communes: it follows the choice above, sorts, filters, and leaves as CSV.

const order = { column: 0, isRising: true };

// Columns of the table: a heading, what is sorted and written to CSV, and what is read.
function tableColumns(state) {
  const { threshold, scenario } = state;
  const percent = (value) => writeNumber(wholePercent(value, 100));
  const people = (value) => writeNumber(Math.round(value));
  const today = figuresOf(0, state.profile, state.category);
  const share = (when) => (figures, zone) =>
    shareWithin(figures, threshold, when, today[zone.place].population);
  const bound = { minutes: Number(threshold) };
  const column = (title, value, write, decimals) => ({ title, value, write, decimals });
  const columns = [
    column(say("table.commune"), (_, zone) => zone.name),
    ...(agglomerations.length
      ? [column(say("table.epci"), (_, zone) => (zone.parent >= 0 ? zones[zone.parent].name : ""))]
      : []),
    column(say("table.residents"), (figures) => figures.population, people, 0),
  ];
  const shares = (names) =>
    threshold === ""
      ? []
      : names.map(([key, when]) => column(say(key, bound), share(when), percent, 1));
  if (!scenario) {
    return [
      ...columns,
      column(say("web.commune_minutes"), (figures) => figures.minutes_before, writeMinutes, 3),
      ...shares([["web.within", "before"]]),
    ];
  }
  return [
    ...columns,
    column(say("table.minutes_before"), (figures) => figures.minutes_before, writeMinutes, 3),
    column(say("table.minutes_after"), (figures) => figures.minutes_after, writeMinutes, 3),
    column(say("table.gaining"), (figures) => figures.people_gaining, people, 0),
    column(say("table.losing"), (figures) => figures.people_losing, people, 0),
    ...shares([
      ["web.within_before", "before"],
      ["web.within_after", "after"],
    ]),
  ];
}

function tableRows(state) {
  const wanted = plainText(document.getElementById("filter-name").value);
  const epci = document.getElementById("filter-epci").value;
  const isChangedOnly = document.getElementById("filter-changed").checked && state.scenario;
  const columns = tableColumns(state);
  const figures = figuresOf(state.scenario, state.profile, state.category);
  const rows = communes
    .filter((zone) => plainText(zone.name).includes(wanted))
    .filter((zone) => epci === "" || zone.parent === Number(epci))
    .filter((zone) => !isChangedOnly || figures[zone.place].isChanged)
    .map((zone) => ({ zone, values: columns.map(({ value }) => value(figures[zone.place], zone)) }));
  const column = Math.min(order.column, columns.length - 1);
  return { columns, rows: rows.sort((a, b) => compareRows(a, b, column)) };
}

const plainText = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();

// What has no value comes last, whichever way the others are sorted.
function compareRows(a, b, column) {
  const [left, right] = [a.values[column], b.values[column]];
  if (typeof left === "string") {
    return (order.isRising ? 1 : -1) * left.localeCompare(right, language);
  }
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) - Number.isNaN(right);
  return (order.isRising ? 1 : -1) * (left - right);
}

function fillTable(state, onCommune) {
  const { columns, rows } = tableRows(state);
  const table = document.getElementById("communes");
  const pair = pairName(state);
  table.caption.firstChild.textContent = say("web.communes", { name: given.scenarios[state.scenario].name, pair });
  table.tHead.replaceChildren(make("tr", {}, columns.map((each, i) => heading(each, i, state, onCommune))));
  table.tBodies[0].replaceChildren(
    ...rows.map(({ zone, values }) => {
      const name = make("button", { type: "button", textContent: values[0] });
      name.addEventListener("click", () => onCommune(zone));
      const figures = values.slice(1).map((value, i) => {
        const { write } = columns[i + 1];
        return make("td", { textContent: write ? write(value) : value, className: write ? "" : "text" });
      });
      return make("tr", {}, [make("th", { scope: "row" }, [name]), ...figures]);
    }),
  );
  document.getElementById("shown").textContent =
    rows.length === communes.length
      ? say("web.shown_all", { count: rows.length })
      : say("web.shown", { count: rows.length, whole: communes.length });
}

function heading({ title, write }, column, state, onCommune) {
  const button = make("button", { type: "button", textContent: title });
  button.addEventListener("click", () => {
    // Names rise first, figures fall first; the same heading again turns the order round.
    order.isRising = order.column === column ? !order.isRising : !write;
    order.column = column;
    fillTable(state, onCommune);
    document.querySelectorAll("#communes thead button")[column].focus();
  });
  const cell = make("th", { scope: "col", className: write ? "" : "text" }, [button]);
  if (column === order.column) {
    cell.setAttribute("aria-sort", order.isRising ? "ascending" : "descending");
  }
  return cell;
}

const pairName = ({ profile, category }) =>
  say("page.pair", { profile: given.profiles[profile], category: given.categories[category] });

// What a spreadsheet would compute, wherever it cuts a text; as in csv_files.py.
const FORMULA = /(^|[,;\n])((?:(?!\n)[\s\p{C}"])*[=+@\-\uff1d\uff0b\uff20\uff0d\u2212]|\t)/gu;

// A field of CSV: quoted where it must be, and never a formula for a spreadsheet.
function csvField(text, separator) {
  const safe = text.replaceAll(/\r\n?/g, "\n").replaceAll(FORMULA, "$1'$2");
  return safe.includes(separator) || /["\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvNumber(value, decimals) {
  if (Number.isNaN(value)) return "";
  const text = value.toFixed(decimals);
  return language === "fr" ? text.replace(".", ",") : text;
}

// What is shown, as spreadsheets of the page's language read it: with a mark of UTF-8.
function tableAsCsv(state) {
  const separator = language === "fr" ? ";" : ",";
  const { columns, rows } = tableRows(state);
  const title = ({ title }) => csvField(title, separator);
  const head = [csvField("insee_com", separator), ...columns.map(title)];
  const text = (zone, i) => (i ? zones[zone.parent]?.given ?? "" : zone.given);
  const body = rows.map(({ zone, values }) => [
    csvField(zone.code, separator),
    ...values.map((value, i) =>
      columns[i].write ? csvNumber(value, columns[i].decimals) : csvField(text(zone, i), separator),
    ),
  ]);
  return `\ufeff${[head, ...body].map((row) => row.join(separator)).join("\r\n")}\r\n`;
}

function saveCsv(state) {
  const name = [given.scenarios[state.scenario].key, given.profiles[state.profile], given.categories[state.category]];
  const stem = plainText(`communes ${name.join(" ")}`).replace(/[^a-z0-9]+/g, "-");
  const file = new Blob([tableAsCsv(state)], { type: "text/csv;charset=utf-8" });
  const link = make("a", { href: URL.createObjectURL(file), download: `${stem.replace(/-$/, "")}.csv` });
  link.click();
  URL.revokeObjectURL(link.href);
}

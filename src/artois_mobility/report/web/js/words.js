// What the page was given, and how its language says things.
const given = JSON.parse(document.getElementById("payload").textContent);
const language = given.language;
const NO_VALUE = "–";

// Give the text behind a key, its braces filled in; `count` chooses singular or plural.
function say(key, values = {}) {
  let text = given.words[key];
  if (typeof text !== "string") {
    const count = Math.abs(values.count);
    text = (language === "fr" ? count < 2 : count === 1) ? text.one : text.many;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? writeNumber(value) : value;
  });
}

const writers = [0, 1, 2, 3].map(
  (decimals) =>
    new Intl.NumberFormat(language, {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    }),
);

function writeNumber(value, decimals = 0) {
  if (value === null || Number.isNaN(value)) return NO_VALUE;
  const text = writers[decimals].format(value);
  // A true minus sign, and none before what is shown as nought.
  return /[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", "");
}

function writeSigned(value, decimals = 0) {
  const text = writeNumber(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

// In whole per cent: never 100 % unless all are in, never 0 % unless none is.
function wholePercent(part, whole) {
  if (!(whole > 0)) return NaN;
  const percent = Math.round((100 * part) / whole);
  return part > 0 && part < whole ? Math.min(Math.max(percent, 1), 99) : percent;
}

function writeShare(part, whole) {
  const percent = wholePercent(part, whole);
  return Number.isNaN(percent) ? NO_VALUE : percentText(percent);
}

function percentText(percent) {
  return language === "fr" ? `${percent} %` : `${percent}%`;
}

// Minutes as people say them: whole ones, a half counts as less.
function writeMinutes(minutes) {
  return writeNumber(Math.ceil(minutes - 0.5));
}

// Make an element with properties, attributes (in `attributes`) and children; texts stay texts.
function make(tag, properties = {}, children = []) {
  const { attributes = {}, ...own } = properties;
  const element = Object.assign(document.createElement(tag), own);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...[].concat(children));
  return element;
}

function makeSvg(tag, attributes = {}, children = []) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...[].concat(children));
  return element;
}

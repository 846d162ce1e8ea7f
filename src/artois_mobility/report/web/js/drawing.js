// How shapes, squares and circles come onto the canvas of the map.

// A view turns metres from the south-west into points of the canvas.
function viewOf(map, ratio) {
  const size = map.getSize();
  const origin = map.latLngToContainerPoint([0, 0]);
  const scale = map.options.crs.scale(map.getZoom());
  return {
    width: size.x,
    height: size.y,
    scale,
    ratio,
    x: (metres) => origin.x + metres * scale,
    y: (metres) => origin.y - metres * scale,
    // Draw in metres: lines and outlines are paths made once.
    inMetres: (ink) => {
      ink.setTransform(scale * ratio, 0, 0, -scale * ratio, origin.x * ratio, origin.y * ratio);
    },
    inPoints: (ink) => ink.setTransform(ratio, 0, 0, ratio, 0, 0),
  };
}

function pathOf(flatLines, isClosed = false) {
  const path = new Path2D();
  for (const points of flatLines) {
    path.moveTo(points[0], points[1]);
    for (let i = 2; i < points.length; i += 2) path.lineTo(points[i], points[i + 1]);
    if (isClosed) path.closePath();
  }
  return path;
}

// Stroke a path of metres with a line of some points.
function strokePath(ink, view, path, colour, width, dashes = []) {
  ink.save();
  view.inMetres(ink);
  Object.assign(ink, { strokeStyle: colour, lineWidth: width / view.scale, lineJoin: "round" });
  ink.setLineDash(dashes.map((dash) => dash / view.scale));
  ink.stroke(path);
  ink.restore();
}

// Slanting lines over a colour; the other way and denser where nothing is known.
const hatchOf = once((colour, kind, ratio) => {
  const size = 6 * ratio;
  const tile = make("canvas", { width: size, height: size });
  const ink = tile.getContext("2d");
  Object.assign(ink, { fillStyle: colour, strokeStyle: "rgba(29, 42, 53, .72)", lineWidth: ratio });
  ink.fillRect(0, 0, size, size);
  ink.beginPath();
  for (const shift of [-size, 0, size]) {
    ink.moveTo(shift, size);
    ink.lineTo(shift + size, 0);
    if (kind === "crossed") {
      ink.moveTo(shift, 0);
      ink.lineTo(shift + size, size);
    }
  }
  ink.stroke();
  return ink.createPattern(tile, "repeat");
});

function fillOf(scale, place, ratio) {
  if (place < 0) return hatchOf(given.classes.missing, "crossed", ratio);
  const colour = scale.colours[place];
  return scale.isHatched(place) ? hatchOf(colour, "slanted", ratio) : colour;
}

// Cells that lie far apart are drawn larger than they are, or nobody sees them.
function leastSide(view) {
  const apart = Math.sqrt((extent.width * extent.height) / Math.max(cells.count, 1)) * view.scale;
  return Math.min(Math.max(0.5 * apart, 1.6), 9);
}

// Patterns keep to the canvas, not to the metres: squares are filled in points of the canvas.
function fillCells(ink, view, values, people, scale) {
  const side = Math.max(view.scale * cells.side, leastSide(view));
  const rows = new Map();
  for (let cell = 0; cell < cells.count; cell += 1) {
    if (Number.isNaN(people[cell])) continue;
    const place = scale.classOf(values[cell]);
    if (!rows.has(place)) rows.set(place, []);
    rows.get(place).push(cell);
  }
  ink.save();
  ink.setTransform(1, 0, 0, 1, 0, 0);
  for (const [place, own] of rows) {
    ink.fillStyle = fillOf(scale, place, view.ratio);
    for (const cell of own) {
      const left = Math.round((view.x(cells.x[cell]) - side / 2) * view.ratio);
      const top = Math.round((view.y(cells.y[cell]) - side / 2) * view.ratio);
      const right = Math.round((view.x(cells.x[cell]) + side / 2) * view.ratio);
      const bottom = Math.round((view.y(cells.y[cell]) + side / 2) * view.ratio);
      ink.fillRect(left, top, right - left, bottom - top);
    }
  }
  ink.restore();
}

// Fill a path of metres with a pattern that keeps its size on the canvas.
function fillPath(ink, view, path, fill) {
  ink.save();
  view.inMetres(ink);
  ink.clip(path, "evenodd");
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = fill;
  ink.fillRect(0, 0, view.width * view.ratio, view.height * view.ratio);
  ink.restore();
}

function fillCircle(ink, x, y, radius, fill, lineWidth = 1) {
  ink.beginPath();
  ink.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(ink, { fillStyle: fill, strokeStyle: "#1d2a35", lineWidth });
  ink.fill();
  ink.stroke();
}

const MARKS = {
  site: { colour: given.colours.site, draw: (path) => path.arc(0, 0, 3, 0, 7) },
  added: { colour: given.colours.links, draw: star },
  removed: { colour: given.colours.closed, draw: cross },
  newly: { colour: given.colours.newly, draw: (path) => triangle(path, -1) },
  no_longer: { colour: given.colours.no_longer, draw: (path) => triangle(path, 1) },
};

function star(path) {
  for (let i = 0; i < 10; i += 1) {
    const [angle, radius] = [(Math.PI * i) / 5 - Math.PI / 2, i % 2 ? 3.6 : 8];
    path[i ? "lineTo" : "moveTo"](radius * Math.cos(angle), radius * Math.sin(angle));
  }
  path.closePath();
}

function cross(path) {
  for (const sign of [-1, 1]) {
    path.moveTo(-5, -5 * sign);
    path.lineTo(5, 5 * sign);
  }
}

function triangle(path, sign) {
  path.moveTo(0, 5 * sign);
  path.lineTo(5, -4 * sign);
  path.lineTo(-5, -4 * sign);
  path.closePath();
}

function drawMark(ink, x, y, kind) {
  const { colour, draw } = MARKS[kind];
  const path = new Path2D();
  draw(path);
  ink.save();
  ink.translate(x, y);
  Object.assign(ink, { strokeStyle: "#fff", lineWidth: kind === "removed" ? 5 : 2.5 });
  ink.stroke(path);
  if (kind === "removed") {
    Object.assign(ink, { strokeStyle: colour, lineWidth: 2.8 });
    ink.stroke(path);
  } else {
    ink.fillStyle = colour;
    ink.fill(path);
  }
  ink.restore();
}

// Isochrones: outlines of the land from which people reach a site within some minutes.

const REACH = 3; // how many cells beyond the last home a line may run
const MOST_NODES = 600_000;
const BEYOND = 9999; // minutes where no site is reached

// Minutes on a regular grid: those of the homes, between them weighed by nearness.
const gridOf = (minutes, people) => {
  const size = extent.width * extent.height;
  const step = Math.max(cells.side, Math.sqrt(size / MOST_NODES));
  const width = Math.ceil(extent.width / step) + 1;
  const height = Math.ceil(extent.height / step) + 1;
  const sums = new Float64Array(width * height);
  const weights = new Float64Array(width * height);
  for (let cell = 0; cell < cells.count; cell += 1) {
    if (Number.isNaN(people[cell])) continue;
    const value = Number.isNaN(minutes[cell]) ? BEYOND : minutes[cell];
    const [column, row] = [Math.floor(cells.x[cell] / step), Math.floor(cells.y[cell] / step)];
    for (let y = Math.max(row - REACH, 0); y <= Math.min(row + REACH, height - 1); y += 1) {
      for (let x = Math.max(column - REACH, 0); x <= Math.min(column + REACH, width - 1); x += 1) {
        const distance = (x - column) ** 2 + (y - row) ** 2;
        if (distance > REACH * REACH) continue;
        // A home outweighs all its neighbours: the line runs on the right side of it.
        const weight = distance ? 1 / distance ** 2 : 1e6;
        sums[y * width + x] += weight * value;
        weights[y * width + x] += weight;
      }
    }
  }
  const values = sums.map((sum, i) => (weights[i] ? -sum / weights[i] : -2 * BEYOND));
  return { values, width, height, step };
};

// For every threshold the polygons of what lies within it, as one path in metres; and of where
// anybody lives at all.
const isochronesOf = once((scenario, profile, category, when) => {
  const minutes = changeOf(scenario, profile, category)[when];
  const { values, width, height, step } = gridOf(minutes, peopleOf(scenario));
  const trace = vendor.contours().size([width, height]);
  const outline = (bound) => {
    const path = new Path2D();
    for (const polygon of trace.contour(values, -bound).coordinates) {
      for (const ring of polygon) {
        ring.forEach(([x, y], i) => path[i ? "lineTo" : "moveTo"](x * step, y * step));
        path.closePath();
      }
    }
    return path;
  };
  const within = given.thresholds.map((bound) => ({ bound, path: outline(bound) }));
  return { within, inhabited: outline(BEYOND) };
});

// The parts of other people's libraries that the report's page uses, under one global name.
export { CRS, DomEvent, Layer, Map, control, latLng, latLngBounds, point } from "leaflet/dist/leaflet-src.esm.js";
export { contours } from "d3-contour";
export { quantileSorted, ticks } from "d3-array";

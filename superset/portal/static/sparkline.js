// A small line over a few days, as SVG, for tiles and table cells. Days without a value leave a gap.
import { svg } from "./dom.js";

const EDGE = 3;

/** points: [[day, value], ...]; `format` writes values in its title, which screen readers and the pointer tell. */
export function sparkline(points, format, { colour, width, height }) {
  const known = points.filter(([, value]) => Number.isFinite(value));
  const title = known.length ? `${known[0][0]} ${format(known[0][1])} → ${known.at(-1)[0]} ${format(known.at(-1)[1])}` : "–";
  const picture = svg("svg", { class: "sparkline", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title }, svg("title", {}, title));
  if (known.length < 2) return picture;
  const values = known.map(([, value]) => value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const x = (place) => EDGE + (place * (width - 2 * EDGE)) / (points.length - 1);
  const y = (value) => (span ? height - EDGE - ((value - low) * (height - 2 * EDGE)) / span : height / 2);
  let path = "";
  points.forEach(([, value], place) => {
    if (Number.isFinite(value)) path += `${path && Number.isFinite(points[place - 1][1]) ? "L" : "M"}${x(place).toFixed(1)},${y(value).toFixed(1)}`;
  });
  const last = points.findLastIndex(([, value]) => Number.isFinite(value));
  picture.append(
    svg("path", { d: path, fill: "none", stroke: colour, "stroke-width": 1.5, "stroke-linejoin": "round" }),
    svg("circle", { cx: x(last), cy: y(points[last][1]), r: 2, fill: colour }));
  return picture;
}

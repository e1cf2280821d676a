// ECharts in Mofang's look: fonts, one colour per segment family, charts that follow their place's size.
import { context } from "./context.js";

export const FONT = "Inter, 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', Helvetica, Arial, sans-serif";
export const INK = "#12304D";
export const QUIET = "#5B6B7B";
export const GRID = "#E3E8EE";
export const PRIMARY = "#0B5FA5";
const OTHER = "#9AA5B1";

/** The colour of family A to G, X, or O for nodes that span several; grey for (new), (closed) and their like. */
export const familyColour = (family) => context.families[family] ?? OTHER;

/** A chart in `place` that follows its size and goes with it; returns ECharts' instance. */
export function chart(place, option) {
  const made = window.echarts.init(place, null, { renderer: "svg" });
  made.setOption({ textStyle: { fontFamily: FONT, color: INK }, animation: false, ...option });
  const watcher = new ResizeObserver(() => {
    if (place.isConnected) made.resize();
    else { watcher.disconnect(); made.dispose(); }
  });
  watcher.observe(place);
  return made;
}

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For ECharts' tooltips, which are HTML. */
export const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);

export const TOOLTIP = { backgroundColor: "#fff", borderColor: GRID, textStyle: { color: INK, fontSize: 12 }, confine: true };

/** A line of counts over days. points: [[day, value], ...]; `format` writes the value, `axis` the numbers beside it. */
export const trend = (points, format, colour = PRIMARY, axis = format) => ({
  grid: { left: 8, right: 14, top: 12, bottom: 4, containLabel: true },
  tooltip: { ...TOOLTIP, trigger: "axis", formatter: ([point]) => `${escaped(point.value[0])}<br><b>${escaped(format(point.value[1]))}</b>` },
  xAxis: { type: "category", boundaryGap: false, axisLine: { lineStyle: { color: GRID } }, axisTick: { show: false },
    axisLabel: { color: QUIET, fontSize: 11, formatter: (day) => day.slice(5), hideOverlap: true, showMaxLabel: true, alignMaxLabel: "right" } },
  yAxis: { type: "value", scale: true, minInterval: 1, splitNumber: 3, splitLine: { lineStyle: { color: GRID } }, axisLabel: { color: QUIET, fontSize: 11, formatter: axis } },
  series: [{ type: "line", data: points, showSymbol: points.length < 15, symbolSize: 5, lineStyle: { width: 2 }, itemStyle: { color: colour }, areaStyle: { color: colour, opacity: 0.08 } }],
});

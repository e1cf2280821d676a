// How a rule parameter is named, written and chosen: shared by 试算 and 规则参数.
import { lang, named, t } from "./context.js";
import { el } from "./dom.js";

const UNITS = t({
  zh: { years: "岁", days: "天", institutions: "家", payments: "笔", yuan: "元" },
  en: { years: "years", days: "days", institutions: "institutions", payments: "payments", yuan: "yuan" },
});
export const LEVELS = t({ zh: { hq: "总行", tier1: "一级分行", tier2: "二级分行" }, en: { hq: "Head office", tier1: "Tier-1 branch", tier2: "Tier-2 branch" } });
const words = t({ zh: { inherit: "沿用上级", range: (low, high) => `${low} 至 ${high}` }, en: { inherit: "as above", range: (low, high) => `${low} to ${high}` } });

export const unit = (row) => UNITS[row.unit] ?? row.unit;

const separated = (text) => (Math.abs(Number(text)) >= 1000 ? Number(text).toLocaleString("en") : text);

/** 30天, 50,000元; `inherit` as 沿用上级. */
export function valued(row, value = row.value) {
  if (value === null) return "–";
  if (value === "inherit") return words.inherit;
  if (value === "true" || value === "false") return { zh: { true: "是", false: "否" }, en: { true: "yes", false: "no" } }[lang][value];
  return `${separated(value)}${lang === "zh" ? "" : " "}${unit(row)}`;
}

export const bounds = (row) => words.range(separated(row.min ?? "–"), separated(row.max ?? "–"));

/** A slider and a number beside each other; onchange(text) as soon as either moves. */
export function valueInput(row, value, onchange, { slider = true } = {}) {
  const step = row.type === "int" || row.type === "money" ? 1 : "any";
  const number = el("input", { type: "number", name: row.parameter, min: row.min, max: row.max, step, value, required: true, "aria-label": named(row), oninput: () => moved(number) });
  const range = slider && row.min !== null && row.max !== null
    ? el("input", { type: "range", min: row.min, max: row.max, step: stride(row), value, tabindex: -1, "aria-hidden": true, oninput: () => moved(range) }) : null;
  function moved(source) {
    for (const each of [number, range]) if (each && each !== source) each.value = source.value;
    number.toggleAttribute("aria-invalid", !number.validity.valid);
    if (number.value !== "") onchange(number.value);
  }
  return [range, number].filter(Boolean);
}

/** Money moves in round steps. */
function stride(row) {
  const span = Number(row.max) - Number(row.min);
  return row.type === "money" ? 10 ** Math.max(0, Math.floor(Math.log10(span)) - 2) : 1;
}

/** A refusal of the rules' own check in the words of the page: files left out, parameters and units by their names. */
export function reworded(message, rows) {
  const known = new Map(rows.map((row) => [row.parameter, named(row)]));
  return message.replace(/\S*?[\w/]+\.(yaml|csv)[：:]\s*/g, "").replace(/\bparameter (\w+)/g, (_, name) => known.get(name) ?? name)
    .replace(/\b[a-z]+_[a-z_]+\b/g, (name) => known.get(name) ?? name).replace(/(\d)\.\.(\d)/g, "$1 – $2").replace(/\b(years|days|institutions|payments|yuan)\b/g, (name) => UNITS[name]);
}

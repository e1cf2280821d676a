// Choosing an organisation, a day, a level; and remembering what was chosen in the page's address.
import { get } from "./api.js";
import { el } from "./dom.js";
import { lang, named, t, viewer } from "./context.js";

const words = t({
  zh: { org: "机构", level: "层级", choose: "请从列表中选择机构", leaves: "末级客群", levelOf: (n) => `第 ${n} 层`, above: "上级机构" },
  en: { org: "Organisation", level: "Level", choose: "Choose an organisation from the list", leaves: "Segments", levelOf: (n) => `Level ${n}`, above: "Organisation above" },
});
let known; // asked once for all pickers

/** {orgs: [{org_code, org_name_zh, org_name_en, org_level}], days: ["2026-06-01", ...], deepest: 5} of the viewer's scope. */
export const options = () => (known ??= get("scope/options"));

/** A function that names the organisation of a code; those out of the viewer's scope are above. */
export async function orgNames() {
  const names = new Map((await options()).orgs.map((org) => [org.org_code, named(org, "org_name")]));
  return (code) => names.get(code) ?? words.above;
}

/** The address's parameters, with `defaults` where it has none. */
export const chosen = (defaults) => ({ ...defaults, ...Object.fromEntries(new URLSearchParams(location.search)) });

/** Keeps choices in the address, so that a page can be reloaded, sent on, or come back to. */
export function remember(choices) {
  const query = new URLSearchParams(Object.entries(choices).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  history.replaceState(null, "", `?${query}`);
}

const field = (label, control) => el("label", { class: "field" }, el("span", {}, label), control);

/** A combo box over the viewer's organisations: type a part of the name or code. */
export async function orgPicker(value, onchange, label = words.org) {
  const { orgs } = await options();
  const byCode = new Map(orgs.map((org) => [org.org_code, org]));
  const list = el("datalist", { id: `orgs-${Math.random().toString(36).slice(2)}` },
    orgs.map((org) => el("option", { value: named(org, "org_name") }, org.org_code)));
  const input = el("input", { type: "text", list: list.id, autocomplete: "off", size: lang === "zh" ? 12 : 20,
    value: named(byCode.get(value) ?? byCode.get(viewer.org_code), "org_name"),
    onfocus: () => input.select(), onchange: () => pick() });
  function pick() {
    const typed = input.value.trim().toLowerCase();
    const found = orgs.find((org) => named(org, "org_name").toLowerCase() === typed || org.org_code === typed)
      ?? orgs.find((org) => typed && named(org, "org_name").toLowerCase().includes(typed));
    input.setCustomValidity(found ? "" : words.choose);
    if (!found) return input.reportValidity();
    input.value = named(found, "org_name");
    onchange(found.org_code);
  }
  if (orgs.length === 1) input.disabled = true;
  return field(label, [input, list]);
}

/** A day among those computed; the newest first. */
export async function dayPicker(label, value, onchange) {
  const { days } = await options();
  return select(label, [...days].reverse().map((day) => [day, day]), value, onchange);
}

export async function levelPicker(value, onchange, label = words.level) {
  const { deepest } = await options();
  const levels = Array.from({ length: deepest }, (_, place) => place + 1);
  return select(label, levels.map((level) => [level, level === deepest ? words.leaves : words.levelOf(level)]), value, (chosen) => onchange(Number(chosen)));
}

/** A day, or with `time` a day and time, written as 2026-11-19 (12:00): the same in every language and browser. */
export function dayInput(name, value, onchange, { time = false, required = false } = {}) {
  const input = el("input", { type: "text", name, value, required, size: time ? 19 : 10, maxlength: time ? 16 : 10, placeholder: time ? "YYYY-MM-DD HH:MM" : "YYYY-MM-DD",
    pattern: time ? "\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}" : "\\d{4}-\\d{2}-\\d{2}", title: time ? "YYYY-MM-DD HH:MM" : "YYYY-MM-DD",
    onchange: () => input.reportValidity() && onchange?.(input.value.trim()) });
  return input;
}

/** select("层级", [[value, label], ...], value, onchange). */
export function select(label, choices, value, onchange) {
  return field(label, el("select", { onchange: (event) => onchange(event.target.value) },
    choices.map(([each, text]) => el("option", { value: each, selected: String(each) === String(value) }, text))));
}

/** A few exclusive choices side by side. */
export function segmented(label, choices, value, onchange) {
  const buttons = choices.map(([each, text]) => el("button", { type: "button", "aria-pressed": String(each === value), onclick: () => {
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", choices[place][0] === each));
    onchange(each);
  } }, text));
  return el("div", { class: "field", role: "group", "aria-label": label }, el("span", {}, label), el("div", { class: "segmented" }, buttons));
}

export const toolbar = (heading, ...fields) => el("div", { class: "toolbar" }, el("h1", {}, heading), fields);

// Building blocks of a page: elements, and the states that say why nothing is shown and what to do.
import { t } from "./context.js";

const words = t({
  zh: { loading: "正在读取…", retry: "重试", failed: "未能完成" },
  en: { loading: "Loading…", retry: "Try again", failed: "This did not work" },
});

/** el("button", {class: "quiet", onclick: f, "aria-label": "..."}, child, ...): text is always text, never HTML. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  apply(element, attributes);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  apply(element, attributes);
  element.append(...children);
  return element;
}

function apply(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (name.startsWith("aria-")) element.setAttribute(name, String(value));
    else if (value === false) continue;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style" && typeof value === "object") {
      for (const [property, wanted] of Object.entries(value)) element.style.setProperty(property, wanted);
    } else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
}

export const loading = (text = words.loading) => el("p", { class: "state loading", role: "status" }, text);

/** Why there is nothing, and what to do about it. */
export const empty = (why, todo) => el("div", { class: "state empty" }, el("b", {}, why), todo ? el("span", {}, todo) : null);

export const failed = (error, retry) =>
  el("div", { class: "state error", role: "alert" },
    el("b", {}, words.failed), el("span", {}, error.message),
    retry ? el("button", { class: "button", onclick: retry }, words.retry) : null);

/** Shows `loading` in `place`, then what `make` returns; if that throws, why, with a button to try again. */
export async function fill(place, make) {
  const turn = Symbol("turn");
  place.turn = turn; // an older answer that comes late is dropped
  const waiting = setTimeout(() => place.turn === turn && place.replaceChildren(loading()), place.childElementCount ? 250 : 0);
  place.setAttribute("aria-busy", "true");
  try {
    const made = await make();
    if (place.turn === turn) place.replaceChildren(...[made].flat().filter(Boolean));
  } catch (error) {
    if (error.name !== "AbortError" && place.turn === turn) place.replaceChildren(failed(error, () => fill(place, make)));
    if (!error.status && error.name !== "AbortError") console.error(error);
  } finally {
    clearTimeout(waiting);
    if (place.turn === turn) place.removeAttribute("aria-busy");
  }
}

/** A card with a heading; `tools` stand to the right of it. */
export const card = (heading, content, { tools = [], ...attributes } = {}) =>
  el("section", { class: "card", ...attributes },
    heading ? el("header", {}, el("h2", {}, heading), el("div", { class: "tools" }, tools)) : null, content);

/** tabs({key: [label, element]}, chosen): one shown at a time, arrow keys move. */
export function tabs(entries, chosen, onchange = () => {}) {
  const keys = Object.keys(entries);
  const buttons = keys.map((key) => el("button", { role: "tab", onclick: () => choose(key), onkeydown: (event) => move(event, key) }, entries[key][0]));
  const bodies = keys.map((key) => el("div", { role: "tabpanel", class: "tabpanel" }, entries[key][1]));
  function choose(wanted) {
    keys.forEach((key, place) => {
      buttons[place].setAttribute("aria-selected", key === wanted);
      buttons[place].tabIndex = key === wanted ? 0 : -1;
      bodies[place].hidden = key !== wanted;
    });
    onchange(wanted);
  }
  function move(event, key) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (keys.indexOf(key) + step + keys.length) % keys.length;
    choose(keys[next]);
    buttons[next].focus();
  }
  choose(chosen);
  return el("div", { class: "tabs" }, el("div", { role: "tablist" }, buttons), bodies);
}

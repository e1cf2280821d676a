// Numbers as people read them: 万 and 亿 in Chinese, k, M and B in English; money comes in fen.
import { lang } from "./context.js";

const STEPS = { zh: [[1e8, "亿"], [1e4, "万"]], en: [[1e9, "B"], [1e6, "M"], [1e3, "k"]] }[lang];
const FULL_BELOW = lang === "zh" ? 1e4 : 1e4;
const plain = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en");
const NONE = "–";

/** Stands for a count that is too small, or that would give a small one away. */
export const HIDDEN = "∗";
export const HIDDEN_NOTE = lang === "zh" ? "∗ 人数过少，或为避免推算出过少的人数，不予显示" : "∗ Too few customers to show, or needed to keep such a count hidden";

/** A count, or ∗ where it is left out (null). */
export const counted = (value, format = short) => (value === null ? HIDDEN : format(value));

/** 12,345,678 -> 1,235万 or 12.3M; in full below ten thousand. */
export function short(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  const size = Math.abs(value);
  if (size < FULL_BELOW) return plain.format(Math.round(value));
  const [step, unit] = STEPS.find(([each]) => size >= each);
  const scaled = value / step;
  return scaled.toLocaleString("en", { maximumFractionDigits: Math.abs(scaled) < 10 ? 2 : Math.abs(scaled) < 100 ? 1 : 0 }) + unit;
}

/** In full, with separators. */
export const full = (value) => (value === null || value === undefined ? NONE : plain.format(value));

/** +120, −3, 0. */
export function signed(value, format = short) {
  if (value === null || value === undefined) return NONE;
  return value > 0 ? `+${format(value)}` : value < 0 ? `−${format(-value)}` : "0";
}

/** A share as 12.3% or 75.0%, so that a column stands in line; 100% and 0% without decimals, tiny ones as <0.1%. */
export function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) return NONE;
  if (share > 0 && share < 0.0005) return "<0.1%";
  return `${(share * 100).toLocaleString("en", { minimumFractionDigits: share === 0 || share === 1 ? 0 : 1, maximumFractionDigits: 1 })}%`;
}

/** Fen as yuan: 123.45元 or ¥123.45, in 万 or k when large. */
export function money(fen) {
  if (fen === null || fen === undefined) return NONE;
  const yuan = fen / 100;
  const size = Math.abs(yuan);
  const text = size < 100 ? size.toLocaleString("en", { maximumFractionDigits: 2 }) : short(size);
  const sign = yuan < 0 ? "−" : "";
  return lang === "zh" ? `${sign}${text}元` : `${sign}¥${text}`;
}

/** up, down or flat: the class of a change. */
export const direction = (value) => (value > 0 ? "up" : value < 0 ? "down" : "flat");

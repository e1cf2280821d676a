// What metrics, stages and verdicts are called, and how a metric's values are written.
import { t } from "../context.js";
import { money, percent, signed } from "../numbers.js";

export const METRICS = t({
  zh: { pay_rate: "有支付占比", pay_cnt: "人均笔数", pay_amt: "人均金额", bind_rate: "绑卡率", unbind_rate: "解绑率", complaint_rate: "投诉率", aum_change: "人均资产变化" },
  en: { pay_rate: "Share that paid", pay_cnt: "Payments each", pay_amt: "Paid each", bind_rate: "Bound a card", unbind_rate: "Unbound", complaint_rate: "Complained", aum_change: "Change of assets" },
});
export const STAGES = t({
  zh: { audience: "名单", pushed: "已推送", sent: "已发送", delivered: "已送达", opened: "已打开", clicked: "已点击", granted: "已发权益", redeemed: "已核销", paid: "有支付" },
  en: { audience: "Audience", pushed: "Pushed", sent: "Sent", delivered: "Delivered", opened: "Opened", clicked: "Clicked", granted: "Granted", redeemed: "Redeemed", paid: "Paid" },
});
export const VERDICTS = t({
  zh: { better: "变好", worse: "变差", unclear: "不明确", running: "进行中", withheld: "暂不给出", directional: "仅供方向" },
  en: { better: "better", worse: "worse", unclear: "unclear", running: "running", withheld: "withheld", directional: "directional" },
});
export const METHODS = t({
  zh: { raw: "直接比较", cuped: "CUPED 校正", did: "双重差分" },
  en: { raw: "raw", cuped: "CUPED", did: "diff-in-diff" },
});
export const COLOURS = { better: "#1B7F4B", worse: "#B42318" };

export const metric = (name) => METRICS[name] ?? (name.startsWith("to:") ? `→ ${name.slice(3)}` : name);

/** A plain number with so many decimals and a true minus. */
export const decimal = (number, digits) => (number === null || number === undefined ? "–" : number.toFixed(digits).replace("-", "−"));

/** As tables write it: never 0.000. */
export const pValue = (p) => (p === null ? "–" : p < 0.001 ? "<0.001" : p.toFixed(3));

const POINTS = t({ zh: "百分点", en: "pp" });
const points = (share) => percent(share).replace("%", POINTS);
const writer = (name) => (name === "pay_amt" || name === "aum_change" ? money : name.endsWith("_rate") || name.startsWith("to:") ? percent : (each) => each.toFixed(3));
const differing = (name) => (writer(name) === percent ? points : writer(name));

/** How far two arms are apart, whichever way: shares in percentage points. */
export const distance = (name, number) => differing(name)(number);

/** A difference's interval, its unit told once. */
export const interval = (name, low, high) => (low === null ? "–" : `${value(name, low, true).replace(POINTS, "")} … ${value(name, high, true)}`);

/** Shares in percent, fen in yuan, counts as they are; `sign`: a difference. */
export function value(name, number, sign = false) {
  if (number === null) return "–";
  if (sign) return signed(number, differing(name));
  const write = writer(name);
  return number >= 0 ? write(number) : write === percent ? "0%" : `−${write(-number)}`; // CUPED may put a share just below none
}

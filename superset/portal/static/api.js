// Asks the portal's service. Every answer is JSON; a refusal comes as {error: {zh, en}} and is thrown in the user's language.
import { lang, t } from "./context.js";

const token = document.querySelector("meta[name=csrf-token]").content;

const words = t({
  zh: { offline: "连接中断，请检查网络后重试。", unreadable: "系统返回了无法识别的内容，请稍后重试。", expired: "登录已过期，请刷新页面重新登录。" },
  en: { offline: "The connection was lost. Check the network and try again.", unreadable: "The answer could not be read. Try again later.", expired: "Your session has expired. Reload the page to log in again." },
});

export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** get("tree/nodes", {org, day}): null and undefined parameters are left out. */
export function get(path, parameters = {}, { signal } = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return ask(`/mofang/api/${path}${query.size ? `?${query}` : ""}`, { signal });
}

/** post("rules/propose", {...}): carries Superset's CSRF token. */
export function post(path, body = {}) {
  return ask(`/mofang/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
}

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(words.offline, 0);
  }
  const content = await answer.json().catch(() => null);
  if (answer.ok && content !== null) return content;
  if (answer.status === 401) throw new Refusal(words.expired, 401);
  throw new Refusal(content?.error?.[lang] ?? words.unreadable, answer.status);
}

// What answers an action: a toast, a dialog that asks first, a dialog with a form.
import { el } from "./dom.js";
import { t } from "./context.js";

const words = t({ zh: { cancel: "取消", ok: "确定", close: "关闭" }, en: { cancel: "Cancel", ok: "OK", close: "Close" } });

/** A short notice; `kind`: done, failed or note. */
export function toast(text, kind = "done") {
  const notice = el("div", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(notice);
  setTimeout(() => notice.remove(), kind === "failed" ? 9000 : 5000);
}

/** Asks before an action; resolves to true or false. `content` may be a text or an element. */
export function confirm(heading, content, { ok = words.ok, danger = false } = {}) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { "aria-label": heading, onclose: () => { resolve(dialog.returnValue === "ok"); dialog.remove(); } },
      el("h2", {}, heading), typeof content === "string" ? el("p", {}, content) : content,
      el("footer", {},
        el("button", { class: "button", onclick: () => dialog.close("") }, words.cancel),
        el("button", { class: `button ${danger ? "danger" : "primary"}`, onclick: () => dialog.close("ok") }, ok)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A dialog with a form of our own elements; `submit` may throw, then the reason is shown and the dialog stays. */
export function form(heading, content, submit, { ok = words.ok } = {}) {
  const reason = el("p", { class: "reason", role: "alert" });
  const send = el("button", { class: "button primary", type: "submit" }, ok);
  const body = el("form", { method: "dialog", onsubmit: async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await submit(new FormData(body));
      dialog.close();
    } catch (error) {
      reason.textContent = error.message;
      if (!error.status) console.error(error);
    } finally {
      send.disabled = false;
    }
  } }, content, reason, el("footer", {},
    el("button", { class: "button", type: "button", onclick: () => dialog.close() }, words.cancel), send));
  const dialog = el("dialog", { "aria-label": heading, class: "wide", onclose: () => dialog.remove() }, el("h2", {}, heading), body);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

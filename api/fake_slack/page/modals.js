// Modals, one above the other. A view is drawn anew only when the app sent a new one, so that typed words stay.

import { drawBlocks } from "./blocks.js";
import { el, post, suggest } from "./dom.js";

let shown = "";
let drawn = "";

// The app found something wrong: say so beside the fields, and leave what was typed.
function showErrors(container, errors) {
  for (const field of container.querySelectorAll(".field")) {
    field.querySelector(".error")?.remove();
    const error = errors[field.block];
    field.classList.toggle("wrong", Boolean(error));
    if (error) field.append(el("div", { class: "error", role: "alert", dir: "auto" }, error));
  }
}

function modal(view, me, state) {
  const context = {
    state, errors: view.errors,
    suggest: (element, query) => suggest({ user: me, where: view.id, action_id: element.action_id, query }),
    act: (block, element, value) => post("press", { user: me, where: view.id, action_id: element.action_id, value }),
  };
  const blocks = drawBlocks(view.blocks, context);
  const submit = async () => {
    const fields = blocks.filter((node) => node.read);
    const values = Object.fromEntries(fields.map((node) => [node.block, node.read()]).filter(([, value]) => value !== null));
    await post("submit", { user: me, view_id: view.id, values });
  };
  const close = () => post("close", { user: me, view_id: view.id });
  return el("div", { class: "veil" }, el("div", { class: "modal", role: "dialog", "aria-modal": true, "aria-label": view.title.text, "data-view": view.id },
    el("header", {}, el("h2", { dir: "auto" }, view.title.text), el("button", { type: "button", "aria-label": "Close", onclick: close }, "✕")),
    el("div", { class: "body" }, ...blocks),
    el("footer", {}, el("button", { type: "button", class: "button", onclick: close }, view.close?.text || "Close"),
      view.submit ? el("button", { type: "button", class: "button primary submit", onclick: submit }, view.submit.text) : null)));
}

export function drawModals(state) {
  const print = JSON.stringify([state.me, state.modals]);
  if (print === shown) return;
  shown = print;
  const container = document.getElementById("modals");
  const top = state.modals.at(-1);
  const same = top && drawn === `${top.id} ${top.hash}`;
  if (same) { showErrors(container, top.errors); return; }
  drawn = top ? `${top.id} ${top.hash}` : "";
  container.replaceChildren(...(top ? [modal(top, state.me, state)] : []));
  container.querySelector("input, textarea, select")?.focus();
}

// The box in which a person writes: text, files, slash commands.

import { el, post, sign, toast } from "./dom.js";

const asBase64 = (blob) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(",")[1] || "");
  reader.readAsDataURL(blob);
});

export function composer(placeholder, where) {
  const area = el("textarea", { rows: 1, placeholder, dir: "auto", "aria-label": placeholder });
  const chosen = el("input", { type: "file", multiple: true, hidden: true, onchange: () => { note.textContent = [...chosen.files].map((one) => one.name).join(", "); } });
  const note = el("small", {});
  const hints = el("div", { class: "hints" });

  const send = async () => {
    const text = area.value.trim();
    if (!text && !chosen.files.length) return;
    const { state, channel, thread } = where();
    const files = await Promise.all([...chosen.files].map(async (one) => ({ name: one.name, base64: await asBase64(one) })));
    area.value = "";
    chosen.value = "";
    note.textContent = "";
    grow();
    const command = text.match(/^(\/\S+)\s*([\s\S]*)$/);
    if (command && thread) toast(`${command[1]} is not supported in threads. Sorry!`);
    else if (command && !state.commands.some((one) => one.command === command[1])) toast(`${command[1]} is not a valid command.`);
    else if (command) await post("command", { user: state.me, channel, command: command[1], text: command[2] });
    else await post("say", { user: state.me, channel, text, thread_ts: thread || null, files });
  };
  const grow = () => {
    area.style.height = "auto";
    area.style.height = `${Math.min(180, area.scrollHeight)}px`;
    const { state, thread } = where();
    const typing = area.value.startsWith("/") && !area.value.includes(" ") && !thread;
    const fitting = typing ? state.commands.filter((one) => one.command.startsWith(area.value)) : [];
    hints.replaceChildren(...fitting.map((one) => el("button", { type: "button", onclick: () => { area.value = `${one.command} `; grow(); area.focus(); } },
      el("b", {}, one.command), ` ${one.usage_hint || ""}`, el("small", {}, one.description || ""))));
  };
  area.addEventListener("input", grow);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  });
  return el("div", { class: "composer" }, hints, el("div", { class: "row" },
    el("button", { type: "button", "aria-label": "Attach a file", onclick: () => chosen.click() }, sign("plus")), chosen, area,
    el("button", { type: "button", class: "send", "aria-label": "Send", onclick: send }, "➤")), note);
}

// One message with all that belongs to it.

import { drawBlocks, drawStream } from "./blocks.js";
import { clock, el, post, sign, suggest } from "./dom.js";
import { mrkdwn, textObject } from "./text.js";

const TINTS = { dana: "#b4436c", omid: "#2a7f62", ruth: "#4464ad" };

export function contextOf(state, channel, message) {
  return { state, suggest: (element, query) => suggest({ user: state.me, where: message.ts, channel, action_id: element.action_id, query }), act: (block, element, value) => post("press", { user: state.me, where: message.ts, channel, action_id: element.action_id, value }) };
}

const size = (bytes) => (bytes > 2048 ? `${Math.round(bytes / 1024)} kB` : `${bytes} bytes`);
const file = (one) => (one.mimetype.startsWith("image/")
  ? el("figure", {}, el("figcaption", { dir: "auto" }, one.title), el("img", { class: "picture", src: `/page/files/${one.id}`, alt: one.alt_txt || one.title }))
  : el("a", { class: "file", href: `/page/files/${one.id}`, target: "_blank", rel: "noopener" }, sign("page"), " ", el("bdi", {}, one.title), el("small", {}, ` ${size(one.size)}`)));

function attachment(card, context) {
  const inside = card.blocks ? drawBlocks(card.blocks, context) : [mrkdwn(card.text || card.fallback || "")];
  return el("div", { class: "attachment" }, card.from_url ? el("small", {}, card.from_url) : null, ...inside);
}

function body(message, context) {
  if (message.streaming) return [...drawStream(message.stream), el("span", { class: "cursor" })];
  const text = message.blocks?.length ? drawBlocks(message.blocks, context) : message.text ? [mrkdwn(message.text)] : [];
  return [...text, ...(message.files || []).map(file), ...(message.attachments || []).map((card) => attachment(card, context))];
}

function tools(state, channel, message, { openThread }) {
  const shortcuts = state.shortcuts.filter((one) => one.type === "message");
  const mine = message.user === state.me;
  const button = (text, act) => el("button", { type: "button", onclick: (event) => { event.currentTarget.closest("details")?.removeAttribute("open"); act(); } }, text);
  const edit = () => { const text = window.prompt("Change the message", message.text); if (text) post("edit", { user: state.me, channel, ts: message.ts, text }); };
  return el("div", { class: "tools" }, button("Reply", () => openThread(message.thread_ts || message.ts)),
    el("details", { class: "overflow" }, el("summary", { "aria-label": "More" }, "⋯"), el("div", { class: "menu" },
      ...shortcuts.map((one) => button(one.name, () => post("shortcut", { user: state.me, callback_id: one.callback_id, message: message.ts, channel }))),
      mine ? button("Edit", edit) : null,
      mine ? button("Delete", () => post("delete", { user: state.me, channel, ts: message.ts })) : null)));
}

export function drawMessage(state, channel, message, actions, options = {}) {
  const author = state.users[message.user] || { real_name: message.user, name: "" };
  const bot = message.user === state.app.user;
  const context = contextOf(state, channel, message);
  const replies = !options.inThread && message.reply_count && !options.inline;
  return el("article", { class: `message ${message.to ? "hidden-one" : ""} ${bot ? "bot" : ""}`, "data-ts": message.ts },
    el("div", { class: "avatar", style: `background:${bot ? "#4a154b" : TINTS[author.name] || "#777"}` }, bot ? "◔" : author.real_name[0]),
    el("div", { class: "content" },
      message.to ? el("small", { class: "only-you" }, sign("eye"), " Only visible to you") : null,
      el("div", { class: "by" }, el("strong", {}, author.real_name), bot ? el("span", { class: "badge" }, "APP") : null,
        el("time", {}, clock(message.ts)), message.edited ? el("small", {}, "(edited)") : null,
        message.subtype === "thread_broadcast" ? el("small", {}, "replied to a thread") : null),
      ...body(message, context),
      message.unfurls ? el("small", { class: "warn" }, "a link here unfolds into a preview (unfurl_links is not false)") : null,
      el("div", { class: "reactions" }, ...Object.entries(message.reacted || {}).filter(([, who]) => who.length).map(([name, who]) => el("span", {}, textObject({ type: "plain_text", text: `:${name}:` }), String(who.length)))),
      replies ? el("button", { type: "button", class: "replies", onclick: () => actions.openThread(message.ts) }, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`) : null),
    message.to ? null : tools(state, channel, message, actions));
}

export function drawStatus(state, status) {
  const words = status.loading.length ? status.loading[Math.floor(Date.now() / 2000) % status.loading.length] : "";
  return el("div", { class: "status", "data-status": status.text }, el("span", { class: "spin" }), el("bdi", {}, `${state.app.name} ${status.text}`), words ? el("bdi", { class: "loading" }, ` ${words}`) : null);
}

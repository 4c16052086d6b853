// The page: asks every half second what changed, and draws what one person sees.

import { drawBlocks } from "./blocks.js";
import { composer } from "./compose.js";
import { drawDeveloper } from "./developer.js";
import { el, post, sign, suggest, sync } from "./dom.js";
import { drawMessage, drawStatus } from "./messages.js";
import { drawModals } from "./modals.js";
import { know } from "./text.js";

const at = (id) => document.getElementById(id);
const place = { user: localStorage.getItem("user") || "dana", channel: "", tab: "messages", thread: "", version: -1 };
let state = null;
let printed = "";

const channel = () => state.channels.find((one) => one.id === place.channel) || state.channels[0];
const mark = (one) => (one.kind === "group" ? sign("lock") : "#");
const isApp = (one) => one.kind === "im";
const actions = { openThread: (ts) => { place.thread = ts; draw(); at("reply").querySelector("textarea").focus(); } };
const where = (thread) => () => ({ state, channel: channel().id, thread: thread ? place.thread : "" });

function drawSide() {
  at("connected").textContent = state.app.connected ? "● connected" : "○ no app connected";
  at("connected").className = state.app.connected ? "on" : "off";
  const people = Object.entries(state.users).filter(([id]) => id !== state.app.user);
  if (!at("who").children.length)
    at("who").replaceChildren(...people.map(([, user]) => el("option", { value: user.name, selected: user.name === place.user }, user.real_name)));
  const item = (one) => el("button", { type: "button", class: one.id === channel().id ? "on" : "", "data-channel": one.id, onclick: () => goTo(one.id) },
    isApp(one) ? "◔" : mark(one), ` ${isApp(one) ? state.app.name : one.name}`, one.bot_is_in ? "" : el("small", {}, "app is not in"));
  at("channels").replaceChildren(el("h4", {}, "Channels"), ...state.channels.filter((one) => !isApp(one)).map(item),
    el("h4", {}, "Apps"), ...state.channels.filter(isApp).map(item));
}

function goTo(id) {
  Object.assign(place, { channel: id, thread: "", tab: "messages" });
  printed = "";
  draw();
  const opened = state.channels.find((one) => one.id === id);
  if (isApp(opened)) post("dm", { user: state.me });
  else post("context", { user: state.me, channel: id });
}

function goToTab(tab) {
  place.tab = tab;
  draw();
  post("home", { user: state.me, tab });
}

function drawHead() {
  const here = channel();
  at("title").replaceChildren(...(isApp(here) ? [state.app.name] : [mark(here), ` ${here.name}`]));
  at("topic").textContent = here.topic;
  const tab = (name, words) => el("button", { type: "button", class: place.tab === name ? "on" : "", "data-tab": name, onclick: () => goToTab(name) }, words);
  const invite = el("button", { type: "button", onclick: () => post("invite", { user: state.me, channel: here.id }) }, `Invite ${state.app.name}`);
  at("tabs").replaceChildren(...(isApp(here) ? [state.has_home ? tab("home", "Home") : "", tab("messages", "Messages")] : here.bot_is_in ? [] : [invite]));
}

// In a direct message threads are read in place; in a channel they open at the side.
function listed(here) {
  const roots = here.messages.filter((one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast");
  if (!isApp(here)) return roots.map((message) => ({ message, key: message.ts }));
  return roots.flatMap((message) => {
    const replies = here.messages.filter((one) => one.thread_ts === message.ts && one.ts !== message.ts);
    return [{ message, key: message.ts }, ...replies.map((reply) => ({ message: reply, key: reply.ts, under: true }))];
  });
}

function withStatuses(here, entries, shown) {
  const made = [...entries];
  for (const [root, status] of Object.entries(here.statuses)) {
    if (!shown(root)) continue;
    const last = made.findLastIndex((one) => one.message && (one.message.ts === root || one.message.thread_ts === root));
    made.splice(last < 0 ? made.length : last + 1, 0, { status, key: `status-${root}`, tick: Math.floor(Date.now() / 2000) });
  }
  return made;
}

function drawList(container, here, entries, options) {
  const low = container.scrollHeight - container.scrollTop - container.clientHeight < 80;
  const count = container.children.length;
  sync(container, entries, (one) => one.key, (one) => {
    if (one.status) return drawStatus(state, one.status);
    const node = drawMessage(state, here.id, one.message, actions, { ...options, inline: isApp(here) });
    if (one.under) node.classList.add("under");
    return node;
  });
  if (low || container.children.length > count) container.scrollTop = container.scrollHeight;
}

function drawPrompts(here) {
  const given = here.prompts[""] || Object.values(here.prompts).at(-1);
  const shown = given && place.tab === "messages" ? given : null;
  at("prompts").replaceChildren(...(shown ? [shown.title ? el("small", { dir: "auto" }, shown.title) : "", ...shown.prompts.map((one) =>
    el("button", { type: "button", dir: "auto", title: one.message, onclick: () => post("say", { user: state.me, channel: here.id, text: one.message }) }, one.title))] : []));
}

function drawHome() {
  const home = place.tab === "home";
  at("home").hidden = !home;
  for (const id of ["list", "compose", "prompts"]) at(id).hidden = home;
  const print = JSON.stringify(state.home);
  if (!home || at("home").print === print) return;
  at("home").print = print;
  const act = (block, element, value) => post("press", { user: state.me, where: state.home.id, action_id: element.action_id, value });
  const offer = (element, query) => suggest({ user: state.me, where: state.home.id, action_id: element.action_id, query });
  at("home").replaceChildren(...(state.home ? drawBlocks(state.home.blocks, { state, act, suggest: offer }) : [el("p", {}, "The app has published nothing here yet.")]));
}

function drawThread(here) {
  const open = place.thread && here.messages.some((one) => one.ts === place.thread);
  at("thread").hidden = !open;
  if (!open) return;
  const entries = here.messages.filter((one) => one.ts === place.thread || one.thread_ts === place.thread).map((message) => ({ message, key: message.ts }));
  drawList(at("replies"), here, withStatuses(here, entries, (root) => root === place.thread), { inThread: true });
}

function draw() {
  know(state);
  const here = channel();
  if (!isApp(here)) place.tab = "messages";
  drawSide();
  drawHead();
  if (printed !== here.id + state.me) { at("list").replaceChildren(); printed = here.id + state.me; }
  drawList(at("list"), here, withStatuses(here, listed(here), (root) => isApp(here) || here.messages.some((one) => one.ts === root)), {});
  drawPrompts(here);
  drawHome();
  drawThread(here);
  drawModals(state);
  drawDeveloper(state.developer, at("drawer"));
}

async function look() {
  const answer = await fetch(`/page/state?user=${place.user}&since=${place.version}`);
  if (answer.status === 200) {
    state = await answer.json();
    place.version = state.version;
    draw();
  }
}

async function keepLooking() {
  try { await look(); } catch { at("connected").textContent = "○ the fake Slack is gone"; }
  setTimeout(keepLooking, 400);
}

at("who").addEventListener("change", () => {
  Object.assign(place, { user: at("who").value, version: -1, thread: "", channel: "", tab: "messages" });
  localStorage.setItem("user", place.user);
  look();
});
at("close-thread").addEventListener("click", () => { place.thread = ""; draw(); });
at("developer").addEventListener("click", () => { at("drawer").hidden = !at("drawer").hidden; });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") { place.thread = ""; if (state) draw(); } });
at("compose").append(composer("Write a message, or / for a command", where(false)));
at("reply").append(composer("Reply…", where(true)));
keepLooking();

// What a person can press, choose or type. `act(block, element, value)` sends a press; inputs of a modal send nothing
// and are read with `valueOf` when the form goes.

import { el, sign } from "./dom.js";
import { emoji } from "./text.js";

const options = (element) => [...(element.options || []), ...(element.option_groups || []).flatMap((group) => group.options)];
const sure = (element) => !element.confirm || window.confirm(`${element.confirm.title.text}\n\n${element.confirm.text.text}`);

function button(element, send) {
  const press = () => {
    if (!sure(element)) return;
    if (element.url) window.open(element.url, "_blank", "noopener");
    send(element.value ?? null);
  };
  return el("button", { type: "button", class: `button ${element.style || ""}`, "aria-label": element.accessibility_label, "data-action": element.action_id, onclick: press },
    el("bdi", {}, emoji(element.text.text)));
}

function menu(element, send, many = false) {
  const first = element.initial_option ? [element.initial_option] : element.initial_options || [];
  const chosen = new Set(first.map((option) => option.value));
  const one = (option) => el("option", { value: option.value, selected: chosen.has(option.value) }, option.text.text);
  const groups = element.option_groups
    ? element.option_groups.map((group) => el("optgroup", { label: group.label.text }, ...group.options.map(one)))
    : options(element).map(one);
  const empty = many ? [] : [el("option", { value: "" }, element.placeholder?.text || "—")];
  const node = el("select", { multiple: many, "data-action": element.action_id }, ...empty, ...groups);
  node.read = () => (many ? [...node.selectedOptions].map((option) => option.value) : node.value || null);
  node.addEventListener("change", () => sure(element) && send(node.read()));
  return node;
}

function people(element, send, context) {
  const known = element.type.includes("users")
    ? Object.entries(context.state.users).map(([id, user]) => [id, user.real_name])
    : context.state.channels.map((channel) => [channel.id, channel.name ? `#${channel.name}` : "Direct message"]);
  const many = element.type.startsWith("multi");
  const first = element.initial_user || element.initial_conversation || element.initial_channel;
  const chosen = new Set(many ? element.initial_users || element.initial_conversations || element.initial_channels : [first]);
  const node = el("select", { multiple: many, "data-action": element.action_id },
    ...(many ? [] : [el("option", { value: "" }, element.placeholder?.text || "—")]),
    ...known.map(([id, name]) => el("option", { value: id, selected: chosen.has(id) }, name)));
  node.read = () => (many ? [...node.selectedOptions].map((option) => option.value) : node.value || null);
  node.addEventListener("change", () => send(node.read()));
  return node;
}

function ticks(element, send, kind) {
  const first = element.initial_option ? [element.initial_option] : element.initial_options || [];
  const chosen = new Set(first.map((option) => option.value));
  const name = `${element.action_id}-${Math.random()}`;
  const node = el("div", { class: "ticks", "data-action": element.action_id }, ...element.options.map((option) =>
    el("label", { dir: "auto" }, el("input", { type: kind, name, value: option.value, checked: chosen.has(option.value) }), " ", option.text.text,
      option.description ? el("small", {}, option.description.text) : null)));
  const on = () => [...node.querySelectorAll("input:checked")].map((input) => input.value);
  node.read = () => (kind === "radio" ? on()[0] ?? null : on());
  node.addEventListener("change", () => send(node.read()));
  return node;
}

function typedIn(element, send, type) {
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  const common = { placeholder: element.placeholder?.text, maxlength: element.max_length, dir: "auto", "data-action": element.action_id, value: initial };
  const node = element.multiline ? el("textarea", { rows: 4, ...common }) : el("input", { type, ...common });
  node.read = () => node.value || null;
  node.addEventListener("change", () => send(node.read()));
  return node;
}

// A menu whose options come from the app while somebody types.
function asking(element, send, context) {
  const list = el("div", { class: "menu", hidden: true });
  const node = el("div", { class: "overflow asking", "data-action": element.action_id });
  const input = el("input", { type: "search", dir: "auto", placeholder: element.placeholder?.text, value: element.initial_option?.text.text || "" });
  let chosen = element.initial_option || null, waiting;
  const choose = (option) => { chosen = option; input.value = option.text.text; list.hidden = true; send(option); };
  const offer = async () => {
    const found = await context.suggest(element, input.value);
    list.replaceChildren(...found.map((option) => el("button", { type: "button", onclick: () => choose(option) }, el("bdi", {}, option.text.text))));
    list.hidden = !found.length;
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (input.value.length >= (element.min_query_length ?? 3)) waiting = setTimeout(offer, 250);
  });
  input.addEventListener("focus", () => { if ((element.min_query_length ?? 3) <= input.value.length) offer(); });
  node.addEventListener("focusout", (event) => { if (!node.contains(event.relatedTarget)) list.hidden = true; });
  node.append(input, list);
  node.read = () => chosen;
  return node;
}

function moment(element, send) {
  const node = el("input", { type: "datetime-local", "data-action": element.action_id });
  node.read = () => (node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null);
  node.addEventListener("change", () => send(node.read()));
  return node;
}

function overflow(element, send) {
  const node = el("details", { class: "overflow", "data-action": element.action_id }, el("summary", { "aria-label": "More" }, "⋯"),
    el("div", { class: "menu" }, ...element.options.map((option) => el("button", { type: "button", onclick: () => {
      node.open = false;
      if (option.url) window.open(option.url, "_blank", "noopener");
      if (sure(element)) send(option.value);
    } }, el("bdi", {}, option.text.text)))));
  return node;
}

function feedback(element, send) {
  const side = (which, mark) => el("button", { type: "button", class: "thumb", title: which.text.text, "aria-label": which.accessibility_label || which.text.text, "data-action": element.action_id,
    onclick: (event) => { event.currentTarget.classList.add("on"); send(which.value); } }, mark);
  return el("span", { class: "feedback" }, side(element.positive_button, sign("up")), side(element.negative_button, sign("down")));
}

const DRAWN = {
  button: (element, send) => button(element, send),
  workflow_button: (element, send) => button(element, send),
  static_select: (element, send) => menu(element, send),
  external_select: asking,
  multi_static_select: (element, send) => menu(element, send, true),
  users_select: people, conversations_select: people, channels_select: people,
  multi_users_select: people, multi_conversations_select: people, multi_channels_select: people,
  radio_buttons: (element, send) => ticks(element, send, "radio"),
  checkboxes: (element, send) => ticks(element, send, "checkbox"),
  plain_text_input: (element, send) => typedIn(element, send, "text"),
  email_text_input: (element, send) => typedIn(element, send, "email"),
  url_text_input: (element, send) => typedIn(element, send, "url"),
  number_input: (element, send) => typedIn(element, send, "number"),
  datepicker: (element, send) => typedIn(element, send, "date"),
  timepicker: (element, send) => typedIn(element, send, "time"),
  datetimepicker: moment, overflow, feedback_buttons: feedback,
  icon_button: (element, send) => el("button", { type: "button", class: "thumb", title: element.text.text, "data-action": element.action_id, onclick: () => sure(element) && send(element.value ?? null) }, sign("bin")),
};

export function drawElement(block, element, context) {
  const quiet = block.type === "input" && !block.dispatch_action;
  const send = (value) => quiet || context.act(block, element, value);
  const draw = DRAWN[element.type];
  return draw ? draw(element, send, context) : el("span", { class: "unknown" }, `[${element.type}]`);
}

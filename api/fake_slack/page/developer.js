// What a developer wants to see: broken limits, missing scopes, refused calls, what was not delivered.

import { el } from "./dom.js";

const line = (...words) => el("li", {}, ...words);

function lists({ problems, refused, undelivered, too_fast: fast, calls }) {
  return [
    ["Broken limits and rules", problems.map((one) => line(el("b", {}, one.method), ` ${one.what}`, one.refused ? el("code", {}, one.refused) : ""))],
    ["Refused calls", refused.map((one) => line(el("b", {}, one.method), " ", el("code", {}, one.error), one.needed ? ` needs the scope ${one.needed}` : ""))],
    ["Not delivered to the app", undelivered.map((one) => line(el("b", {}, one.kind), ` ${one.reason}`))],
    ["Two messages within a second", fast.map((one) => line(el("b", {}, one.channel), ` after ${one.gap.toFixed(2)} s`))],
    ["Latest calls", calls.slice(-30).reverse().map((one) => line(one.ok ? "✓ " : "✗ ", one.method))],
  ];
}

export function drawDeveloper(developer, drawer) {
  const made = lists(developer);
  const wrong = developer.problems.length + developer.refused.length + developer.undelivered.length;
  const alarm = document.getElementById("alarm");
  alarm.hidden = wrong === 0;
  const last = developer.problems.at(-1) || developer.refused.at(-1) || developer.undelivered.at(-1) || {};
  const more = last.error ? (last.needed ? `${last.error}: ${last.needed}` : last.error) : last.what || last.reason || "";
  alarm.replaceChildren(el("b", {}, `${wrong} ${wrong === 1 ? "problem" : "problems"}`), ` latest: ${last.method || last.kind || ""} ${more} `,
    el("button", { type: "button", onclick: () => { drawer.hidden = !drawer.hidden; } }, "Show all"));
  drawer.replaceChildren(el("header", {}, el("h2", {}, "Developer"), el("button", { type: "button", onclick: () => { drawer.hidden = true; } }, "✕")),
    ...made.filter(([, items]) => items.length).map(([title, items], index) => el("div", { class: index < 3 && title !== "Latest calls" ? "red" : "" }, el("h3", {}, `${title} (${items.length})`), el("ul", {}, ...items))));
}

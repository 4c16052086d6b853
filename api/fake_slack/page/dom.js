// Building nodes. Text always goes in as text: nothing that a customer wrote becomes markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// Drawn signs, for a machine without a font of emoji.
const SIGNS = {
  up: "M7 11v9H4v-9zM9 20h8.5a2 2 0 0 0 2-1.6l1.2-6A2 2 0 0 0 18.700 10H14V5.500A1.500 1.500 0 0 0 11 5l-2 6z",
  down: "M17 13V4h3v9zM15 4H6.500a2 2 0 0 0-2 1.600l-1.200 6A2 2 0 0 0 5.300 14H10v4.500A1.500 1.500 0 0 0 13 19l2-6z",
  bin: "M6 8h12l-1 12H7zM4 5h16v2H4zM10 3h4v2h-4z",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3h-2V8a2 2 0 0 0-4 0v3z",
  eye: "M12 6c5 0 8.500 4 9.500 6-1 2-4.500 6-9.500 6s-8.500-4-9.500-6C3.500 10 7 6 12 6zm0 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  page: "M6 3h8l4 4v14H6zM13 4v4h4z",
  plus: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
};
export const sign = (name) => svg("svg", { viewBox: "0 0 24 24", class: "sign", "aria-hidden": "true" },
  svg("path", { d: SIGNS[name], "fill-rule": "evenodd" }));

// Keeps nodes of things that did not change, so that open menus and sorted tables stay as they are.
export function sync(container, things, key, render) {
  const known = new Map([...container.children].map((node) => [node.dataset.key, node]));
  const wanted = things.map((thing) => {
    const print = JSON.stringify(thing);
    const old = known.get(String(key(thing)));
    if (old && old.print === print) return old;
    const node = render(thing);
    node.dataset.key = key(thing);
    node.print = print;
    return node;
  });
  wanted.forEach((node, index) => {
    if (container.children[index] !== node) container.insertBefore(node, container.children[index] || null);
  });
  while (container.children.length > wanted.length) container.lastChild.remove();
}

export async function post(what, body) {
  const answer = await fetch(`/page/do/${what}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) toast(said.detail || "That did not work.");
  else if (said.reason) toast(`Not delivered: ${said.reason}`);
  return said;
}

export async function suggest(body) {
  const answer = await fetch("/page/suggest", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return answer.ok ? answer.json() : [];
}

let hiding;
export function toast(text) {
  const node = document.getElementById("toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { node.hidden = true; }, 5000);
}

export const clock = (ts) =>
  new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

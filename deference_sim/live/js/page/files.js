// What can be taken away: text, tables and pictures as files, or onto the clipboard.

import {h} from "./dom.js";

const DENSITY = 2; // pixels of a PNG to one of the page

export function save(name, content, type) {
  const address = URL.createObjectURL(new Blob([content], {type}));
  const link = h("a", {href: address, download: name, hidden: true});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// Numbers in full; text in quotes where a comma or a quote is in it.
export function csv({head, rows}) {
  const cell = value => typeof value === "number" ? String(value) : /[",\n]/.test(value ?? "") ? `"${String(value).replaceAll('"', '""')}"` : value ?? "";
  return [head, ...rows].map(row => row.map(cell).join(",")).join("\n") + "\n";
}

// An SVG that stands alone: it brings its size, its paper and what style rules would give it.
export function standalone(svg, title) {
  const copy = svg.cloneNode(true), box = svg.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", svg.getAttribute("viewBox") ?? `0 0 ${box.width} ${box.height}`);
  const look = getComputedStyle(svg), paper = getComputedStyle(document.documentElement).getPropertyValue("--paper").trim();
  copy.setAttribute("font-family", look.fontFamily);
  copy.setAttribute("font-size", look.fontSize);
  copy.setAttribute("color", look.color);
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of Object.entries({width: "100%", height: "100%", fill: paper})) back.setAttribute(key, value);
  const name = document.createElementNS("http://www.w3.org/2000/svg", "title");
  name.textContent = title;
  copy.prepend(name, back);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}

// The PNG of an SVG that stands alone.
export async function pixels(text) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = h("canvas", {width: DENSITY * image.width, height: DENSITY * image.height});
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise(resolve => canvas.toBlob(resolve, "image/png"));
}

// True if it worked: from a file some browsers do not allow it.
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", {"aria-hidden": "true", class: "unseen", value: text});
    document.body.append(area);
    area.select();
    const worked = document.execCommand("copy");
    area.remove();
    return worked;
  }
}

// Elements from names, attributes and children. Text is always text: nothing here reads HTML.

export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return filled(document.createElement(tag), classes, attributes, children);
}

function filled(element, classes, attributes, children) {
  if (classes.length) element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [property, told] of Object.entries(value)) element.style.setProperty(property, told);
    else if (["value", "checked", "hidden", "disabled", "indeterminate"].includes(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

// A button that shows what it does in words; `label` where the words alone do not say it.
export function button(words, act, attributes = {}) {
  return h("button", {type: "button", onclick: act, ...attributes}, words);
}

// A table beside a picture: `head` and `rows` of text; columns in `right` are numbers.
export function table(caption, head, rows, right = []) {
  const cell = (name, more) => (text, place) => h(name, {class: right.includes(place) ? "number" : null, ...more}, text);
  const body = rows.map(row => h("tr", {}, row.map((text, place) => (place === 0 ? cell("th", {scope: "row"}) : cell("td", {}))(text, place))));
  return h("div.scroll", {tabindex: "0", role: "region", "aria-label": `Table: ${caption}`}, h("table", {},
    h("caption.unseen", {}, caption), h("thead", {}, h("tr", {}, head.map(cell("th", {scope: "col"})))), h("tbody", {}, body)));
}

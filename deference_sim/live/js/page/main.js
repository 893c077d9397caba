// Where the page begins: what it carries is opened, and shown.

import {Kernel} from "../kernel/kernel.js";
import {Pool, blobWorkers} from "../kernel/pool.js";
import {App} from "./app.js";
import {Hints} from "./hints.js";
import {Library} from "./scenario.js";
import {Reader} from "./values.js";

const MOST_WORKERS = 16;

function carried(id) {
  return document.getElementById(id).textContent;
}

// The kernel's bytes: in the page itself, or in a file beside it.
async function kernelBytes() {
  const held = document.getElementById("kernel"), file = held.getAttribute("data-file");
  if (file) return new Uint8Array(await (await fetch(file)).arrayBuffer());
  const text = atob(held.textContent), bytes = new Uint8Array(text.length);
  for (let place = 0; place < text.length; place++) bytes[place] = text.charCodeAt(place);
  return bytes;
}

async function begin() {
  const declared = JSON.parse(carried("data"));
  const module = await WebAssembly.compile(await kernelBytes());
  const kernel = Kernel.open(module, declared.kernel);
  const exact = ["exp", "log", "log1p", "normalQuantile", "quantile", "metalogTerms", "metalogFallsAt"].map(name => [name, (...given) => kernel[name](...given)]);
  const bits = {...Object.fromEntries(exact), betaShapes: declared.beta_shapes};
  const library = new Library(declared, new Reader(declared.units, bits, new Hints(declared.hints)), kernel);
  const size = Math.min(navigator.hardwareConcurrency || 2, MOST_WORKERS);
  const pool = new Pool({module, facts: declared.kernel, spawn: blobWorkers(JSON.parse(carried("worker"))), size});
  new App(library, pool, declared.view).begin(document.getElementById("page"));
}

begin().catch(error => {
  const told = document.getElementById("page");
  told.textContent = `The page could not start: ${error.message}. It needs a browser with WebAssembly and workers, of 2022 or later.`;
  told.setAttribute("role", "alert");
  throw error;
});

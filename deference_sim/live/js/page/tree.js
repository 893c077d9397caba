// Text -> tree: the part of YAML 1.2 in which a file can mean only one thing. Values stay as written.
//
// A node is {kind: "scalar", text, plain}, {kind: "list", items} or {kind: "map", entries: Map}.

import {isAlias, isMap, isScalar, isSeq, parseAllDocuments} from "yaml";
import {Refusal} from "./problems.js";

const DEEPEST = 16;
const MOST_CHARACTERS = 1_000_000;

export function scalar(text, plain = true) {
  return {kind: "scalar", text, plain};
}

export function treeOf(text) {
  if (text.length > MOST_CHARACTERS) throw new Refusal("", "a text too long", `at most ${MOST_CHARACTERS} characters`);
  const documents = parseAllDocuments(text, {schema: "failsafe", version: "1.2", uniqueKeys: true, stringKeys: true});
  if (documents.length !== 1) throw new Refusal("", documents.length ? "a second document" : "no content");
  const [document] = documents;
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw new Refusal("", problem.message.split("\n")[0].replace(/:$/, ""));
  if (document.contents === null) throw new Refusal("", "value missing");
  return plainNode(document.contents, 0);
}

function plainNode(node, depth) {
  if (depth > DEEPEST) throw new Refusal("", "values nested too deep");
  if (isAlias(node) || node?.anchor || node?.tag?.startsWith("!")) {
    throw new Refusal("", "anchors, aliases and tags are not supported", "", "repeat the value");
  }
  if (node === null) return scalar("");
  if (isScalar(node)) return scalar(String(node.value ?? ""), node.type === "PLAIN");
  if (isSeq(node)) return {kind: "list", items: node.items.map(item => plainNode(item, depth + 1))};
  if (isMap(node)) {
    const entries = new Map();
    for (const pair of node.items) entries.set(String(pair.key.value), plainNode(pair.value, depth + 1));
    return {kind: "map", entries};
  }
  throw new Refusal("", "something that is no value");
}

// What can be taken away of a view: link, citation, command, scenario, numbers.

import {numbersTable} from "./answers.js";
import {h, button} from "./dom.js";
import {copied, csv, save} from "./files.js";
import {command} from "./view.js";

export class Takeaway {
  // `current` returns {view, scenario, answer}.
  constructor(library, current) {
    Object.assign(this, {library, current});
    this.command = h("code", {tabindex: "0", "aria-label": "Command line"});
    this.citation = h("blockquote");
    this.said = h("p.quiet", {role: "status"});
    const take = (words, text) => button(words, async () => { this.said.textContent = await copied(text()) ? "Copied." : "The browser does not allow copying here: select the text instead."; });
    this.element = h("section", {"aria-labelledby": "take-title"}, h("h2", {id: "take-title"}, "Take it with you"),
      h("div.tools", {}, location.protocol !== "about:" && take("Copy the link", () => location.href), take("Copy the citation", () => this.citation.textContent), take("Copy the command", () => this.command.textContent),
        button("Scenario (YAML)", () => this.#save("yaml", ({scenario}) => library.yaml(scenario), "application/yaml")),
        button("Numbers (CSV)", () => this.#save("csv", ({answer}) => csv(numbersTable(answer)), "text/csv"))),
      this.said, h("h3", {}, "The same numbers on the command line"), h("pre", {}, this.command), h("h3", {}, "To cite"), this.citation);
  }

  #save(suffix, make, type) {
    save(`${this.current().scenario.name}.${suffix}`, make(this.current()), type);
  }

  show(view, scenario) {
    const {version, law} = this.library.declared, changes = view.settings.length ? ` with ${view.settings.map(([path, text]) => `${path}=${text}`).join(", ")}` : "";
    this.command.textContent = command(view);
    this.citation.dataset.scenarioHash = scenario.hash;
    this.citation.textContent = `deference_sim, a simulator of post-deference AI takeoff, version ${version} (law ${law}), 2026: scenario ${view.preset}${changes}, hash ${scenario.hash}, seed ${view.seed}, ${view.worlds.toLocaleString("en")} futures.`;
  }
}

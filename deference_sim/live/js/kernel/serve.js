// What a worker does: opens the kernel once, then does the pieces of work that it is sent.

import { Kernel } from "./kernel.js";
import { Moments } from "./loops.js";

/** Serve a pool through `port`, which has `postMessage` and `onmessage`; `law` is the text of a moment, for loops. */
export function serve(port, law) {
  let kernel = null, moments = null;
  port.onmessage = ({ data }) => {
    if (data.what === "open") {
      kernel = Kernel.open(data.module, data.facts);
      moments = law && new Moments(law, data.facts.loops, kernel.elementary);
      return;
    }
    try {
      const found = WORK[data.what](data, kernel, moments);
      port.postMessage({ task: data.task, ...found }, found.transfer ?? []);
    } catch (error) {
      const { name, message, replicate, month } = error;
      port.postMessage({ task: data.task, failure: { name, message, replicate, month } });
    }
  };
}

const WORK = {
  run({ ready, options }, kernel) {
    const { records, samples, draws } = kernel.run(ready, options);
    const found = { records: records.bytes, samples: samples && samples.bytes, draws };
    const arrays = [found.records, ...(found.samples ? [found.samples] : []), ...draws.values()];
    return { ...found, transfer: arrays.map((array) => array.buffer) };
  },

  follow: ({ ready, options }, kernel) => ({ story: kernel.follow(ready, options) }),

  links({ ready, options: { seed, first, count, apart } }, kernel, moments) {
    const each = Array.from({ length: count }, (_, place) => kernel.moments(ready, { seed, replicate: first + place, apart, record: moments.record }));
    return { links: each.flatMap((one) => moments.links(one)) };
  },

  loops({ ready, options }, kernel, moments) {
    const found = kernel.moments(ready, { ...options, record: moments.record });
    return { levels: Float64Array.from(found.states, (state) => state.C), scores: moments.scores(found) };
  },
};

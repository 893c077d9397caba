// What a worker does: opens the kernel once, then runs the blocks that it is sent.

import { Kernel } from "./kernel.js";

/** Serve a pool through `port`, which has `postMessage` and `onmessage`. */
export function serve(port) {
  let kernel = null;
  port.onmessage = ({ data }) => {
    if (data.what === "open") {
      kernel = Kernel.open(data.module, data.facts);
      return;
    }
    try {
      const found = data.what === "run" ? ran(kernel, data) : { story: kernel.follow(data.ready, data.options) };
      port.postMessage({ task: data.task, ...found }, found.transfer ?? []);
    } catch (error) {
      const { name, message, replicate, month } = error;
      port.postMessage({ task: data.task, failure: { name, message, replicate, month } });
    }
  };
}

function ran(kernel, { ready, options }) {
  const { records, samples, draws } = kernel.run(ready, options);
  const found = { records: records.bytes, samples: samples && samples.bytes, draws };
  const arrays = [found.records, ...(found.samples ? [found.samples] : []), ...draws.values()];
  return { ...found, transfer: arrays.map((array) => array.buffer) };
}

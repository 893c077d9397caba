// The WebAssembly module as JavaScript calls it: memory that is lent for a call, and how arguments are passed.

const PAGE = 65536; // bytes of WebAssembly's memory

export class Machine {
  #exports;
  #signatures;
  #own; // two numbers of this object's own
  #from;
  #at;

  /** `module` is the compiled kernel, `signatures` the arguments of each of its exports. */
  constructor(module, signatures) {
    this.#exports = new WebAssembly.Instance(module).exports;
    this.#signatures = signatures;
    this.#own = (this.#exports.__heap_base.value + 15) & ~15;
    this.#from = this.#own + 16;
    this.clear();
  }

  // ---- memory: everything lent for one call lies one after the other from the first free address on ----------------

  get memory() {
    return this.#exports.memory.buffer;
  }

  /** Take back all that was lent. */
  clear() {
    this.#at = this.#from;
  }

  /** Return the address of so many bytes of zeros. */
  lend(size) {
    const at = (this.#at + 15) & ~15;
    this.#at = at + size;
    const missing = this.#at - this.memory.byteLength;
    if (missing > 0) this.#exports.memory.grow(Math.ceil(missing / PAGE));
    new Uint8Array(this.memory, at, size).fill(0);
    return at;
  }

  /** Return the address of a copy of a typed array. */
  put(array) {
    const at = this.lend(array.byteLength);
    new Uint8Array(this.memory).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    return at;
  }

  /** Return a copy of so many bytes. */
  bytes(at, size) {
    return new Uint8Array(this.memory.slice(at, at + size));
  }

  /** Return a copy of so many numbers. */
  numbers(at, count) {
    return new Float64Array(this.memory.slice(at, at + 8 * count));
  }

  // ---- calls: what comes back, and what is raised, is put at two addresses that go before the arguments ------------

  /** Call an export that takes no memory, for the number that it returns. */
  number(name, given) {
    this.clear();
    return this.float(name, given);
  }

  /** Call an export for the number that it returns. */
  float(name, given) {
    return this.#returned(name, given).getFloat64(0, true);
  }

  /** Call an export for the whole number that it returns. */
  whole(name, given) {
    return Number(this.#returned(name, given).getBigInt64(0, true));
  }

  /** Return an export of one number as a function, which may be called between what is lent and what is read of it. */
  function(name) {
    const { [name]: call } = this.#exports, [back, raised] = [this.#own, this.#own + 8];
    return (x) => {
      if (call(back, raised, x) !== 0) throw new Error(`the kernel's ${name} failed at ${x}`);
      return new DataView(this.memory).getFloat64(back, true);
    };
  }

  #returned(name, given) {
    const [back, raised] = [this.lend(8), this.lend(8)];
    const passed = this.#signatures[name].flatMap((argument) => passedFor(argument, given[argument.name]));
    const status = this.#exports[name](back, raised, ...passed);
    if (status !== 0) throw new Error(`the kernel's ${name} failed with status ${status}`);
    return new DataView(this.memory, back, 8);
  }
}

function passedFor({ of: kind, dimensions }, value) {
  if (dimensions) return [value.at, ...value.shape.map(BigInt)];
  return kind === "number" ? [value] : [BigInt.asIntN(64, BigInt(value))];
}

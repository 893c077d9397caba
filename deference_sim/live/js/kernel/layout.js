// Rows of numbers as the law lays them out in memory: read by column or row, written field by field.

/** Rows of one layout: `length` of them, `column(name)`, `row(place)`, and the `bytes` themselves. */
export class Columns {
  #fields;
  #columns = new Map();

  /** `layout` is one of `facts.layouts`; `bytes` a whole number of rows, at the start of their buffer. */
  constructor(layout, bytes) {
    this.layout = layout;
    this.bytes = bytes;
    this.length = bytes.length / layout.size;
    this.#fields = new Map(layout.fields.map(([name, kind, offset]) => [name, { kind, offset }]));
  }

  get names() {
    return [...this.#fields.keys()];
  }

  /** Return a `Float64Array` of one field in all rows, whole numbers too. */
  column(name) {
    if (!this.#columns.has(name)) this.#columns.set(name, this.#read(name));
    return this.#columns.get(name);
  }

  #read(name) {
    const field = this.#fields.get(name);
    if (!field) throw new RangeError(`there is no column ${name}: there are ${this.names.join(", ")}`);
    const found = new Float64Array(this.length);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    for (let place = 0, at = field.offset; place < this.length; place++, at += this.layout.size) {
      found[place] = field.kind === "f8" ? view.getFloat64(at, true) : wholeAt(view, at);
    }
    return found;
  }

  /** Return one row as an object. */
  row(place) {
    return Object.fromEntries(this.names.map((name) => [name, this.column(name)[place]]));
  }
}

/**
 * Return rows of one layout as what `record` makes of a function of a field's name, which gives a number, an array where
 * the field holds several, or undefined where there is none.
 */
export function recordsOf(layout, bytes, record) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = new Map(layout.fields.map(([name, ...field]) => [name, field]));
  const number = (kind, at) => (kind === "f8" ? view.getFloat64(at, true) : wholeAt(view, at));
  return Array.from({ length: bytes.length / layout.size }, (_, place) => record((name) => {
    if (!fields.has(name)) return undefined;
    const [kind, offset, count] = fields.get(name), at = place * layout.size + offset;
    return count === 1 ? number(kind, at) : Array.from({ length: count }, (_, index) => number(kind, at + 8 * index));
  }));
}

function wholeAt(view, at) {
  return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Writes rows of one layout. */
export class Rows {
  #fields;

  constructor(layout, count) {
    this.layout = layout;
    this.bytes = new Uint8Array(layout.size * count);
    this.view = new DataView(this.bytes.buffer);
    this.#fields = new Map(layout.fields.map(([name, kind, offset]) => [name, { kind, offset }]));
  }

  has(name) {
    return this.#fields.has(name);
  }

  offset(name) {
    return this.#fields.get(name).offset;
  }

  /** Put `value` into the field of a row; of a field of several numbers at `index`. */
  set(row, name, value, index = 0) {
    const { kind, offset } = this.#fields.get(name);
    const at = row * this.layout.size + offset + 8 * index;
    if (kind === "f8") this.view.setFloat64(at, value, true);
    else this.view.setBigInt64(at, BigInt(value), true);
  }
}

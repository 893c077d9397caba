// BLAKE2b (RFC 7693) without a key, as Python's hashlib has it. A 64-bit word is two of 32 bits, the low one first.

const START = Uint32Array.of(
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
);
const ORDER = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
const QUARTERS = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
const ROUNDS = 12;
const BLOCK = 128; // bytes

/** Add the low and high half of a word to word `to` of `v`. */
function add(v, to, low, high) {
  const sum = v[2 * to] + low;
  v[2 * to] = sum;
  v[2 * to + 1] += high + (sum > 0xffffffff ? 1 : 0);
}

/** Combine word `with_` into word `to` by exclusive or, and turn it right by `by` bits. */
function turn(v, to, with_, by) {
  let low = v[2 * to] ^ v[2 * with_], high = v[2 * to + 1] ^ v[2 * with_ + 1];
  if (by >= 32) [low, high] = [high, low];
  const rest = by % 32;
  v[2 * to] = rest ? (low >>> rest) | (high << (32 - rest)) : low;
  v[2 * to + 1] = rest ? (high >>> rest) | (low << (32 - rest)) : high;
}

function compress(state, m, upto, isLast) {
  const v = new Uint32Array(32);
  v.set(state);
  v.set(START, 16);
  v[24] ^= upto; // of texts below 4 GB
  if (isLast) v[28] = ~v[28];
  if (isLast) v[29] = ~v[29];
  for (let round = 0; round < ROUNDS; round++) {
    const order = ORDER[round % ORDER.length];
    for (let place = 0; place < QUARTERS.length; place++) {
      const [a, b, c, d] = QUARTERS[place];
      const [first, second] = [order[2 * place], order[2 * place + 1]];
      add(v, a, v[2 * b], v[2 * b + 1]);
      add(v, a, m[2 * first], m[2 * first + 1]);
      turn(v, d, a, 32);
      add(v, c, v[2 * d], v[2 * d + 1]);
      turn(v, b, c, 24);
      add(v, a, v[2 * b], v[2 * b + 1]);
      add(v, a, m[2 * second], m[2 * second + 1]);
      turn(v, d, a, 16);
      add(v, c, v[2 * d], v[2 * d + 1]);
      turn(v, b, c, 63);
    }
  }
  for (let half = 0; half < 16; half++) state[half] ^= v[half] ^ v[half + 16];
}

/** Return `size` bytes of BLAKE2b of `bytes`. */
export function blake2b(bytes, size) {
  const state = START.slice();
  state[0] ^= 0x01010000 ^ size;
  const blocks = Math.max(Math.ceil(bytes.length / BLOCK), 1);
  const message = new Uint32Array(32);
  for (let place = 0; place < blocks; place++) {
    const block = new Uint8Array(BLOCK);
    block.set(bytes.subarray(place * BLOCK, (place + 1) * BLOCK));
    const view = new DataView(block.buffer);
    for (let half = 0; half < 32; half++) message[half] = view.getUint32(4 * half, true);
    const isLast = place === blocks - 1;
    compress(state, message, isLast ? bytes.length : (place + 1) * BLOCK, isLast);
  }
  const found = new DataView(new ArrayBuffer(64));
  state.forEach((half, place) => found.setUint32(4 * place, half, true));
  return new Uint8Array(found.buffer.slice(0, size));
}

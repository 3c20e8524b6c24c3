const STATE = 624;
const SHIFT = 397;

/** Unsigned 32-bit numbers, one after the other. */
export type Words = () => number;

/**
 * The Mersenne Twister MT19937, seeded as NumPy's RandomState(seed) is.
 * @param seed [0, 2^32)
 * @see Matsumoto & Nishimura 1998, https://doi.org/10.1145/272991.272995
 */
export function mersenne(seed: number): Words {
  return twister(initial(seed));
}

/** The same generator, seeded as CPython's random.seed(n) is: by the 32-bit digits of |n|, lowest first. */
export function mersenneByKey(seed: number): Words {
  const key: number[] = [];
  for (let rest = Math.abs(seed); rest > 0 || key.length === 0; rest = Math.floor(rest / 2 ** 32)) key.push(rest >>> 0);
  const state = initial(19_650_218);
  const at = (index: number): number => state[index] ?? 0;
  let [i, j] = [1, 0];
  const step = (factor: number, add: (j: number) => number): void => {
    const before = at(i - 1) ^ (at(i - 1) >>> 30);
    state[i] = (at(i) ^ Math.imul(before, factor)) + add(j);
    i += 1;
    if (i >= STATE) {
      state[0] = at(STATE - 1);
      i = 1;
    }
  };
  for (let k = Math.max(STATE, key.length); k > 0; k--) {
    step(1_664_525, () => (key[j] ?? 0) + j);
    j = (j + 1) % key.length;
  }
  for (let k = STATE - 1; k > 0; k--) step(1_566_083_941, () => -i);
  state[0] = 0x80000000;
  return twister(state);
}

function initial(seed: number): Uint32Array {
  const state = new Uint32Array(STATE);
  state[0] = seed;
  for (let i = 1; i < STATE; i++) {
    const before = state[i - 1] ?? 0;
    state[i] = Math.imul(1_812_433_253, before ^ (before >>> 30)) + i;
  }
  return state;
}

function twister(state: Uint32Array): Words {
  let at = STATE;
  return () => {
    if (at === STATE) {
      twist(state);
      at = 0;
    }
    let word = state[at++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < STATE; i++) {
    const word = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % STATE] ?? 0) & 0x7fffffff);
    state[i] = (state[(i + SHIFT) % STATE] ?? 0) ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
  }
}

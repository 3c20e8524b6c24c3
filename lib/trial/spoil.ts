import type { MemoryDisk } from "corrigenda/files";
import { collect } from "corrigenda/files";
import type { Rng } from "corrigenda/rng";

/** What a power cut can leave of bytes that were written and not synced: all, a part, a part and zeros, or noise. */
export function tornTail(rng: Rng): (unsynced: Buffer) => Uint8Array {
  return (unsynced) => {
    const roll = rng.next();
    if (roll < 0.25) return unsynced;
    const part = unsynced.subarray(0, rng.int(unsynced.length + 1));
    if (roll < 0.7) return part;
    const rest = Buffer.alloc(unsynced.length - part.length);
    if (roll > 0.85) for (let at = 0; at < rest.length; at++) rest[at] = rng.int(256);
    return Buffer.concat([part, rest]);
  };
}

/** Removes, cuts, lengthens or alters an index of the store: it is derived, so nothing may depend on it. */
export async function spoilIndex(disk: MemoryDisk, rng: Rng): Promise<string | undefined> {
  const names = (await disk.list("store")).filter((name) => name.endsWith(".idx"));
  const [name] = rng.shuffle(names);
  if (name === undefined) return undefined;
  const path = `store/${name}`;
  const bytes = Buffer.concat(await collect(disk.read(path)));
  const roll = rng.int(4);
  if (roll === 0) await disk.remove(path);
  else if (roll === 1) await disk.write(path, bytes.subarray(0, rng.int(bytes.length + 1)));
  else if (roll === 2)
    await disk.write(
      path,
      Buffer.concat([bytes, Buffer.from(Array.from({ length: rng.int(90) }, () => rng.int(256)))]),
    );
  else if (bytes.length > 0) {
    const at = rng.int(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.int(8));
    await disk.write(path, bytes);
  }
  return `${path} was ${["removed", "cut", "lengthened", "altered"][roll]}`;
}

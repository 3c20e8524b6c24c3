import { StudyError } from "corrigenda/error";

/**
 * A size: a number, or one that is known when a batch comes: names joined by "*" and "+", such as "rows*length".
 * Graphs are written and checked once, and run on batches of any size.
 */
export type Dim = number | string;

/** What the names stand for in one batch. */
export type Sizes = Readonly<Record<string, number>>;

/** The value of a size. Throws StudyError "config" at a name that the batch does not give. */
export function sizeOf(dim: Dim, sizes: Sizes): number {
  if (typeof dim === "number") return dim;
  return dim.split("+").reduce((sum, term) => sum + term.split("*").reduce((n, part) => n * factor(part, sizes), 1), 0);
}

/** Elements of a shape, in one batch. */
export function elements(shape: readonly Dim[], sizes: Sizes = {}): number {
  return shape.reduce<number>((n, dim) => n * sizeOf(dim, sizes), 1);
}

/** True where two shapes have as many elements, whatever the names stand for. */
export function sameElements(a: readonly Dim[], b: readonly Dim[]): boolean {
  return factors(a) === factors(b);
}

/** The shape of an elementwise result by NumPy's rules of broadcasting. Throws where two sizes differ. */
export function broadcast(a: readonly Dim[], b: readonly Dim[], where: string): readonly Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, at) => {
    const [x, y] = [a[a.length - rank + at] ?? 1, b[b.length - rank + at] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw misfit(where, a, b);
    return x === 1 ? y : x;
  });
}

/** A shape problem found while a graph is written. */
export function misfit(where: string, ...shapes: readonly (readonly Dim[])[]): StudyError {
  const shown = shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ");
  return new StudyError("config", `${where}: shapes ${shown} do not fit; look at the graph that is written here`);
}

function factor(part: string, sizes: Sizes): number {
  const size = sizes[part] ?? Number(part);
  if (Number.isInteger(size)) return size;
  throw new StudyError("config", `the batch does not say how large "${part}" is; give it with the sizes`);
}

/** "768 rows length": numbers multiplied, names sorted; sums stay whole. */
function factors(shape: readonly Dim[]): string {
  let number = 1;
  const names: string[] = [];
  for (const dim of shape) {
    if (typeof dim === "number") number *= dim;
    else if (dim.includes("+")) names.push(`(${dim})`);
    else names.push(...dim.split("*"));
  }
  return [number, ...names.sort()].join(" ");
}

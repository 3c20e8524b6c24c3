import type { Declared } from "./cell.ts";

/** What cells declared: each name stands for a variable of the newest cell that declares it. */
export interface Variables {
  /** `__cell`: an object with a property for each name. */
  readonly scope: object;
  readonly names: ReadonlySet<string>;
  declare(names: readonly Declared[]): void;
  /** Call when a cell failed: names whose declarations it did not reach mean again what they meant before it. */
  settle(names: readonly string[]): void;
}

export function createVariables(): Variables {
  const scope = Object.create(null) as object;
  const now = new Map<string, Declared>();
  const before = new Map<string, Declared | undefined>();
  const put = (name: string, declared: Declared | undefined): void => {
    if (declared) now.set(name, declared);
    else now.delete(name);
  };
  return {
    scope,
    get names() {
      return new Set(now.keys());
    },
    declare: (names) => {
      before.clear();
      for (const declared of names) {
        const [name] = declared;
        before.set(name, now.get(name));
        put(name, declared);
        Object.defineProperty(scope, name, property(declared));
      }
    },
    settle: (names) => {
      for (const name of names) {
        const declared = now.get(name);
        if (!declared || isReached(declared)) continue;
        const old = before.get(name);
        put(name, old);
        if (old) Object.defineProperty(scope, name, property(old));
        else Reflect.deleteProperty(scope, name);
      }
    },
  };
}

function property([, get, set]: Declared): PropertyDescriptor {
  return { get, set: set ?? refuse, configurable: true, enumerable: true };
}

function refuse(): never {
  throw new TypeError("Assignment to constant variable.");
}

/** Reading a `let`, `const` or `class` ahead of its declaration throws. */
function isReached([, get]: Declared): boolean {
  try {
    get();
    return true;
  } catch {
    return false;
  }
}

import type { Declared, ValueKind } from "./declared.ts";

/** Where a name of earlier cells has its latest meanings. */
interface Origin {
  readonly value?: { readonly module: string; readonly kind: ValueKind };
  /** `pure`: without a value of the same declaration, so that it can stand beside another one's. */
  readonly type?: { readonly module: string; readonly pure: boolean };
}

/** The names that accepted cells left behind. */
export interface Names {
  /** Takes over what a cell declares; `module` is what later cells import it from. */
  take(module: string, declared: ReadonlyMap<string, Declared>): void;
  /** One line that declares what a cell mentions and does not declare itself. */
  prelude(mentioned: Iterable<string>, declared: ReadonlyMap<string, Declared>): string;
  /** What an earlier cell made of a name as a value. */
  kindOf(name: string): ValueKind | undefined;
  all(): Iterable<string>;
}

export function createNames(): Names {
  const origins = new Map<string, Origin>();
  return {
    take: (module, declared) => {
      for (const [name, one] of declared) origins.set(name, renewed(origins.get(name), module, one));
    },
    prelude: (mentioned, declared) => {
      const words: string[] = [];
      for (const name of mentioned) {
        const origin = origins.get(name);
        if (origin) words.push(...declarations(name, origin, declared.get(name)));
      }
      return words.join(" ");
    },
    kindOf: (name) => origins.get(name)?.value?.kind,
    all: () => origins.keys(),
  };
}

/** A new value leaves an interface or alias of the name alone, and a new type leaves the value. */
function renewed(before: Origin | undefined, module: string, { value: kind, type }: Declared): Origin {
  if (kind !== undefined && type) return { value: { module, kind }, type: { module, pure: false } };
  if (kind === undefined) return { ...before, type: { module, pure: true } };
  return { value: { module, kind }, ...(before?.type?.pure ? { type: before.type } : {}) };
}

/** The declarations of one name, without the meanings that the cell gives it itself. */
function declarations(name: string, origin: Origin, own: Declared | undefined): string[] {
  const value = own?.value === undefined ? origin.value : undefined;
  const type = own?.type !== true && (origin.type?.pure || own?.value === undefined) ? origin.type : undefined;
  if (!value) return type ? [`import { ${name} } from "${type.module}";`] : [];
  const alone = own?.type !== true && (type === undefined || type.module === value.module);
  if (alone && value.kind !== "let") return [`import { ${name} } from "${value.module}";`];
  // An import can neither be assigned to nor stand beside a type of the same name.
  const keyword = value.kind === "let" ? "let" : "const";
  const declared = `declare ${keyword} ${name}: typeof import("${value.module}").${name};`;
  if (!type) return [declared];
  if (type.module === value.module) return [declared, `type ${name} = import("${type.module}").${name};`];
  return [declared, `import { ${name} } from "${type.module}";`];
}

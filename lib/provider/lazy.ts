/** What is made at the first call: the SDKs and undici take 0.4 s and 80 MB to load, which planning and reading do without. */
export type Lazy<T> = () => Promise<T>;

export function lazily<T>(make: () => Promise<T>): Lazy<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

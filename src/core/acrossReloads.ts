/**
 * Something that there is once in a process. A notebook's kernel loads the sources anew when one is edited: what the
 * objects of before have put into a module's own map or register would be missing in the new one.
 * @param name tells it from others
 */
export function acrossReloads<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`xray-notebook.${name}`);
  const holder = globalThis as unknown as Record<symbol, T | undefined>;
  return (holder[key] ??= make());
}

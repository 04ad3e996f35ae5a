/** The last things that were asked for, by name; the one that nobody asked for longest goes first. */
export interface RecentMap<V> {
  get(name: string): V | undefined;
  set(name: string, value: V): void;
}

/** @param most how many are kept */
export function createRecentMap<V>(most: number): RecentMap<V> {
  const values = new Map<string, V>();
  const set = (name: string, value: V): void => {
    values.delete(name);
    values.set(name, value);
    const [oldest] = values.keys();
    if (values.size > most && oldest !== undefined) values.delete(oldest);
  };
  return {
    get(name) {
      const value = values.get(name);
      if (value !== undefined) set(name, value);
      return value;
    },
    set,
  };
}

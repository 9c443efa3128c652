import { useRef, useSyncExternalStore } from "react";

/** A value that components can subscribe to; the few things that are neither in the URL nor in the query cache. */
export interface Store<T> {
  get(): T;
  set(next: T): void;
  update(change: (before: T) => T): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  const set = (next: T) => {
    if (Object.is(next, value)) return;
    value = next;
    for (const listener of [...listeners]) listener();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** Re-renders only when the selected part changes; `select` must return the same object for the same state. */
export function useSelected<T, S>(store: Store<T>, select: (value: T) => S): S {
  const selectRef = useRef(select);
  selectRef.current = select;
  return useSyncExternalStore(store.subscribe, () => selectRef.current(store.get()));
}

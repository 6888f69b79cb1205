const open = new Set<() => Promise<void>>();

/** Does the work, and then undoes what was done for it; also when the bench is stopped in the middle, by Ctrl-C or a time limit. */
export async function withUndo<T>(undo: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  open.add(undo);
  try {
    return await work();
  } finally {
    open.delete(undo);
    await undo();
  }
}

/** From now on a signal that ends the bench undoes first what is open, the newest first. */
export function undoOnSignal(): void {
  for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15]] as const) {
    process.once(signal, () => {
      void (async () => {
        for (const undo of [...open].reverse()) await undo().catch((error: unknown) => console.error(error));
        process.exit(128 + number);
      })();
    });
  }
}

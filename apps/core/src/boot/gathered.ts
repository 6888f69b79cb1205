interface Asked<Answer> {
  readonly id: string;
  readonly answer: (found: Answer | undefined) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * One look for all who ask at the same moment: who asks while a look is under way waits for the next one, so nobody is answered
 * by what held before the question. Nothing is kept, and who asks alone is answered at once.
 */
export function gathered<Answer>(look: (ids: readonly string[]) => Promise<ReadonlyMap<string, Answer>>): (id: string) => Promise<Answer | undefined> {
  let waiting: Asked<Answer>[] = [];
  let looking = false;
  async function work(): Promise<void> {
    looking = true;
    while (waiting.length > 0) {
      const asked = waiting;
      waiting = [];
      await look([...new Set(asked.map(({ id }) => id))]).then(
        (found) => asked.forEach(({ id, answer }) => answer(found.get(id))),
        (error: unknown) => asked.forEach(({ fail }) => fail(error)),
      );
    }
    looking = false;
  }
  return (id) =>
    new Promise((answer, fail) => {
      waiting.push({ id, answer, fail });
      if (!looking) void work();
    });
}

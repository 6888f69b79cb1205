import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from './core-under-test.ts';

/** The core as a process of its own, begun as `npm start` begins it. */
export interface CoreProcess {
  /** Resolves to the first line of the output that matches, with its groups. Rejects when the process ends without one. */
  line(form: RegExp): Promise<RegExpExecArray>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly error: string }>;
  stop(signal: NodeJS.Signals): void;
}

/** @param environment besides what finds programs; nothing else of the test's own environment reaches the core */
export function startCore(environment: Readonly<Record<string, string>>): CoreProcess {
  const child = spawn(process.execPath, ['tools/run/node22.mjs', 'core'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', TENDRIL_SAMPLE: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', error: '' };
  const listeners = new Set<() => void>();
  const hear = (stream: ChildProcess['stdout'], to: keyof typeof said): void => {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said[to] += text;
      for (const listener of listeners) listener();
    });
  };
  hear(child.stdout, 'out');
  hear(child.stderr, 'error');
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return {
    ended,
    stop: (signal) => void child.kill(signal),
    line: (form) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = form.exec(said.out);
          if (!found) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then(({ code, out, error }) => reject(new Error(`The core ended with ${code} and said no ${form}:\n${out}\n${error}`)));
      }),
  };
}

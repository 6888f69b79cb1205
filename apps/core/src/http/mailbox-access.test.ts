import { describe, expect, it } from 'vitest';
import { type Place, whyMailboxIsClosed } from './mailbox-access.ts';

const HOME: Place = { host: '127.0.0.1', database: 'PGlite', publicUrl: 'http://localhost:3000' };
const HERE = { host: 'localhost:3000' };

describe('whyMailboxIsClosed', () => {
  it.each(['localhost', 'localhost:3000', 'LOCALHOST:1', '127.0.0.1:3000', '[::1]', '[::1]:3000'])('opens to a browser at %s', (host) => {
    expect(whyMailboxIsClosed(HOME, { host })).toBeNull();
  });

  it.each(['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost:3000@evil.example', 'evil.example#localhost', '10.0.0.1', '', undefined])(
    'closes under the name %s, which a foreign page may have pointed here',
    (host) => {
      expect(whyMailboxIsClosed(HOME, host === undefined ? {} : { host })).toContain('localhost');
    },
  );

  it.each([
    [{ database: 'PostgreSQL' }, 'PostgreSQL'],
    [{ host: '0.0.0.0' }, '0.0.0.0'],
    [{ host: '::' }, '::'],
    [{ publicUrl: 'https://tendril.example' }, 'https://tendril.example'],
  ] as const)('closes where others may come: %j', (change, said) => {
    expect(whyMailboxIsClosed({ ...HOME, ...change }, HERE)).toContain(said);
  });

  it.each(['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])('closes behind a proxy that sends %s', (header) => {
    expect(whyMailboxIsClosed(HOME, { ...HERE, [header]: 'someone' })).toContain('proxy');
  });
});

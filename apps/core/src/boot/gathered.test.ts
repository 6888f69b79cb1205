import { expect, it } from 'vitest';
import { gathered } from './gathered.ts';

it('looks once for all who ask meanwhile, and never answers by what held before the question', async () => {
  let value = 'old';
  const looks: (readonly string[])[] = [];
  const ask = gathered(async (ids) => {
    looks.push(ids);
    const seen = value;
    await Promise.resolve();
    return new Map(ids.filter((id) => id !== 'nobody').map((id) => [id, `${id} ${seen}`]));
  });
  const first = ask('a');
  value = 'new';
  const others = [ask('a'), ask('b'), ask('a'), ask('nobody')];
  expect(await first).toBe('a old');
  expect(await Promise.all(others)).toEqual(['a new', 'b new', 'a new', undefined]);
  expect(looks).toEqual([['a'], ['a', 'b', 'nobody']]);
});

it('fails for those who asked, and answers the next', async () => {
  let fails = true;
  const ask = gathered(async () => {
    if (fails) throw new TypeError('down');
    return new Map([['a', 1]]);
  });
  await expect(ask('a')).rejects.toThrow('down');
  fails = false;
  expect(await ask('a')).toBe(1);
});

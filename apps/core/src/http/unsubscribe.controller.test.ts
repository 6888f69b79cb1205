import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { membersOf, newestConsents } from '@tendril/store';
import { unsubscribeToken } from '@tendril/touchpoints';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MailedCompany, mailedCompany } from '../../test/mailed-company.ts';
import { UnsubscribeController } from './unsubscribe.controller.ts';

let company: MailedCompany;
let app: NestFastifyApplication;
let link: string;

beforeAll(async () => {
  company = await mailedCompany();
  app = await company.serve([UnsubscribeController]);
  link = `/u/${unsubscribeToken(company.world.secret, company.sent.id)}`;
});
afterAll(() => company.close());

const consents = async () => {
  const { db } = company.world.store;
  return (await newestConsents(db, await membersOf(db, [company.sent.lead]))).map(({ topic, state }) => `${topic} ${state}`).sort();
};

const post = (url: string) =>
  app.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'List-Unsubscribe=One-Click' });

describe('the unsubscribe link', () => {
  it('asks first, names the company and the channel but not the recipient, and changes nothing', async () => {
    const { statusCode, body, headers } = await app.inject({ method: 'GET', url: link });
    expect([statusCode, headers['set-cookie'], headers['referrer-policy']]).toEqual([200, undefined, 'no-referrer']);
    expect(body).toContain('<form method="post">');
    expect(body).toContain('Small &amp; Sons sends you nothing more by e-mail');
    expect(body).not.toContain('ana@');
    expect((await app.inject({ method: 'HEAD', url: link })).statusCode).toBe(200);
    expect(await consents()).toEqual(['guides granted']);
  });

  it('unsubscribes at one click, and again without harm, whatever the body says', async () => {
    const { statusCode, body } = await post(link);
    expect(statusCode).toBe(200);
    expect(body).toContain('You will not hear from Small &amp; Sons by e-mail again.');
    expect(await consents()).toEqual(['* denied', 'guides granted']);
    expect((await app.inject({ method: 'POST', url: link })).statusCode).toBe(200);
  });

  it('that is not ours gets one and the same page, and changes nothing', async () => {
    const before = await consents();
    const foreign = unsubscribeToken('another secret', company.sent.id);
    const noTouchpoint = unsubscribeToken(company.world.secret, '0'.repeat(64));
    const answers = await Promise.all([foreign, noTouchpoint, 'x', `${link.slice(3)}A`].flatMap((token) => [app.inject({ method: 'GET', url: `/u/${token}` }), post(`/u/${token}`)]));
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(404);
    expect(await consents()).toEqual(before);
  });
});

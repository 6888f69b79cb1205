import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ATTACK, type MailedCompany, mailedCompany } from '../../test/mailed-company.ts';
import { MailboxController } from './mailbox.controller.ts';

let company: MailedCompany;
let app: NestFastifyApplication;

beforeAll(async () => {
  company = await mailedCompany();
  app = await company.serve([MailboxController]);
});
afterAll(() => company.close());

const get = (url: string, host = 'localhost:3000', from = app) => from.inject({ method: 'GET', url, headers: { host } });

describe('the mailbox', () => {
  it('lists what was sent and what was not, with the newest message open', async () => {
    const { statusCode, headers, body } = await get('/');
    expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-store']);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain('ana@small.example');
    expect(body).toContain('no-consent');
    expect(body).toContain(`src="/outbox/${company.sent.id}/message"`);
    expect(body).toContain(ATTACK.replace(/[<>"']/g, (c) => ({ '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!));
    expect(body).not.toMatch(/<script|<img/);
  });

  it('opens one that was not sent, under the address of its lead', async () => {
    const { statusCode, body } = await get(`/outbox/${company.unsent.id}`);
    expect(statusCode).toBe(200);
    expect(body).toContain('ben@small.example');
    expect(body).toContain('It was not sent: suppressed (no-consent).');
  });

  it('filters, and pages behind a touchpoint', async () => {
    const { body } = await get('/?state=accepted&programme=journeys/welcome');
    expect(body).toContain(company.sent.id);
    expect(body).not.toContain(company.unsent.id);
    const first = (await get('/')).body.match(/\/outbox\/([0-9a-f]{64})/)?.[1];
    const behind = await get(`/?before=${first}`);
    expect(behind.body).not.toContain(`/outbox/${first}`);
    expect(behind.body).toMatch(/\/outbox\/[0-9a-f]{64}/);
  });

  it('serves the message itself so that it can do nothing', async () => {
    const { statusCode, headers, body } = await get(`/outbox/${company.sent.id}/message`);
    expect(statusCode).toBe(200);
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    expect(body).toContain('thank you for your interest in Small &amp; Sons');
  });

  it.each(['/outbox/nothing', '/outbox/nothing/message', '/outbox/..%2F..%2Fetc', `/outbox/${'0'.repeat(64)}/message`])('has a page for what is not there: %s', async (url) => {
    const { statusCode, headers } = await get(url);
    expect([statusCode, headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  });

  it('shows nobody’s data under a foreign name', async () => {
    for (const url of ['/', `/outbox/${company.sent.id}`, `/outbox/${company.sent.id}/message`]) {
      const { statusCode, body } = await get(url, 'evil.example');
      expect(statusCode).toBe(url === '/' ? 200 : 404);
      expect(body).toContain('href="/docs"');
      expect(body).not.toMatch(/small|outbox\//i);
    }
  });

  it('is closed when the core listens to other machines', async () => {
    const open = await company.serve([MailboxController], { ...company.settings, host: '0.0.0.0' });
    const { body } = await get('/', undefined, open);
    expect(body).toContain('listens on 0.0.0.0');
    expect(body).not.toContain('ana@');
  });

  it('says that a message is gone when its file is', async () => {
    await rm(join(company.outbox, `${company.sent.id}.json`));
    expect((await get(`/outbox/${company.sent.id}`)).body).toContain('The file is gone');
    expect((await get(`/outbox/${company.sent.id}/message`)).statusCode).toBe(404);
  });
});

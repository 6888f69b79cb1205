import { describe, expect, it } from 'vitest';
import { isFreeMail } from './mail-domains.ts';

describe('isFreeMail', () => {
  it.each(['gmail.com', 'GMail.com', 'outlook.de', 'web.de', 'yahoo.co.uk', 'qq.com'])('%s is a mail provider', (domain) => {
    expect(isFreeMail(domain)).toBe(true);
  });

  it.each(['clinic.example', 'notgmail.com', 'gmail.com.clinic.example', 'mail.clinic.example', ''])('%s is none', (domain) => {
    expect(isFreeMail(domain)).toBe(false);
  });
});

import { API_KEY, PUBLIC_KEY, type SendGrid, startSendGrid, VERIFIED_SENDER } from '@tendril/email-sendgrid/vendor';
import { ACCOUNT_SID, AUTH_TOKEN, SERVICE_SID, startTwilio, type Twilio } from '@tendril/sms-twilio/vendor';
import type { HookRequest } from '@tendril/connector-kit';
import { type Answer, type CoreParts, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf } from './said.ts';

/** The entries of connectors.json: e-mail by SendGrid as `mail`, SMS by Twilio as `texts`, keys out of the environment. */
export const CONNECTORS = [
  {
    name: 'mail',
    package: '@tendril/email-sendgrid',
    settings: { from: { email: VERIFIED_SENDER, name: 'Small Company' }, webhookPublicKey: PUBLIC_KEY },
    secrets: { apiKey: 'SMALL_SENDGRID_KEY' },
  },
  {
    name: 'texts',
    package: '@tendril/sms-twilio',
    settings: { accountSid: ACCOUNT_SID, messagingServiceSid: SERVICE_SID, statusCallback: 'https://tendril.example/hooks/texts' },
    secrets: { authToken: 'SMALL_TWILIO_TOKEN' },
  },
];

/** What those entries ask of the environment. */
export const SECRETS = { SMALL_SENDGRID_KEY: API_KEY, SMALL_TWILIO_TOKEN: AUTH_TOKEN };

/** A touchpoint as the API tells it, as far as these tests look. */
export interface Touchpoint {
  readonly id: string;
  readonly lead: string;
  readonly state: string;
  readonly reason: string | null;
  readonly vendorRef: string | null;
  readonly dueAt: string;
  readonly [mark: `${string}At`]: string | null;
}

/** A core whose connectors speak to the two vendors, played on this machine. */
export interface VendorsUnderTest {
  readonly core: CoreUnderTest;
  readonly rules: RulesFolder;
  readonly mail: SendGrid;
  readonly texts: Twilio;
  /** Ana allows both channels and does what makes the rules send on one of them. */
  reach(channel: 'email' | 'sms'): Promise<Touchpoint>;
  /** The newest touchpoint on a channel. */
  touch(channel: 'email' | 'sms'): Promise<Touchpoint>;
  /** A vendor's webhook, as it arrives. */
  hook(name: string, request: HookRequest): Promise<Answer>;
  timeline(): Promise<readonly { readonly kind: string; readonly what: string; readonly detail: Readonly<Record<string, unknown>> }[]>;
  close(): Promise<void>;
}

export async function vendorsUnderTest(parts: CoreParts = {}): Promise<VendorsUnderTest> {
  const [mail, texts] = [await startSendGrid(), await startTwilio()];
  const rules = rulesFolder(CONNECTORS);
  const core = await coreUnderTest({ rules: rules.folder, environment: SECRETS, redirect: { ...mail.redirect, ...texts.redirect }, ...parts });
  const touch: VendorsUnderTest['touch'] = async (channel) => {
    const { items } = bodyOf<{ items: (Touchpoint & { channel: string })[] }>(await core.call('GET', '/v1/touchpoints'));
    return items.find((item) => item.channel === channel)!;
  };
  return {
    core,
    rules,
    mail,
    texts,
    touch,
    reach: async (channel) => {
      const news = channel === 'email' ? eventOf('page_viewed', { path: '/pricing' }) : eventOf('trial_started');
      bodyOf(await core.call('POST', '/v1/events', [eventOf('lead_updated', { attributes: { firstName: 'Ana' } }), consentOf('email'), consentOf('sms'), news]), 202);
      await core.settled();
      return touch(channel);
    },
    hook: async (name, { url, headers, body }) => {
      const { search } = new URL(url);
      const answer = await core.call('POST', `/hooks/${name}${search}`, Buffer.from(body).toString(), { ...headers, authorization: '' });
      await core.settled();
      return answer;
    },
    timeline: async () => {
      const { lead } = (await touch('email')) ?? (await touch('sms'));
      return bodyOf<{ items: Awaited<ReturnType<VendorsUnderTest['timeline']>> }>(await core.call('GET', `/v1/leads/${lead}/timeline`)).items;
    },
    close: async () => {
      await core.close();
      await mail.close();
      await texts.close();
      rules.remove();
    },
  };
}

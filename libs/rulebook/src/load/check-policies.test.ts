import { describe, expect, it } from 'vitest';
import { SAMPLE, sampleSources } from '../../test/sample-rules.ts';
import { loadRulebook } from './load-rulebook.ts';

/** The sample's policies with one more line, in which ▶ stands where the problem must be. */
function problemsOf(line: string): { place: string; problems: string[] } {
  const text = JSON.stringify(SAMPLE['policies.json'], null, 2).replace(/\n\}$/, `,\n${line}\n}`);
  const lines = text.slice(0, Math.max(text.indexOf('▶'), 0)).split('\n');
  const { problems } = loadRulebook(sampleSources({ 'policies.json': text.replace('▶', '') }));
  const told = problems.filter(({ severity }) => severity === 'error').map(({ file, line: at, column, message, hint }) => `${file}:${at}:${column}: ${message}. ${hint ?? ''}`);
  return { place: `policies.json:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}:`, problems: told };
}

const AWAY = '"unknownZone": ["Europe/London"]';

describe('policies', () => {
  it('may say nothing, or all of it', () => {
    const all = `"caps": [{ "max": 2, "within": "7d" }, { "channel": "sms", "topic": "product", "max": 1, "days": 1 }],
      "quietHours": [{ "from": "20:00", "to": "08:00" }, { "channel": "sms", "weekdays": ["sunday"] }, { "from": "12:00", "to": "24:00", "weekdays": ["friday"] }],
      "holidays": ["2026-12-25"], "unknownZone": ["Europe/London", "America/New_York"]`;
    expect([problemsOf('"caps": []').problems, problemsOf('"quietHours": [], "holidays": []').problems, problemsOf(all).problems]).toEqual([[], [], []]);
  });

  it.each<[string, string, message: string, hint: string]>([
    ['a cap without a window', '"caps": [▶{ "max": 2 }]', 'no window', '"within": "7d"'],
    ['a cap of two windows', '"caps": [{ "max": 2, "within": "7d", ▶"days": 7 }]', 'stand in one cap', '"days": 7'],
    ['a cap that is none', '"caps": [▶2]', 'must be an object', 'Write'],
    ['a cap of nothing', '"caps": [{ "max": ▶0, "within": "7d" }]', 'at least 1', 'larger'],
    ['a window that cannot be read', '"caps": [{ "max": 1, "within": ▶"1w" }]', 'does not fit', '"7d"'],
    ['half a day', '"caps": [{ "max": 1, "days": ▶0.5 }]', 'whole number', 'Write'],
    ['a misspelt key of a cap', '"caps": [{ "max": 1, "days": 1, ▶"chanel": "sms" }]', 'no key "chanel"', 'Did you mean "channel"?'],
    ['an unknown channel', '"caps": [{ "channel": ▶"emial", "max": 1, "within": "7d" }]', 'no channel "emial"', 'Did you mean "email"?'],
    ['an unknown topic', '"caps": [{ "topic": ▶"produkt", "max": 1, "within": "7d" }]', 'no topic "produkt"', 'Did you mean "product"?'],
    ['days without a zone', '"caps": [{ "max": 1, "days": ▶1 }]', '"unknownZone" does not say', 'Add "unknownZone"'],
    ['quiet hours without a zone', '"quietHours": ▶[{ "from": "20:00", "to": "08:00" }]', '"unknownZone" does not say', 'Add "unknownZone"'],
    ['holidays without a zone', '"holidays": ▶["2026-12-25"]', '"unknownZone" does not say', 'Add "unknownZone"'],
    ['a quiet time at no time', `"quietHours": [▶{ "channel": "sms" }], ${AWAY}`, 'does not say when', '"weekdays"'],
    ['a quiet time without an end', `"quietHours": [▶{ "from": "20:00" }], ${AWAY}`, '"to" is missing', '"08:00"'],
    ['a quiet time without a begin', `"quietHours": [▶{ "to": "20:00" }], ${AWAY}`, '"from" is missing', '"20:00"'],
    ['a quiet time of no length', `"quietHours": [{ "from": "20:00", "to": ▶"20:00" }], ${AWAY}`, 'ends when it begins', '"weekdays" alone'],
    ['a time that never is', `"quietHours": [{ "from": ▶"25:00", "to": "08:00" }], ${AWAY}`, 'does not fit', '"20:30"'],
    ['a beginning at the end of the day', `"quietHours": [{ "from": ▶"24:00", "to": "08:00" }], ${AWAY}`, 'does not fit', '"20:30"'],
    ['a weekday that is none', `"quietHours": [{ "weekdays": [▶"sunnday"] }], ${AWAY}`, 'no "sunnday"', 'Did you mean "sunday"?'],
    ['weekdays of a night', `"quietHours": [{ "from": "20:00", "to": "08:00", "weekdays": ▶["friday"] }], ${AWAY}`, 'two meanings', '"to": "24:00"'],
    ['a quiet time of an unknown channel', `"quietHours": [{ "channel": ▶"smss", "weekdays": ["sunday"] }], ${AWAY}`, 'no channel "smss"', '"sms"'],
    ['a day that never is', `"holidays": [▶"2026-02-30"], ${AWAY}`, 'does not fit', '"2026-12-25"'],
    ['a holiday twice', `"holidays": ["2026-12-25", ▶"2026-12-25"], ${AWAY}`, 'twice', 'Remove one'],
    ['an unknown zone', '"unknownZone": [▶"Europe/Berln"]', 'no time zone "Europe/Berln"', 'Did you mean "Europe/Berlin"?'],
    ['no zone at all', '"unknownZone": ▶[]', 'empty', 'at least one'],
    ['quiet at every hour', `"quietHours": ▶[{ "from": "20:00", "to": "08:00" }, { "channel": "sms", "from": "08:00", "to": "20:00" }], ${AWAY}`, 'ever go by sms', 'Leave'],
    ['quiet on every day', `"quietHours": ▶[{ "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] }], ${AWAY}`, 'ever go by email', 'Leave'],
    ['zones that never wake together', `"quietHours": [{ "from": "18:00", "to": "09:00" }], "unknownZone": ▶["America/Los_Angeles", "Asia/Tokyo", "Europe/London"]`, 'at every moment', 'closer'],
  ])('refuse %s', (_what, line, message, hint) => {
    const { place, problems } = problemsOf(line);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${place}`));
    expect(problems[0]).toContain(message);
    expect(problems[0]).toContain(hint);
  });
});

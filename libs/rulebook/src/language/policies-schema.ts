import { z } from 'zod';
import { Duration } from './condition-schema.ts';

/** Marks the union of the two kinds of cap among Zod's issues. */
export const CAP_ISSUE = 'cap';

const Text = z.string().min(1);
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const Channel = Text.optional().meta({ description: 'Only what goes by this channel; without it, every channel' });

const capScope = {
  channel: Channel,
  topic: Text.optional().meta({ description: 'Only what is about this topic of policies.json' }),
  max: z.int().min(1).max(1000).meta({ description: 'So many touchpoints at most, whichever programmes they come from' }),
};

/** At most so many in a window that rolls with the clock, or in calendar days. */
export const Cap = z.union(
  [
    z.strictObject({ ...capScope, within: Duration.meta({ description: 'In this time before the moment of sending: "7d" is 168 hours' }) }),
    z.strictObject({ ...capScope, days: z.int().min(1).max(400).meta({ description: 'In so many calendar days of the lead’s zone, today among them' }) }),
  ],
  { error: CAP_ISSUE },
);

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write hours and minutes of 24 hours: "08:00", "20:30".')
  .meta({ description: 'The first minute that is quiet, as clocks show it where the lead is: "20:00"' });

const EndOfTime = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'Write hours and minutes of 24 hours: "08:00", "20:30", "24:00".')
  .meta({ description: 'The first minute that is quiet no more: "08:00"; "24:00" for the end of the day' });

/** When nothing is sent. That `from` and `to` belong together is checked with the names. */
export const QuietHours = z.strictObject({
  channel: Channel,
  from: TimeOfDay.optional(),
  to: EndOfTime.optional(),
  weekdays: z.array(z.enum(WEEKDAYS)).min(1).optional().meta({ description: 'On these days only; without "from" and "to", the whole day' }),
});

/** A day on which nothing is sent. */
export const Holiday = z.iso.date({ error: ({ code }) => (code === 'invalid_format' ? 'Write a day: "2026-12-25".' : undefined) }).meta({ description: 'A day in the lead’s zone: "2026-12-25"' });

/** An IANA name; whether there is such a zone is checked with the names. */
export const Zone = Text.meta({ description: 'Such as "Europe/Berlin"' });

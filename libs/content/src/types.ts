import type { JsonObject } from '@tendril/kernel';

/** A rendered e-mail. The text part says the same as the HTML part. */
export type EmailMessage = { readonly subject: string; readonly html: string; readonly text: string };

/** A rendered SMS. */
export type SmsMessage = { readonly text: string };

/** What a connector is handed as content, by channel. */
export type Message = EmailMessage | SmsMessage;

/** A message, or the sentence that says why there is none: kept with the touchpoint and shown to people. */
export type Rendered =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly problem: string };

/** What a message may say about its recipient. Company and call to action come from the rulebook. */
export interface MergeInput {
  /** The lead's attributes. Only texts, numbers and booleans reach a template. */
  readonly lead: JsonObject;
  readonly account: JsonObject | null;
  /** Where the recipient opts out; null on channels without links. An e-mail is not rendered without one. */
  readonly unsubscribeUrl: string | null;
}

/** Twilio's and Amazon's keywords together: https://www.twilio.com/docs/messaging, vendors' pages of November 2026. */
const STOP = new Set(['STOP', 'UNSUBSCRIBE', 'END', 'QUIT', 'STOPALL', 'REVOKE', 'OPTOUT', 'CANCEL', 'ARRET', 'TD', 'REMOVE', 'OPT-OUT', 'OPT OUT']);

const START = new Set(['START', 'UNSTOP']);

/** Any reasonable wording counts (47 CFR 64.1200(a)(10)), so these stop at the beginning of a longer text too. */
const STOP_FIRST = /^(STOP|STOPALL|UNSUBSCRIBE|OPT[ -]?OUT|REMOVE ME|REVOKE)\b/;

/** Does a reply ask for silence? In doubt it does: a message too few is mended, a message too many is not. */
export function asksToStop(text: string): boolean {
  const word = keyword(text);
  return STOP.has(word) || STOP_FIRST.test(word);
}

/** Does a reply ask to hear from us again? */
export function asksToStart(text: string): boolean {
  return START.has(keyword(text));
}

/** Without accents, quotes and punctuation around it: "Stop!" and "arrêt" are meant. */
function keyword(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toUpperCase().replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '').replaceAll(/\s+/g, ' ');
}

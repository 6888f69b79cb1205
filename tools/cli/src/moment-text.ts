/** A time in RFC 3339 for people: 2026-03-09 14:00 UTC */
export function momentText(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}

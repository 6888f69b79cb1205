/** Most mail programs show about this many characters beside the subject. */
const LENGTH = 110;

/** The line that a mailbox shows beside the subject: the beginning of a text, on one line, cut between words. */
export function previewText(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= LENGTH) return line;
  const cut = line.lastIndexOf(' ', LENGTH - 1);
  return `${line.slice(0, cut > 0 ? cut : LENGTH - 1)}…`;
}

/**
 * The candidate that was probably meant: fewest typing mistakes, at most a third of the name's length (and two in short names).
 * Undefined when nothing is near enough, because a far-fetched guess misleads more than none.
 *
 * @example closest('page_veiwed', ['page_viewed', 'demo_booked']) // 'page_viewed'
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const mistakes = distance(wanted, candidate.toLowerCase());
    if (mistakes < least && mistakes < candidate.length) {
      best = candidate;
      least = mistakes;
    }
  }
  return best;
}

/** Insertions, deletions and substitutions that turn one text into the other (Levenshtein), two rows at a time. */
function distance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substituted = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

import { durationMs, stableJson } from '@tendril/kernel';
import { aloneId, leavesOf, type Rulebook, rulebookForCases } from '@tendril/rulebook';
import { comparisonsOf, conditionsOf, noticeAt, type Noticing } from './noticing.ts';
import type { Notice } from './plan.ts';
import { leadsInWords } from './plan-words.ts';
import { countsOf, snapshotThen } from './virtual-world.ts';

/** What a change means for versions, readers, journeys and the leads in them, and which rules nobody fires. */
export function programmeNotices(noticing: Noticing): Notice[] {
  return [...versionNotices(noticing), ...draftNotices(noticing), ...burstNotices(noticing), ...goneNotices(noticing), ...reentryNotices(noticing), ...silentNotices(noticing), ...unseenNotices(noticing)];
}

function versionNotices(noticing: Noticing): Notice[] {
  return noticing.changes.flatMap(({ kind, meaning, version, file, id }) => {
    if (kind !== 'changed' || !meaning || version.after === null || version.after > (version.before ?? 0)) return [];
    return [noticeAt(noticing, file, ['version'], `${id} means something else now, and its version is still ${version.after}: write ${(version.before ?? 0) + 1}`)];
  });
}

/** Ids of everything that reads a segment. */
function readersOf(segment: string, { journeys, segments, models, stages }: Rulebook): { readonly id: string; readonly draft: boolean }[] {
  const asks = (trees: readonly Parameters<typeof leavesOf>[0][]): boolean =>
    trees.some((tree) => leavesOf(tree).some(({ condition }) => 'condition' in condition && condition.condition === segment));
  const readers = [
    ...journeys.map(({ id, status, entry }) => ({ id, status, reads: entry.segment === segment })),
    ...segments.map(({ id, status, conditions }) => ({ id, status, reads: asks([conditions]) })),
    ...models.map(({ id, status, rules }) => ({ id, status, reads: asks(rules.flatMap((rule) => ('conditions' in rule ? [rule.conditions] : []))) })),
    { id: 'stages', status: 'live' as const, reads: asks(stages.flatMap(({ conditions }) => conditions ?? [])) },
  ];
  return readers.flatMap(({ id, status, reads }) => (reads && status !== 'retired' ? [{ id, draft: status === 'draft' }] : []));
}

function draftNotices(noticing: Noticing): Notice[] {
  return noticing.changes.flatMap(({ id, kind, file }) => {
    if (!id.startsWith('segments/') || kind === 'removed') return [];
    const readers = readersOf(id, noticing.after);
    if (readers.length === 0 || readers.some(({ draft }) => !draft)) return [];
    return [noticeAt(noticing, file, ['id'], `only ${readers.map((reader) => reader.id).join(' and ')} read ${id}, and drafts reach nobody`)];
  });
}

/** A journey that takes in many although neither it nor its segment was touched. */
function burstNotices(noticing: Noticing): Notice[] {
  const changed = new Set(noticing.changes.map(({ id }) => id));
  const causes = noticing.changes.filter(({ kind, meaning }) => kind === 'changed' && meaning).map(({ id }) => id);
  return noticing.after.journeys.flatMap(({ id, status, entry }) => {
    const { entering } = noticing.atOnce.segments.find(({ segment }) => segment === entry.segment) ?? {};
    if (status !== 'live' || changed.has(id) || changed.has(entry.segment) || !entering || entering.n === 0 || causes.length === 0) return [];
    const message = `${id} takes in up to ${leadsInWords(entering.n)} at once: ${entry.segment} gains them, although only ${causes.join(' and ')} changed`;
    return [noticeAt(noticing, `${id}.json`, ['entry', 'segment'], message)];
  });
}

/** Ids that are gone, and what still hangs on them. */
function goneNotices(noticing: Noticing): Notice[] {
  const { before, after, population } = noticing;
  const live = (rules: Rulebook['journeys']): Rulebook['journeys'] => rules.filter(({ status }) => status === 'live');
  const gone = live(before.journeys).filter(({ id }) => !live(after.journeys).some((one) => one.id === id));
  return gone.flatMap((journey) => {
    const enrolled = population.leads.filter(({ enrolments }) => enrolments.some(({ programme }) => programme === journey.id)).length;
    const waiting = population.leads.flatMap(({ touchpoints }) => touchpoints.filter(({ programme, state }) => programme === journey.id && WAITING.includes(state))).length;
    const heir = after.journeys.find((one) => !before.journeys.some(({ id }) => id === one.id) && stableJson([one.entry, one.steps]) === stableJson([journey.entry, journey.steps]));
    const file = `${(heir ?? journey).id}.json`;
    return [
      ...(enrolled > 0 ? [noticeAt(noticing, file, ['id'], `${journey.id} is gone: ${leadsInWords(enrolled)} of the population went into it, and ${waiting} of its touches on their way end as cancelled`)] : []),
      ...(heir && enrolled > 0 ? [noticeAt(noticing, file, ['id'], `${heir.id} does what ${journey.id} did under another id, so it takes in again leads that ${journey.id} had`)] : []),
    ];
  });
}

const WAITING: readonly string[] = ['planned', 'held', 'claimed'];

function reentryNotices(noticing: Noticing): Notice[] {
  const { before, after, population } = noticing;
  return after.journeys.flatMap(({ id, reentry, status }) => {
    const was = before.journeys.find((one) => one.id === id);
    if (!was || status !== 'live' || reentry === 'never') return [];
    const [wait, waited] = [durationMs(reentry.after), was.reentry === 'never' ? Infinity : durationMs(was.reentry.after)];
    if (wait >= waited) return [];
    const again = population.leads.filter(({ enrolments }) => {
      const newest = Math.max(...enrolments.filter(({ programme }) => programme === id).map(({ at }) => at.getTime()));
      const age = population.takenAt.getTime() - newest;
      return age >= wait && age < waited;
    }).length;
    if (again === 0) return [];
    const message = `${leadsInWords(again)} of the population that went through ${id} may go again when they enter its segment: ${inWords(was.reentry)} → ${inWords(reentry)}`;
    return [noticeAt(noticing, `${id}.json`, ['reentry'], message)];
  });
}

function inWords(reentry: Rulebook['journeys'][number]['reentry']): string {
  return reentry === 'never' ? 'never' : `after ${reentry.after}`;
}

/** Changed and new rules that fire for nobody. */
function silentNotices(noticing: Noticing): Notice[] {
  const { stood, changes, after, population } = noticing;
  const all = population.leads.length;
  if (all === 0) return [];
  const live = new Set([...after.segments, ...after.models].filter(({ status }) => status === 'live').map(({ id }) => id));
  const segments = changes.filter(({ id }) => id.startsWith('segments/') && live.has(id) && !stood.after.some((state) => Object.hasOwn(state.segments, id)));
  const models = changes.filter(({ id }) => id.startsWith('scoring/') && live.has(id));
  return [
    ...segments.map(({ id, file }) => noticeAt(noticing, file, ['conditions'], `none of ${leadsInWords(all)} of the population is in ${id}`)),
    ...models.flatMap(({ id }) => silentLines(noticing, id)),
  ];
}

/** Rules that read events of which the population keeps none: of them the plan knows nothing. */
function unseenNotices(noticing: Noticing): Notice[] {
  const { after, eventTypes } = noticing;
  const unseen = eventTypes ? after.eventTypes.filter((type) => !eventTypes.includes(type)) : [];
  return unseen.map((type) => {
    const reader = conditionsOf(after)
      .flatMap((placed) => comparisonsOf(placed).map(({ leaf, path }) => ({ file: placed.file, path, event: leaf.params?.['event'] })))
      .concat(after.models.flatMap(({ id, rules }) => rules.flatMap((rule, at) => ('per' in rule ? [{ file: `${id}.json`, path: ['rules', at, 'per'], event: rule.per.event }] : []))))
      .find(({ event }) => event === type);
    return noticeAt(noticing, reader?.file ?? 'tracking-plan.json', reader?.path ?? [], `the baseline was drawn without ${type}: for this rule nobody ever did it. Draw a new one to see its effect`);
  });
}

/** Leads in one evaluation. */
const BATCH = 2_000;

/** Scoring rules that differ from before and give points to nobody, each asked alone, as cases are. */
function silentLines(noticing: Noticing, id: string): Notice[] {
  const { before, after, population, stood } = noticing;
  const model = after.models.find((one) => one.id === id);
  const old = before.models.find((one) => one.id === id);
  const lines = (model?.rules ?? []).flatMap((rule, at) => (old?.rules.some((one) => stableJson(one) === stableJson(rule)) ? [] : [{ rule, at }]));
  if (lines.length === 0) return [];
  const alone = rulebookForCases(after, id);
  const silent = new Set(lines);
  const counts = countsOf(population, { rulebook: after }, stood.before.map((state) => ({ state })));
  for (let from = 0; from < population.leads.length && silent.size > 0; from += BATCH) {
    const leads = population.leads.slice(from, from + BATCH).map((_, at) => snapshotThen({ rulebook: after }, population, from + at, { stage: stood.before[from + at]?.stage ?? null, counts }).facts);
    for (const { scores } of alone.evaluate(leads, population.takenAt)) {
      for (const line of silent) if ((scores[aloneId(id, line.rule.name)]?.milli ?? 0) !== 0) silent.delete(line);
    }
  }
  return [...silent].map(({ rule, at }) => noticeAt(noticing, `${id}.json`, ['rules', at], `none of ${leadsInWords(population.leads.length)} of the population gets points by ${rule.name}`));
}

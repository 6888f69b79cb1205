import type { LeadState } from '@tendril/decisions';
import type { LeadChanges } from '@tendril/programmes';
import { compareScores } from './compare-scores.ts';
import { scoreReason, segmentReason, stageReason } from './compare-explanations.ts';
import type { Ruling } from './gate-snapshot.ts';
import type { NameExamples, Telling } from './name-examples.ts';
import type { AtOnce, GradeMove, ReasonCount, ScoreChange, SegmentChange, StageMove, TouchAtOnce } from './plan.ts';
import { type Sample, Tally } from './tally.ts';
import type { Gated, Standing } from './virtual-world.ts';

/** What is known about the moment of the change. */
export interface Moment {
  readonly sample: Sample;
  readonly before: Ruling;
  readonly after: Ruling;
  /** Where each lead stands under the rules before, in the order of the population. */
  readonly standing: readonly Standing[];
  /** What the rules after make of that. */
  readonly changes: readonly LeadChanges[];
  /** What the gate says at once; touches that waited already are among them. */
  readonly gated: readonly Gated[];
}

/** Counts what the change does at once, and names examples with their reasons. */
export async function atOnce(moment: Moment, name: NameExamples): Promise<AtOnce> {
  const tally = new Tally(moment.sample);
  moment.changes.forEach((change, lead) => countChanges(tally, change, moment.standing[lead], lead));
  const planned = new Set<object>(moment.changes.flatMap(({ touches }) => touches));
  for (const { one, waiting, verdict } of moment.gated) {
    const { programme, channel, content } = waiting.touch;
    if (!planned.has(waiting.touch)) continue;
    const fate = verdict.go === 'send' ? 'sent' : verdict.go === 'hold' ? verdict.reason : `${verdict.state}: ${verdict.reason}`;
    tally.add([verdict.go, programme, channel, content, fate], one.index);
  }
  return {
    changed: tally.count(['changed']),
    segments: await segmentChanges(tally, name),
    stages: await stageMoves(tally, name),
    grades: await gradeMoves(moment, tally, name),
    scores: await scoreChanges(moment, name),
    touches: await touchesAtOnce(moment, tally, name),
  };
}

/** Absent names cannot be told from text in a tally's keys. */
const NO_NAME = '';

function countChanges(tally: Tally, { decision, touches }: LeadChanges, standing: Standing | undefined, lead: number): void {
  if (decision.transitions.length + decision.changedScores.length + touches.length > 0) tally.add(['changed'], lead);
  for (const id of Object.keys(standing?.state.segments ?? {})) tally.add(['before', id], lead);
  for (const id of Object.keys(decision.state.segments)) tally.add(['after', id], lead);
  for (const { kind, subject, from, to } of decision.transitions) {
    if (kind === 'segment') tally.add([to === null ? 'leaving' : 'entering', subject], lead);
    else if (kind !== 'score') tally.add([kind, subject, from ?? NO_NAME, to ?? NO_NAME], lead);
  }
  for (const { programme, channel, content } of touches) tally.add(['planned', programme, channel, content], lead);
}

function named(tally: Tally, kind: string): string[][] {
  return tally.names().flatMap(([first, ...name]) => (first === kind ? [name] : []));
}

async function segmentChanges(tally: Tally, name: NameExamples): Promise<SegmentChange[]> {
  const ids = new Set([...named(tally, 'entering'), ...named(tally, 'leaving')].map(([id = '']) => id));
  const changes: SegmentChange[] = [];
  for (const segment of [...ids].sort()) {
    const tell = (verb: string): Telling => (both) => {
      const { words, distance } = segmentReason(segment, both);
      return { words: `${verb} ${segment}: ${words}`, distance };
    };
    const examples = [...(await name(tally.leads(['entering', segment]), tell('enters'))), ...(await name(tally.leads(['leaving', segment]), tell('leaves')))];
    const count = (kind: string) => tally.count([kind, segment]);
    changes.push({ segment, before: count('before'), after: count('after'), entering: count('entering'), leaving: count('leaving'), examples });
  }
  return changes;
}

async function stageMoves(tally: Tally, name: NameExamples): Promise<StageMove[]> {
  const moves: StageMove[] = [];
  for (const [subject = '', from = '', to = ''] of named(tally, 'stage')) {
    const key = ['stage', subject, from, to];
    const examples = await name(tally.leads(key), (both) => {
      const { words, distance } = stageReason(both);
      return { words: `moves from ${from || 'no stage'} to ${to || 'no stage'}: ${words}`, distance };
    });
    moves.push({ from: from || null, to: to || null, leads: tally.count(key), examples });
  }
  return moves;
}

async function gradeMoves({ standing, changes }: Moment, tally: Tally, name: NameExamples): Promise<GradeMove[]> {
  const moves: GradeMove[] = [];
  for (const [model = '', from = '', to = ''] of named(tally, 'grade')) {
    const key = ['grade', model, from, to];
    const examples = await name(tally.leads(key), (both, lead) => {
      const { words, distance } = scoreReason(model, both);
      const [was, is] = [standing[lead], changes[lead]?.decision].map((one) => pointsIn(one?.state, model));
      return { words: `goes from ${from || 'no grade'} to ${to || 'no grade'} in ${model}, with ${is} points, was ${was}: ${words}`, distance };
    });
    moves.push({ model, from: from || null, to: to || null, leads: tally.count(key), examples });
  }
  return moves;
}

function pointsIn(state: LeadState | undefined, model: string): number {
  return (state?.scores[model]?.milli ?? 0) / 1000;
}

async function scoreChanges({ sample, before, after, standing, changes }: Moment, name: NameExamples): Promise<ScoreChange[]> {
  const stood = { before: standing.map(({ state }) => state), after: changes.map(({ decision }) => decision.state) };
  const rulebooks = [before.rulebook, after.rulebook];
  const ids = new Set(changes.flatMap(({ decision }) => decision.changedScores));
  const scores: ScoreChange[] = [];
  for (const id of [...ids].sort()) {
    const compared = compareScores(id, sample, stood, rulebooks);
    if (!compared) continue;
    const { leads, ...change } = compared;
      const examples = await name(leads, (both, lead) => {
      const [was, is] = [pointsIn(stood.before[lead], id), pointsIn(stood.after[lead], id)];
      return { words: `${id} ${was} → ${is}: ${scoreReason(id, both).words}`, distance: Math.abs(is - was - (change.mean.after - change.mean.before)) };
    });
    scores.push({ ...change, examples });
  }
  return scores;
}

async function touchesAtOnce({ changes, gated }: Moment, tally: Tally, name: NameExamples): Promise<TouchAtOnce[]> {
  const touches: TouchAtOnce[] = [];
  for (const key of named(tally, 'planned')) {
    const [programme = '', channel = '', content = ''] = key;
    const fates = (kind: string): ReasonCount[] =>
      named(tally, kind).flatMap((found) => (found.slice(0, 3).join('\n') === key.join('\n') ? [{ reason: found[3] ?? '', touches: tally.count([kind, ...found]) }] : []));
    const examples = await name(tally.leads(['planned', ...key]), (both, lead) => {
      const because = changes[lead]?.touches.find((touch) => touch.programme === programme)?.because;
      const entered = because?.kind === 'journey' ? because.entered : '';
      const { words, distance } = segmentReason(entered, both);
      const said = gated.find(({ one, waiting }) => one.index === lead && waiting.touch.programme === programme)?.verdict;
      const answer = said?.go === 'send' ? 'goes out' : said?.go === 'hold' ? `is held (${said.reason})` : said ? `ends ${said.state} (${said.reason})` : 'is planned';
      return { words: `${content} by ${channel} ${answer}, because it enters ${entered}: ${words}`, distance };
    });
    const sent = tally.count(['send', ...key, 'sent']);
    touches.push({ programme, channel, content, planned: tally.count(['planned', ...key]), sent, held: fates('hold'), ended: fates('end'), examples });
  }
  return touches;
}

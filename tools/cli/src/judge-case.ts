import { civilTime } from '@tendril/kernel';
import { aloneId, type LeadCase } from '@tendril/rulebook';
import type { Life, LivedTouch } from '@tendril/plan';

/** What a case expected and what its lead's life came to, in words. */
export interface Judgement {
  readonly passed: boolean;
  readonly expected: string;
  readonly got: string;
  /** Names of the scoring rules that gave points, the stage reached, or null for the segment or journey itself. */
  readonly fired: ReadonlySet<string | null>;
}

/** Compares a life with what its case expects. `of`: the id of the tested rule file. */
export function judgeCase({ expected, zone }: LeadCase, of: string, life: Life): Judgement {
  const { stage, segments } = life.decision.state;
  switch (expected.kind) {
    case 'segments': {
      const member = Object.hasOwn(segments, of);
      return judged(inWords(expected.member), inWords(member), member ? [null] : []);
    }
    case 'stages':
      return judged(`stage ${expected.stage}`, `stage ${stage ?? 'none'}`, stage === null ? [] : [stage]);
    case 'scoring':
      return judgeScores(expected.scores, of, life);
    case 'journeys': {
      const sent = touchesOf(life, of).filter(({ verdict }) => verdict.go === 'send');
      const wanted = expected.touches.map(({ at, touch, channel }) => `${touch} by ${channel}${at ? ` at ${civilTime(at, zone)}` : ''}`);
      const got = sent.map(({ at, touch }, index) => {
        const anyTime = expected.touches[index] && !expected.touches[index].at && sent.length === wanted.length;
        return `${touch.content} by ${touch.channel}${anyTime ? '' : ` at ${civilTime(at, zone)}`}`;
      });
      return judged(wanted.join(', ') || 'nothing goes out', got.join(', ') || 'nothing goes out', sent.length > 0 ? [null] : []);
    }
  }
}

/** What became of the touches of one journey. */
export function touchesOf({ touches }: Life, journey: string): LivedTouch[] {
  return touches.filter(({ touch }) => touch.programme === journey);
}

type Scores = Extract<LeadCase['expected'], { readonly kind: 'scoring' }>['scores'];

/** Only what the case expects is told of what it got. */
function judgeScores({ points, grade, rules = {} }: Scores, of: string, { decision }: Life): Judgement {
  const { scores } = decision.state;
  const pointsOf = (model: string): number => (scores[model]?.milli ?? 0) / 1000;
  const told = (name: string, value: boolean | number | string): string => `${name} ${String(value)}`;
  const names = Object.keys(scores).filter((id) => id.startsWith(aloneId(of, '')));
  const got = (name: string, wanted: boolean | number): boolean | number => {
    const found = pointsOf(aloneId(of, name));
    return typeof wanted === 'number' ? found : found !== 0;
  };
  const wanted = Object.entries(rules);
  return judged(
    [
      ...(points === undefined ? [] : [told('points', points)]),
      ...(grade === undefined ? [] : [told('grade', grade)]),
      ...wanted.map(([name, value]) => told(name, value)),
    ].join(', '),
    [
      ...(points === undefined ? [] : [told('points', pointsOf(of))]),
      ...(grade === undefined ? [] : [told('grade', scores[of]?.grade ?? 'none')]),
      ...wanted.map(([name, value]) => told(name, got(name, value))),
    ].join(', '),
    names.filter((id) => pointsOf(id) !== 0).map((id) => id.slice(aloneId(of, '').length)),
  );
}

function inWords(member: boolean): string {
  return member ? 'in the segment' : 'not in the segment';
}

function judged(expected: string, got: string, fired: readonly (string | null)[]): Judgement {
  return { passed: expected === got, expected, got, fired: new Set(fired) };
}

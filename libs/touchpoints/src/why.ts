import type { Because, FactsThen } from '@tendril/programmes';
import type { GateAnswer } from './types.ts';

/** Why a touchpoint exists and what the gate found: the JSON kept with it. */
export interface Why {
  readonly because: Because;
  /** Hash of the rulebook that planned it. */
  readonly rulebook: string;
  /** Null when the rule files are in no git repository. */
  readonly gitRevision: string | null;
  /** The rulebook that the gate asked, and whose words the message has; null before it was asked. */
  readonly gatedRulebook: string | null;
  readonly gatedRevision: string | null;
  /** The newest answers of the gate; empty before it was asked. */
  readonly answers: readonly GateAnswer[];
}

/** The same for people, in two to six sentences: the programme, the facts at that time, consent, the gate, the rulebook or both. */
export function whyInWords(why: Why): string[] {
  const { because, rulebook, gitRevision, gatedRulebook, gatedRevision, answers } = why;
  const gatedByAnother = gatedRulebook !== null && gatedRulebook !== rulebook;
  return [
    programmeSentence(because),
    ...factsSentence(because.facts),
    ...gateSentences(answers),
    `Planned by rulebook ${rulebookName(rulebook, gitRevision)}.`,
    ...(gatedByAnother ? [`Gated and worded by rulebook ${rulebookName(gatedRulebook, gatedRevision)}, which was active by then.`] : []),
  ];
}

function rulebookName(hash: string, revision: string | null): string {
  return `${hash.slice(0, 12)}${revision === null ? '' : `, git revision ${revision.slice(0, 12)}`}`;
}

function programmeSentence(because: Because): string {
  const { programme, version } = because;
  return because.kind === 'journey'
    ? `Journey ${programme} (rules/${because.file}, version ${version}): the lead entered ${because.entered}.`
    : `Campaign ${programme} (version ${version}): the lead is in ${because.included}.`;
}

function factsSentence({ stage, scores, grades, lastEvent }: FactsThen): string[] {
  const parts = [
    ...(stage === null ? [] : [`stage ${stage}`]),
    ...Object.entries(scores).map(([model, points]) => {
      const [name, grade] = [model.replace('scoring/', ''), grades[model]];
      // A grade put together from two others' has no points; one of none says enough by its letter.
      if (points === 0 && grade !== undefined) return `${name} grade ${grade}`;
      return `${name} ${points} ${points === 1 ? 'point' : 'points'}${grade === undefined ? '' : ` (grade ${grade})`}`;
    }),
    ...(lastEvent === null ? [] : [`last event ${lastEvent.type} at ${lastEvent.at.slice(0, 16).replace('T', ' ')} UTC`]),
  ];
  return parts.length === 0 ? [] : [`${capital(parts.join('; '))}.`];
}

/** Consent is what people ask about first, so it is said even when another question decided. */
function gateSentences(answers: readonly GateAnswer[]): string[] {
  const last = answers.at(-1);
  if (!last) return [];
  const consent = answers.find(({ asked }) => asked === 'consent');
  const outcome = last.passed ? `All ${answers.length} questions of the gate were passed.` : `The gate stopped it: ${last.answer}`;
  return consent && (last.passed || last !== consent) ? [consent.answer, outcome] : [outcome];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

import type { Because, FactsThen } from '@tendril/programmes';
import type { GateAnswer } from './types.ts';

/** Why a touchpoint exists and what the gate found: the JSON kept with it. */
export interface Why {
  readonly because: Because;
  /** Hash of the rulebook that planned it. */
  readonly rulebook: string;
  /** Null when the rule files are in no git repository. */
  readonly gitRevision: string | null;
  /** The newest answers of the gate; empty before it was asked. */
  readonly answers: readonly GateAnswer[];
}

/** The same for people, in two to five sentences: the programme, the facts at that time, consent, the gate, the rulebook. */
export function whyInWords(why: Why): string[] {
  const { because, rulebook, gitRevision, answers } = why;
  const revision = gitRevision === null ? '' : `, git revision ${gitRevision.slice(0, 12)}`;
  return [
    programmeSentence(because),
    ...factsSentence(because.facts),
    ...gateSentences(answers),
    `Planned by rulebook ${rulebook.slice(0, 12)}${revision}.`,
  ];
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
      const grade = grades[model];
      return `${model.replace('scoring/', '')} ${points} ${points === 1 ? 'point' : 'points'}${grade === undefined ? '' : ` (grade ${grade})`}`;
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

import { sql } from 'kysely';
import type { Db } from '../database.ts';

/** What drafts answer now, in numbers. Rules that answer nothing are missing. */
export interface ShadowNumbers {
  /** Since when each is a draft. */
  readonly since: ReadonlyMap<string, Date>;
  /** Draft segment → leads in it now. */
  readonly members: ReadonlyMap<string, ShadowLeads>;
  /** Draft model → leads by score, in whole points, and by grade. */
  readonly scores: ReadonlyMap<string, ShadowScores>;
  /** Draft journey → what it would have planned. */
  readonly touches: ReadonlyMap<string, ShadowTouches>;
}

/** How many leads, and up to three of them. */
export interface ShadowLeads {
  readonly leads: number;
  readonly examples: readonly string[];
}

export interface ShadowScores extends ShadowLeads {
  /** Points with at most three decimals. */
  readonly mean: number;
  /** Ten parts of the scale between the least and the greatest score found, each with its leads; fewer where scores are few. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly leads: number }[];
  readonly grades: Readonly<Record<string, number>>;
}

export interface ShadowTouches extends ShadowLeads {
  readonly touches: number;
  /** UTC days with touches, the newest first, 31 at most. */
  readonly perDay: readonly { readonly day: string; readonly touches: number }[];
}

const EXAMPLES = sql`(array_agg(distinct lead order by lead))[1:3] as examples`;

/** Reads them all. */
export async function readShadowNumbers(db: Db): Promise<ShadowNumbers> {
  const since = await sql<{ rule: string; since: Date }>`select rule, since from draft`.execute(db);
  const members = await sql<ShadowLeads & { rule: string }>`
    select rule, count(*) as leads, ${EXAMPLES} from shadow_answer where milli is null group by rule
  `.execute(db);
  return {
    since: new Map(since.rows.map((row) => [row.rule, row.since])),
    members: byRule(members.rows),
    scores: await readScores(db),
    touches: await readTouches(db),
  };
}

const byRule = <Row extends { readonly rule: string }>(rows: readonly Row[]): Map<string, Omit<Row, 'rule'>> => new Map(rows.map(({ rule, ...row }) => [rule, row]));

async function readScores(db: Db): Promise<Map<string, ShadowScores>> {
  const { rows } = await sql<Omit<ShadowScores, 'grades' | 'histogram'> & { rule: string; least: number; most: number }>`
    select rule, count(*) as leads, ${EXAMPLES}, round(avg(milli))::int / 1000.0::float8 as mean, min(milli) as least, max(milli) as most
    from shadow_answer where milli is not null group by rule
  `.execute(db);
  const grades = await sql<{ rule: string; grade: string; leads: number }>`
    select rule, grade, count(*) as leads from shadow_answer where grade is not null group by rule, grade order by rule, grade
  `.execute(db);
  const parts = await sql<{ rule: string; part: number; leads: number }>`
    select rule, part, count(*) as leads from (
      select a.rule, least((a.milli - m.least)::bigint * 10 / greatest(m.most - m.least, 1), 9) as part
      from shadow_answer a join (select rule, min(milli) as least, max(milli) as most from shadow_answer where milli is not null group by rule) m using (rule)
      where a.milli is not null) p
    group by rule, part order by rule, part
  `.execute(db);
  return new Map(
    rows.map(({ rule, least, most, ...row }) => {
      const edge = (part: number): number => Math.round(least + ((most - least) * part) / 10) / 1000;
      const own = parts.rows.filter((part) => part.rule === rule);
      return [
        rule,
        {
          ...row,
          histogram: own.map(({ part, leads }) => ({ from: edge(part), to: edge(part + 1), leads })),
          grades: Object.fromEntries(grades.rows.filter((grade) => grade.rule === rule).map(({ grade, leads }) => [grade, leads])),
        },
      ];
    }),
  );
}

async function readTouches(db: Db): Promise<Map<string, ShadowTouches>> {
  const { rows } = await sql<Omit<ShadowTouches, 'perDay'> & { rule: string }>`
    select programme as rule, count(distinct lead) as leads, count(*) as touches, ${EXAMPLES} from shadow_touch group by programme
  `.execute(db);
  const days = await sql<{ rule: string; day: string; touches: number }>`
    select programme as rule, to_char(planned_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*) as touches
    from shadow_touch group by 1, 2 order by 1, 2 desc
  `.execute(db);
  return new Map(
    rows.map(({ rule, ...row }) => {
      const own = days.rows.filter((day) => day.rule === rule).slice(0, 31);
      return [rule, { ...row, perDay: own.map(({ day, touches }) => ({ day, touches })) }];
    }),
  );
}

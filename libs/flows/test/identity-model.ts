import type { IntakeEvent } from '@tendril/events';
import type { Json } from '@tendril/kernel';

/** What a test tells about somebody, and when it happened. */
export interface Told {
  readonly lead: IntakeEvent['lead'];
  readonly type: 'page_viewed' | 'lead_updated' | 'consent_changed';
  readonly properties: IntakeEvent['properties'];
  readonly at: Date;
  readonly account?: string;
}

interface Kept extends Told {
  /** The lead that it was recorded for. */
  readonly of: number;
}

interface ModelMerge {
  readonly lead: number;
  readonly into: number;
  undone: boolean;
}

/** What is known of a lead that stands for itself. */
export interface ModelFacts {
  readonly names: readonly string[];
  readonly attributes: Readonly<Record<string, Json>>;
  readonly account: string | null;
  readonly paths: readonly Json[];
  readonly consent: Json | undefined;
}

/**
 * Who is who, in the simplest way that is right: leads are numbers, every event is kept with the lead it was told for, and all
 * that is known of a lead is computed from the beginning each time.
 */
export class IdentityModel {
  readonly names = new Map<string, number>();
  readonly merges: ModelMerge[] = [];
  readonly events: Kept[] = [];
  leads = 0;

  /** The lead that a lead is part of, or itself. */
  root(lead: number): number {
    const merge = this.merges.find((one) => one.lead === lead && !one.undone);
    return merge ? this.root(merge.into) : lead;
  }

  roots(): number[] {
    return this.#all().filter((lead) => this.root(lead) === lead);
  }

  named(name: string): number | undefined {
    const lead = this.names.get(name);
    return lead === undefined ? undefined : this.root(lead);
  }

  tell(told: Told): void {
    const names = namesOf(told.lead);
    const known = names.flatMap((name) => this.named(name) ?? []);
    const first = names[0] ?? '';
    const isNewId = first.startsWith('id:') && !this.names.has(first);
    const found = isNewId ? known.find((lead) => !this.#namesOf(lead).some((name) => name.startsWith('id:'))) : known[0];
    const of = found ?? this.leads++;
    for (const name of names) if (!this.names.has(name)) this.names.set(name, of);
    this.events.push({ ...told, of });
    const visitor = names.find((name) => name.startsWith('anonymous:'));
    const other = visitor === undefined ? of : this.named(visitor)!;
    const refused = this.merges.some((merge) => merge.undone && merge.lead === other && this.root(merge.into) === of);
    if (other !== of && !refused && this.#namesOf(other).every((name) => name.startsWith('anonymous:'))) this.merge(other, of);
  }

  merge(lead: number, into: number): void {
    this.merges.push({ lead, into, undone: false });
  }

  unmerge(lead: number): void {
    const merge = this.merges.find((one) => one.lead === lead && !one.undone);
    if (merge) merge.undone = true;
  }

  facts(root: number): ModelFacts {
    const own = this.events.filter(({ of }) => this.root(of) === root);
    const attributes: Record<string, Json> = {};
    const byTime = own.map((event, n) => ({ ...event, n })).sort((a, b) => a.at.getTime() - b.at.getTime() || a.n - b.n);
    for (const { type, properties } of byTime) if (type === 'lead_updated') Object.assign(attributes, properties['attributes']);
    const naming = (mine: boolean) => own.filter(({ of, account }) => account !== undefined && (of === root) === mine).at(-1)?.account;
    return {
      names: this.#namesOf(root).sort(),
      attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null)),
      account: naming(true) ?? naming(false) ?? null,
      paths: byTime.flatMap(({ type, properties }) => (type === 'page_viewed' ? [properties['path'] ?? null] : [])),
      consent: own.filter(({ type }) => type === 'consent_changed').at(-1)?.properties['state'],
    };
  }

  #all(): number[] {
    return Array.from({ length: this.leads }, (_, lead) => lead);
  }

  #namesOf(root: number): string[] {
    return [...this.names].flatMap(([name, lead]) => (this.root(lead) === root ? [name] : []));
  }
}

/** As the store writes them, the one that counts most first. */
export function namesOf({ id, email, anonymousId }: IntakeEvent['lead']): string[] {
  return Object.entries({ id, email, anonymous: anonymousId }).flatMap(([kind, value]) => (value === undefined ? [] : [`${kind}:${value}`]));
}

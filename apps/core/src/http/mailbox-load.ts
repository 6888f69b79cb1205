import type { World } from '@tendril/flows';
import type { Rulebook } from '@tendril/rulebook';
import { type Db, type LeadView, type Overview, readCampaigns, readLead, readOverview, readTouchpoint, searchTouchpoints, type TouchpointView } from '@tendril/store';
import { type KeptMessage, outboxFolders, readKeptMessage } from './mailbox-messages.ts';

/** Touchpoints of a mailbox page. Fewer than the API's, because a page reads a file for each. */
const PAGE = 40;

/** What the mailbox lists. */
export interface MailboxFilters {
  readonly state?: string | undefined;
  readonly programme?: string | undefined;
  /** Id of the last touchpoint of the page before. */
  readonly before?: string | undefined;
}

/** A touchpoint, with what can be said about its message. */
export interface MailboxItem {
  readonly touchpoint: TouchpointView;
  /** Subject, first words, or the content's title when there is no message. */
  readonly title: string;
  /** The address, or what the lead is known by when nothing was sent; null for a lead that was erased. */
  readonly recipient: string | null;
  /** Null when it was not sent, left by another connector, or its file is gone. */
  readonly message: KeptMessage | null;
  /** It was written to an outbox, so its file should be there. */
  readonly kept: boolean;
}

/** All that the mailbox page shows. */
export interface Mailbox {
  readonly filters: MailboxFilters;
  readonly overview: Overview;
  /** Titles by id: segments, programmes, contents. */
  readonly titles: ReadonlyMap<string, string>;
  /** The stages in the order of the buyer's journey. */
  readonly stages: Rulebook['stages'];
  readonly items: readonly MailboxItem[];
  readonly more: boolean;
  readonly open: MailboxItem | null;
  /** A person asked for this touchpoint, so small screens show it in place of the list. */
  readonly asked: boolean;
}

/** Reads the mailbox, with one touchpoint open: the one that a person asked for, else the newest with a message. */
export async function loadMailbox(world: World, filters: MailboxFilters, named?: TouchpointView): Promise<Mailbox> {
  const { db } = world.store;
  const active = await world.rulebook.read(db);
  const overview = await readOverview(db);
  const titles = await readTitles(db, active?.rulebook, overview);
  const folders = outboxFolders(active?.rulebook.connectors ?? []);
  const toItem = (view: TouchpointView) => itemOf(db, view, { folders, titles });
  const { state, programme } = filters;
  const found = await searchTouchpoints(db, { state, programme, before: await startOf(db, filters), limit: PAGE + 1 });
  const items = await Promise.all(found.slice(0, PAGE).map(toItem));
  const open = named ? await toItem(named) : (items.find(({ message }) => message !== null) ?? items[0] ?? null);
  const more = found.length > PAGE;
  return { filters, overview, titles, stages: active?.rulebook.stages ?? [], items, more, open, asked: named !== undefined };
}

/** One touchpoint's message; null when there is no such touchpoint or no message of it. */
export async function loadMessage(world: World, id: string): Promise<KeptMessage | null> {
  const { db } = world.store;
  const touchpoint = await readTouchpoint(db, id);
  const active = await world.rulebook.read(db);
  const folder = outboxFolders(active?.rulebook.connectors ?? []).get(touchpoint?.connector ?? '');
  return folder === undefined ? null : readKeptMessage(folder, id);
}

async function startOf(db: Db, { before }: MailboxFilters): Promise<{ plannedAt: Date; id: string } | undefined> {
  return before === undefined ? undefined : readTouchpoint(db, before);
}

async function readTitles(db: Db, rulebook: Rulebook | undefined, overview: Overview): Promise<Map<string, string>> {
  const campaigns = new Set(overview.touchpoints.map(({ programme }) => programme).filter((id) => id.startsWith('campaigns/')));
  const titled = [
    ...(rulebook ? [...rulebook.segments, ...rulebook.journeys, ...rulebook.content] : []),
    ...(campaigns.size > 0 ? await readCampaigns(db, [...campaigns]) : []),
  ];
  return new Map(titled.map(({ id, title }) => [id, title]));
}

interface Known {
  readonly folders: ReadonlyMap<string, string>;
  readonly titles: ReadonlyMap<string, string>;
}

async function itemOf(db: Db, touchpoint: TouchpointView, { folders, titles }: Known): Promise<MailboxItem> {
  const folder = folders.get(touchpoint.connector ?? '');
  const message = folder === undefined ? null : await readKeptMessage(folder, touchpoint.id);
  const title = message?.content['subject'] ?? firstWords(message?.content['text']) ?? titles.get(touchpoint.content) ?? touchpoint.content;
  const recipient = message?.to ?? knownBy(await readLead(db, touchpoint.lead), touchpoint.channel);
  return { touchpoint, title, recipient, message, kept: folder !== undefined };
}

function firstWords(text: string | undefined): string | undefined {
  const words = text?.trim().replace(/\s+/g, ' ');
  return words && words.length > 90 ? `${words.slice(0, 90)}…` : words;
}

function knownBy(lead: LeadView | undefined, channel: string): string | null {
  if (!lead) return null;
  const wanted = channel === 'sms' ? 'phone' : 'email';
  const found = lead.identities.find(({ kind }) => kind === wanted) ?? lead.identities[0];
  return found?.value ?? `lead ${lead.id}`;
}

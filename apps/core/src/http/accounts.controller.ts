import { Body, Controller, Get, Inject, Param, Put, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type PutAccount, upsertAccount, type World } from '@tendril/flows';
import { AppError, type Json } from '@tendril/kernel';
import { type AccountView, type CommitteeMember, readAccount, readCommittee, searchAccounts } from '@tendril/store';
import { z } from 'zod';
import { Ticks } from '../ticks.ts';
import { WORLD } from '../world-token.ts';
import { type KeyedRequest, Needs } from './key-guard.ts';
import { type Page, pageOf, Paging, readCursor, UUID } from './paging.ts';

const Account = z.strictObject({
  attributes: z.record(z.string(), z.json()).default({}).meta({ description: 'By name; what is not named stays as it is' }),
});

const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** A lead of the buying committee. */
interface Member extends CommitteeMember {
  /** The lead's attribute `role`, when the tracking plan has one. */
  readonly role: Json;
}

/** An account with the first leads of its buying committee. */
interface WholeAccount extends AccountView {
  readonly committee: Page<Member>;
}

@ApiTags('accounts')
@ApiBearerAuth()
@Controller('v1/accounts')
export class AccountsController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    private readonly ticks: Ticks,
  ) {}

  @Get()
  @Needs('leads:read')
  @ApiOperation({ summary: 'The accounts by domain, each with the number of its leads' })
  async list(@Query({ schema: Paging }) { limit, cursor }: z.output<typeof Paging>): Promise<Page<AccountView>> {
    const after = readCursor(cursor, /^(.+)$/)?.[0];
    return pageOf(await searchAccounts(this.world.store.db, { after, limit }), limit, ({ domain }) => domain);
  }

  @Get(':id')
  @Needs('leads:read')
  @ApiOperation({ summary: 'An account with its buying committee: stage, scores, segments, role and last activity of its leads', description: '`:id` is its id or its domain.' })
  async read(@Param('id') id: string): Promise<WholeAccount> {
    const account = await this.#account(id);
    return { ...account, committee: await this.#committee(account.id, 50) };
  }

  @Get(':id/leads')
  @Needs('leads:read')
  @ApiOperation({ summary: 'The buying committee of an account, in pages' })
  async leads(@Param('id') id: string, @Query({ schema: Paging }) { limit, cursor }: z.output<typeof Paging>): Promise<Page<Member>> {
    const { id: account } = await this.#account(id);
    return this.#committee(account, limit, readCursor(cursor, new RegExp(`^(${UUID})$`))?.[0]);
  }

  @Put(':id')
  @Needs('leads:write')
  @ApiOperation({ summary: 'Make an account, or change what is known about it', description: '`:id` is its domain. Its leads are evaluated again where rules ask about accounts. Mail providers are refused.' })
  async put(@Param('id') domain: string, @Body({ schema: Account }) { attributes }: z.output<typeof Account>, @Req() request: KeyedRequest): Promise<PutAccount> {
    if (!DOMAIN.test(domain) || domain.length > 253) {
      throw new AppError('account-invalid', `"${domain}" is no domain`, { status: 422, field: 'domain', hint: 'Write the web domain of the company, such as clinic.example.' });
    }
    const put = await upsertAccount(this.world, { domain, attributes, by: request.keyName ?? '' });
    this.ticks.wake();
    return put;
  }

  async #account(id: string): Promise<AccountView> {
    const account = await readAccount(this.world.store.db, id);
    if (account) return account;
    throw new AppError('account-unknown', `There is no account "${id}"`, { status: 404, hint: 'GET /v1/accounts lists them by domain.' });
  }

  async #committee(account: string, limit: number, after?: string): Promise<Page<Member>> {
    const { db } = this.world.store;
    const plan = (await this.world.rulebook.read(db))?.rulebook.trackingPlan;
    const members = await readCommittee(db, account, { after, limit });
    const role = ({ attributes }: CommitteeMember): Json => (plan && 'role' in plan.attributes ? (attributes['role'] ?? null) : null);
    return pageOf(members.map((member) => ({ ...member, role: role(member) })), limit, ({ id }) => id);
  }
}

import { Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { unsubscribe, type World } from '@tendril/flows';
import { readTouchpoint } from '@tendril/store';
import { readUnsubscribeToken } from '@tendril/touchpoints';
import type { FastifyReply } from 'fastify';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { answerPage } from './mailbox-reply.ts';
import { askPage, donePage, UNKNOWN_LINK_PAGE } from './unsubscribe-page.ts';

/** The link in every message. No login, no cookie, no redirect: RFC 8058 §3 asks mail programs to follow none. */
@ApiTags('the public')
@Controller('u')
@Needs('public')
export class UnsubscribeController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get(':token')
  @ApiOperation({ summary: 'The page behind an unsubscribe link', description: 'Changes nothing: programs that check mails open every link.' })
  async ask(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const id = readUnsubscribeToken(this.world.secret, token);
    const found = id === null ? undefined : await readTouchpoint(this.world.store.db, id);
    return found ? answerPage(reply, 200, askPage({ company: await this.#company(), channel: found.channel })) : answerPage(reply, 404, UNKNOWN_LINK_PAGE);
  }

  /** The signed token alone decides. The body is not read: whoever posts to this address wants to be left alone. */
  @Post(':token')
  @ApiOperation({ summary: 'Unsubscribe at once, in one click (RFC 8058)', description: 'Any body will do; repeating it changes nothing.' })
  async leave(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const id = readUnsubscribeToken(this.world.secret, token);
    const channel = id === null ? undefined : await unsubscribe(this.world, id);
    return channel === undefined ? answerPage(reply, 404, UNKNOWN_LINK_PAGE) : answerPage(reply, 200, donePage({ company: await this.#company(), channel }));
  }

  async #company(): Promise<string> {
    const { rulebook } = await this.world.rulebook.require(this.world.store.db);
    return rulebook.policies.company.name;
  }
}

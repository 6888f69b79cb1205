import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import { readTouchpoint } from '@tendril/store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Settings } from '../boot/settings.ts';
import { SETTINGS, WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';
import { whyMailboxIsClosed } from './mailbox-access.ts';
import { loadMailbox, loadMessage } from './mailbox-load.ts';
import { mailboxPage, notePage } from './mailbox-page.ts';
import { answerMessage, answerPage } from './mailbox-reply.ts';

const Filters = z.object({ state: z.string().optional(), programme: z.string().optional(), before: z.string().optional() });

type Filters = z.output<typeof Filters>;

/** The plain pages at `/`: for the person who tries Tendril out on their own machine. They ask for no key, so `whyMailboxIsClosed` guards them. */
@ApiExcludeController()
@Controller()
@Needs('public')
export class MailboxController {
  constructor(
    @Inject(WORLD) private readonly world: World,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get()
  async home(@Query({ schema: Filters }) filters: Filters, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const closed = this.#whyClosed(request);
    if (closed !== null) return answerPage(reply, 200, notePage('Tendril', [WHAT_THIS_IS, `The mailbox of this installation is not shown here. ${closed} ${INSTEAD}`]));
    return answerPage(reply, 200, mailboxPage(await loadMailbox(this.world, filters)));
  }

  @Get('outbox/:id')
  async open(
    @Param('id') id: string,
    @Query({ schema: Filters }) filters: Filters,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const named = this.#whyClosed(request) === null ? await readTouchpoint(this.world.store.db, id) : undefined;
    if (!named) return answerPage(reply, 404, NOT_HERE);
    return answerPage(reply, 200, mailboxPage(await loadMailbox(this.world, filters, named)));
  }

  @Get('outbox/:id/message')
  async message(@Param('id') id: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const message = this.#whyClosed(request) === null ? await loadMessage(this.world, id) : null;
    const markup = message?.content['html'];
    return markup === undefined ? answerPage(reply, 404, NOT_HERE) : answerMessage(reply, markup);
  }

  #whyClosed({ headers }: FastifyRequest): string | null {
    const { store, publicUrl } = this.world;
    return whyMailboxIsClosed({ host: this.settings.host, database: store.kind, publicUrl }, headers);
  }
}

const WHAT_THIS_IS = 'Tendril nurtures leads: it listens to what prospects do, decides by rules what each of them needs next, reaches out, and measures whether it helped.';
const INSTEAD = 'It shows messages to people, and asks for no key. With a key that may read leads, GET /v1/touchpoints lists the same, each with its why.';
const NOT_HERE = notePage('There is nothing here', ['No touchpoint is shown under this address. The page at / lists them where the mailbox is open.']);

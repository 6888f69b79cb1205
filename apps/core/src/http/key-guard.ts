import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CheckKey, keyCheck, type Scope } from '../boot/keys.ts';
import { WORLD } from '../world-token.ts';
import { admitBrowser, type BrowserCaller, ForBrowsers, keyInAddress } from './browser-access.ts';

/** What a route asks of the caller's key: a scope, or `public` for routes that everybody may call. */
export const Needs = Reflector.createDecorator<Scope | 'public'>();

/** A request whose key was checked: a server's key, or the page of a site, which is never both. */
export type KeyedRequest = FastifyRequest & { keyId?: string; keyName?: string; browser?: BrowserCaller };

/**
 * Checks `Authorization: Bearer <key>` against the scope that the route needs. A route that says nothing needs `admin`.
 * Where a route is for browsers too, `?key=` stands in place of the header.
 */
@Injectable()
export class KeyGuard implements CanActivate {
  readonly #checkKey: CheckKey;

  constructor(
    private readonly reflector: Reflector,
    @Inject(WORLD) world: World,
  ) {
    this.#checkKey = keyCheck(world);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride(Needs, [context.getHandler(), context.getClass()]) ?? 'admin';
    if (needed === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<KeyedRequest>();
    if (this.reflector.get(ForBrowsers, context.getHandler()) && keyInAddress(request) !== undefined) {
      request.browser = await admitBrowser(this.#checkKey, request, http.getResponse<FastifyReply>());
      return true;
    }
    const [scheme, text] = (request.headers.authorization ?? '').split(' ');
    const key = scheme?.toLowerCase() === 'bearer' && text ? await this.#checkKey(text) : undefined;
    if (!key) {
      throw new AppError('key-needed', text ? 'The key is unknown or revoked' : 'The request carries no API key', {
        status: 401,
        hint: 'Send "Authorization: Bearer <key>"; a fresh install prints its admin key at start.',
      });
    }
    if (!key.scopes.includes(needed) && !key.scopes.includes('admin')) {
      throw new AppError('scope-missing', `The key "${key.name}" lacks the scope ${needed}`, {
        status: 403,
        hint: key.browser
          ? 'It is a browser key: pages give it to POST /v1/events as ?key=, and it opens nothing else.'
          : `It has: ${key.scopes.join(', ') || 'none'}. Use a key with ${needed}.`,
      });
    }
    request.keyId = key.id;
    request.keyName = key.name;
    return true;
  }
}

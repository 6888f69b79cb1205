import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import type { FastifyRequest } from 'fastify';
import { checkKey, type Scope } from '../boot/keys.ts';
import { WORLD } from '../world-token.ts';

/** What a route asks of the caller's key: a scope, or `public` for routes that everybody may call. */
export const Needs = Reflector.createDecorator<Scope | 'public'>();

/** A request whose key was checked. */
export type KeyedRequest = FastifyRequest & { keyId?: string; keyName?: string };

/** Checks `Authorization: Bearer <key>` against the scope that the route needs. A route that says nothing needs `admin`. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(WORLD) private readonly world: World,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needed = this.reflector.getAllAndOverride(Needs, [context.getHandler(), context.getClass()]) ?? 'admin';
    if (needed === 'public') return true;
    const request = context.switchToHttp().getRequest<KeyedRequest>();
    const [scheme, text] = (request.headers.authorization ?? '').split(' ');
    const key = scheme?.toLowerCase() === 'bearer' && text ? await checkKey(this.world, text) : undefined;
    if (!key) {
      throw new AppError('key-needed', text ? 'The key is unknown or revoked' : 'The request carries no API key', {
        status: 401,
        hint: 'Send "Authorization: Bearer <key>"; a fresh install prints its admin key at start.',
      });
    }
    if (!key.scopes.includes(needed) && !key.scopes.includes('admin')) {
      throw new AppError('scope-missing', `The key "${key.name}" lacks the scope ${needed}`, {
        status: 403,
        hint: `It has: ${key.scopes.join(', ') || 'none'}. Use a key with ${needed}.`,
      });
    }
    request.keyId = key.id;
    request.keyName = key.name;
    return true;
  }
}
